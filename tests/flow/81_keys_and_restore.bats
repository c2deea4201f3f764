# Keys in an emergency and in a file; a database that is put back to an earlier state.
# bats file_tags=plain

load helper
load steps
load operator

readonly PASSPHRASE='hachinoji ni magaru kawa'

# The database with a binary log, as docs/keys-and-restore.md wants it.
setup_file() {
	export BACKUPS=$STACK/backups ROSTER=$STACK/roster.csv DROP_FOLDER=$STACK/drop
	mkdir -p "$BACKUPS" "$DROP_FOLDER"
	server_stop
	db_stop
	db_start --log-bin="$BACKUPS/binlog" --binlog-format=ROW --server-id=1
	server_start
}

teardown_file() {
	server_stop
	db_stop
	db_start
	server_start
	rm -rf "$BACKUPS" "$DROP_FOLDER"
}

# Keys of the test's own, as another user's where root runs the tests: OWN_KEYS.
own_keys() {
	OWN_KEYS=$BATS_TEST_TMPDIR/keys
	mkdir -m 0700 "$OWN_KEYS"
	((EUID != 0)) || chown nobody:nogroup "$OWN_KEYS"
	own_ctl keys new >/dev/null
}

own_ctl() {
	KEYS_FOLDER=$OWN_KEYS setsid --wait "$BUILD/tools/ctl/myportalctl" "$@" # no terminal to be asked at
}

# Ids of the keys of a kind in a state.
kids() { # KIND STATE
	own_ctl keys list | awk -v kind="$1" -v state="$2" '$1 == kind && $3 == state { print $2 }'
}

# All that is in the folder belongs to its owner and is closed to others.
all_are_the_owners() {
	same "$(find "$OWN_KEYS" -mindepth 1 -not -user "$(stat -c %U "$OWN_KEYS")")" ''
	same "$(find "$OWN_KEYS" -type f -perm /077)" ''
}

@test "keys list says how old a key is, what it is good for and until when" {
	own_keys
	own_ctl keys rotate --force >/dev/null
	own_ctl keys list --json >"$BATS_TEST_TMPDIR/list"
	same "$(jq -r '.keys[] | [.kind, .state, .age_days, .use] | join(" ")' "$BATS_TEST_TMPDIR/list")" \
		'stage next 0 signs after the next rotation
stage current 0 signs
stage previous 0 opens what it signed
access next 0 signs after the next rotation
access current 0 signs
access previous 0 opens what it signed'
	# A day and ten minutes, as long as a token lives, with what clocks may differ: a link is taken for a minute longer.
	same "$(jq -r '(.keys[0].made | fromdate) as $made | .keys[] | select(.state == "previous") | (.tokens_until | fromdate) - $made' "$BATS_TEST_TMPDIR/list" | xargs)" '86520 660'
	never grep -q "$(head -c 20 "$OWN_KEYS/derive.key")" "$BATS_TEST_TMPDIR/list"
}

@test "a key that signs is not retired, one whose tokens may live only by force" {
	own_keys
	own_ctl keys rotate --force >/dev/null
	for state in next current; do
		output=$(own_ctl keys retire "$(kids stage $state)" --force 2>&1) && false
		[[ $output == *"rotate first"* ]]
	done
	old=$(kids access previous)
	output=$(own_ctl keys retire "$old" 2>&1) && false
	[[ $output == *"may live until 20"*"--force"* ]]
	own_ctl keys retire "$old" --force
	same "$(kids access previous)" ''
	output=$(own_ctl keys retire "$old" 2>&1) && false
	[[ $output == *"no key has this id"* ]]
	all_are_the_owners
}

@test "a backup of the keys is one closed file under a passphrase, and never overwrites newer keys" { # asvs 13.3.1
	own_keys
	file=$BATS_TEST_TMPDIR/backup
	output=$(own_ctl keys backup "$file" <<<'too short' 2>&1) && false
	[[ $output == *"16 characters"* ]]
	[[ ! -e $file ]]
	same "$(own_ctl keys backup "$file" --json <<<"$PASSPHRASE" | jq .keys)" 5
	same "$(stat -c %a "$file")" 600
	while read -r secret; do
		never grep -qF -- "$secret" "$file"
	done < <(cat "$OWN_KEYS"/*.key; sed -n 2p "$OWN_KEYS"/access-*.pem)
	output=$(own_ctl keys backup "$file" <<<"$PASSPHRASE" 2>&1) && false # it is there
	[[ $output == *"is there already"* ]]
	before=$(cat "$OWN_KEYS"/* | sha256sum)

	own_ctl keys rotate --force >/dev/null
	output=$(own_ctl keys restore "$file" <<<"$PASSPHRASE" 2>&1) && false
	[[ $output == *"is not in the backup"*"move the folder away first"* ]]
	find "$OWN_KEYS" -type f -delete
	output=$(own_ctl keys restore "$file" <<<"$PASSPHRASE." 2>&1) && false
	[[ $output == *"another passphrase, or the backup was changed"* ]]
	same "$(ls "$OWN_KEYS")" ''
	same "$(own_ctl keys restore "$file" --json <<<"$PASSPHRASE" | jq .made)" 5
	same "$(cat "$OWN_KEYS"/* | sha256sum)" "$before"
	all_are_the_owners
}

# What a terminal shows when this is typed at the prompts, one answer for each.
typed() { # ANSWERS COMMAND...
	python3 - "$@" <<-'PYTHON'
		import os, pty, sys
		answers = sys.argv[1].split("|")
		pid, terminal = pty.fork()
		if pid == 0:
		    os.execv(sys.argv[2], sys.argv[2:])
		shown = b""
		while True:
		    try:
		        part = os.read(terminal, 4096)
		    except OSError:
		        break
		    if not part:
		        break
		    shown += part
		    if answers and part.endswith(b": "):
		        os.write(terminal, answers.pop(0).encode() + b"\n")
		sys.stdout.buffer.write(shown)
		sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
	PYTHON
}

@test "at a terminal a new passphrase is asked for twice, and never shown" { # asvs 13.3.1
	own_keys
	export KEYS_FOLDER=$OWN_KEYS
	file=$BATS_TEST_TMPDIR/backup
	shown=$(typed "$PASSPHRASE|another $PASSPHRASE" "$BUILD/tools/ctl/myportalctl" keys backup "$file") && false
	[[ $shown == *"the two are not the same"* && ! -e $file ]]
	shown+=$(typed "$PASSPHRASE|$PASSPHRASE" "$BUILD/tools/ctl/myportalctl" keys backup "$file")
	[[ -s $file ]]
	shown+=$(typed "$PASSPHRASE" "$BUILD/tools/ctl/myportalctl" keys restore "$file")
	[[ $shown == *"passphrase: "*"once more: "*"A key that was retired"* ]]
	never grep -qF "$PASSPHRASE" <<<"$shown"
}

@test "an emergency replaces eight keys and more, and says who is logged out" {
	own_keys
	for _ in 1 2 3 4 5 6 7; do
		last=$(own_ctl keys rotate --force 2>&1) || break
	done
	[[ $last == *"as many keys as are allowed"* ]]
	before=$(kids stage previous; kids stage current; kids stage next; kids access current)
	output=$(own_ctl keys rotate --emergency)
	[[ $output == *"logs in again"*"every mailed link"* ]]
	same "$(kids stage previous)$(kids access previous)" ''
	same "$(own_ctl keys list | grep -cF -f <(printf '%s\n' "$before"))" 0
	own_ctl keys rotate --emergency >/dev/null # again, at once
	all_are_the_owners
}

# It serves as before, and so it also knows within a second what was replaced.
@test "a service that drains takes nothing that keys of before an emergency signed" {
	own_keys
	new_account
	start_other KEYS_FOLDER="$OWN_KEYS" DRAIN_MS=30000
	BASE_URL=http://$OTHER_LISTEN
	logged_in "$email"
	process_stop other 60 &
	stopping=$!
	wait_until 10 grep -q '"event":"draining"' "$STACK/other.log"
	api GET /v1/me '' "$access"
	want 200
	own_ctl keys rotate --emergency >/dev/null
	wait_until 10 eval 'api GET /v1/me "" "$access" && [[ $status == 401 ]]'
	log_in "$email"
	want 201
	process_kill other
	wait "$stopping"
}

# --- a restore, with the commands of docs/keys-and-restore.md ----------------------------------------

myportalctl() {
	local -a more=()
	[[ "$1 $2" == '--instance sample' ]]
	shift 2
	[[ $1 != @(migrate|rights) ]] || more=(--folder "${SCHEMA-$TREE/schema}")
	setsid --wait "$BUILD/tools/ctl/myportalctl" "$@" "${more[@]}" <<<"$PASSPHRASE"
}

systemctl() { # stop|start UNIT
	[[ $2 == myportald@sample ]]
	if [[ $1 == stop ]]; then server_stop; else server_start; fi
}

# Keys and a folder for backups that are this test's own.
own_backups() {
	own_keys
	export KEYS_FOLDER=$OWN_KEYS BACKUPS=$BATS_TEST_TMPDIR/backups
	mkdir "$BACKUPS"
}

kept() {
	(cd "$BACKUPS" && sha256sum acts database.dump keys.backup)
}

@test "a night's backup takes the place of the last one when all of it is there, and leaves it where a part fails" {
	own_backups
	documented Backup
	same "$(cd "$BACKUPS" && echo *)" 'database.dump keys.backup'
	tee "$BACKUPS/database.dump" "$BACKUPS/keys.backup" <<<'last night'
	echo 'an act' >"$KEYS_FOLDER/acts"
	documented Backup
	same "$(grep -L 'last night' "$BACKUPS"/* | wc -l) $(cat "$BACKUPS/acts")" '3 an act'
	whole=$(kept)
	for failing in mariadb-dump myportalctl cp sync; do
		code=0
		(eval "$failing() { echo half; return 9; }" && documented Backup) || code=$?
		same "$failing: $code $(kept)" "$failing: 9 $whole"
	done
	documented Backup
	never [ "$(kept)" = "$whole" ]
	same "$(cd "$BACKUPS" && echo *)" 'acts database.dump keys.backup'
}

@test "lost keys come back from their backup, and beside them the acts, which after-restore reads" {
	new_account
	own_backups
	ctl member disable --reason 'guesses numbers' "$(account_id "$email")"
	documented Backup
	find "$KEYS_FOLDER" -type f -delete
	documented Restore 3
	cmp "$BACKUPS/acts" "$KEYS_FOLDER/acts"
	all_are_the_owners
	ctl after-restore --reason 'keys are lost' >/dev/null
}

@test "a restore of which a part fails does not start the service; one that is done leaves no older roster" {
	own_keys
	export KEYS_FOLDER=$OWN_KEYS
	told=$BATS_TEST_TMPDIR/told
	systemctl() { echo "$*" >>"$BATS_TEST_TMPDIR/started"; }
	touch "$DROP_FOLDER/taken.csv"
	install -m 0644 /dev/null "$KEYS_FOLDER/acts" # which after-restore refuses
	code=0
	documented Restore 4 >"$told" 2>&1 || code=$?
	same "$code $(grep -c '/acts: ' "$told")" '5 1'
	rm "$KEYS_FOLDER/acts"
	code=0
	ROSTER=$told documented Restore 4 >/dev/null 2>&1 || code=$?
	same "$code" 5
	cp -r "$TREE/schema" "$BATS_TEST_TMPDIR/schema"
	rm "$BATS_TEST_TMPDIR/schema/rights.sql"
	code=0
	SCHEMA=$BATS_TEST_TMPDIR/schema documented Restore 4 >/dev/null 2>&1 || code=$?
	same "$code" 5
	[[ ! -e $BATS_TEST_TMPDIR/started && -e $DROP_FOLDER/taken.csv ]]
	documented Restore 4 >/dev/null
	same "$(cat "$BATS_TEST_TMPDIR/started") $(ls "$DROP_FOLDER")" 'start myportald@sample '
}

# Members before the backup: one with a session, one with a link and its key, one who will be disabled, one who will
# be ended, and a mail that waits.
before_the_backup() {
	new_account
	leaver=$email
	logged_in "$leaver"
	leaver_access=$access leaver_refresh=$refresh
	new_account
	culprit=$email culprit_id=$(account_id "$email")
	new_account
	impostor=$email impostor_id=$(account_id "$email")
	new_account
	changed=$email changed_id=$(account_id "$email")
	new_account
	gone=$email gone_id=$(account_id "$email")
	new_account
	waiting=$email
	new_email registering
	identified "$registering" "$(new_person)"
	wait_until 10 mail_is_finished
	smtp_stop
	mail_count "$waiting" mails
	api POST /v1/recovery/password "{\"login_id\":\"$waiting\"}"
	want 202
}

account_id() { # LOGIN-ID
	db "SELECT LOWER(HEX(id)) FROM account WHERE login_id = '$1'"
}

# The session ends, the link is spent, accounts are disabled and ended, and the mail arrives.
after_the_backup() {
	api DELETE /v1/sessions/current '' "$leaver_access"
	want 204
	confirm_key "$second_link" "$key"
	want 200
	create_account "$(field .stage_token)" "$registering"
	want 201
	ctl member disable --reason 'guesses numbers' "$culprit_id"
	ctl member end --reason 'is somebody else' "$impostor_id"
	logged_in "$changed"
	change_password "$access" "$PASSWORD" kingyo3matsuri
	want 204
	logged_in "$gone"
	api DELETE /v1/me "$(json_object "current_password=$PASSWORD")" "$access"
	want 204
	ctl audit --limit 200 >"$BACKUPS/trail" # as an operator keeps it elsewhere
	smtp_start
	mail_arrives "$waiting" $((++mails))
	never is_logged_in "$leaver_access"
}

restore_seen_by_doctor() {
	ctl doctor --folder "$TREE/schema" --json | jq -r '.checks[] | select(.check == "restore").state'
}

# How many of what a restore revives are alive: without after-restore all five.
revived() {
	local alive=0
	! is_logged_in "$leaver_access" || ((++alive))
	confirm_key "$second_link" "$key"
	[[ $status != 200 ]] || ((++alive))
	for login_id in "$culprit" "$impostor"; do
		log_in "$login_id"
		[[ $status != 201 ]] || ((++alive))
	done
	wait_until 5 mail_is_finished
	(($(mail_count "$waiting") == mails)) || ((++alive))
	printf '%s\n' "$alive"
}

@test "a database that is put back revives no spent link, ended session, disabled or ended account, and no mail" { # asvs 6.5.1 7.4.1 7.4.2
	rm -f "$KEYS_FOLDER/acts" # of a first try, of other files
	before_the_backup
	documented Backup
	same "$(stat -c %a "$BACKUPS/keys.backup")" 600
	after_the_backup
	same "$(cut -d ' ' -f 2- "$KEYS_FOLDER/acts")" "account_disabled $culprit_id
account_ended_by_operator $impostor_id"
	same "$(stat -c %a "$KEYS_FOLDER/acts")" 600

	# Without after-restore, which the doctor misses.
	same "$(restore_seen_by_doctor)" 'ok'
	documented Restore 1
	server_start
	same "$(revived)" 5
	same "$(restore_seen_by_doctor)" 'warning'

	mail_count "$waiting" mails
	documented Restore 1
	documented Restore 4 >"$BATS_TEST_TMPDIR/told"
	same "$(restore_seen_by_doctor)" 'ok'
	same "$(revived)" 0
	api GET /v1/me '' "$leaver_access"
	want 401 login_required
	refresh_login "$leaver_refresh"
	want 401 login_required
	confirm_key "$second_link" "$key"
	want 401 token_expired
	log_in "$culprit"
	want 401 login_failed
	grep -qE "^$culprit_id +disabled$" <(sed 's/^ *//' "$BATS_TEST_TMPDIR/told")
	grep -qE "^$impostor_id +ended$" <(sed 's/^ *//' "$BATS_TEST_TMPDIR/told")
	grep -qE '^mails dropped: +1$' "$BATS_TEST_TMPDIR/told"
	grep -q 'import the newest roster' "$BATS_TEST_TMPDIR/told"
	# What only a journal knows, of which each is done once.
	for login_id in "$changed" "$gone"; do
		log_in "$login_id"
		want 201
	done
	ctl after-restore --reason journal --journal "$BACKUPS/trail" --json >"$BATS_TEST_TMPDIR/told"
	same "$(jq -r '.accounts[] | "\(.account) \(.now)"' "$BATS_TEST_TMPDIR/told" | sort)" \
		"$(printf '%s\n' "$changed_id must set a new password" "$gone_id ended" | sort)"
	for login_id in "$changed" "$gone"; do
		log_in "$login_id"
		want 401 login_failed
	done
	same "$(ctl after-restore --reason journal --journal "$BACKUPS/trail" --json | jq -c .accounts)" '[]'
	echo 'yesterday account_disabled' >"$BACKUPS/trail"
	output=$(ctl after-restore --reason journal --journal "$BACKUPS/trail" 2>&1) && false
	[[ $output == *"trail:1: must be a time"* ]]
	# What begins afterwards is alive, and a second time changes no account.
	logged_in "$leaver"
	is_logged_in "$access"
	new_account
	same "$(ctl after-restore --json --reason again | jq -c .accounts)" '[]'
	wait_until 3 eval '! is_logged_in "$access"' # on a service that runs
	ctl member enable --reason 'was asked' "$culprit_id"
	ctl after-restore --reason 'again, by what was done last' >/dev/null
	sleep 1.2
	log_in "$culprit"
	want 201
}

@test "with the binary log all comes back that happened before the harm" {
	new_account
	before=$email
	documented Backup
	new_account
	after=$email
	logged_in "$after"
	sleep 1.1 # the log's times are whole seconds
	STOP=$(date '+%F %T')
	sleep 1.1
	db "DELETE FROM account WHERE login_id IN ('$before', '$after')"

	documented Restore 1
	same "$(db "SELECT login_id FROM account WHERE login_id IN ('$before', '$after')")" "$before"
	documented Restore 2
	same "$(db "SELECT COUNT(*) FROM account WHERE login_id IN ('$before', '$after')")" 2
	documented Restore 4 >/dev/null
	never is_logged_in "$access"
	logged_in "$after"
	logged_in "$before"
}

@test "to the end of the same server's log all comes back, and the restore itself is not in it" {
	new_account
	before=$email
	documented Backup
	new_account
	after=$email
	documented Restore 1
	STOP='no time' code=0
	documented Restore 2 || code=$? # as mariadb-binlog says it
	same "$code" 1
	STOP=$(date -d '+1 hour' '+%F %T')
	same "$(db "SELECT login_id FROM account WHERE login_id IN ('$before', '$after')")" "$before"
	documented Restore 2
	same "$(db "SELECT COUNT(*) FROM account WHERE login_id IN ('$before', '$after')")" 2
	[[ ! -e $BACKUPS/database.replay ]]
	documented Restore 4 >/dev/null
	logged_in "$after"
}

# The service has the folder's access keys and no others. One that looked in the middle of an exchange has some of before
# for a second, and may sign with them.
keys_are_served() {
	api GET /.well-known/jwks.json
	[[ $(jq -r '.keys[].kid' <<<"$body" | sort) == $(ctl keys list | awk '$1 == "access" { print $2 }' | sort) ]]
}

@test "the drill for keys that were seen: what was signed with them is over, and everybody gets in again" { # asvs 11.1.1
	new_account
	logged_in "$email"
	invite "$(new_email)"
	seen=$(ctl keys list | awk '$1 == "stage" || $1 == "access" { print $2 }')
	documented 'Keys that were seen' 1 >"$BATS_TEST_TMPDIR/told"
	grep -q 'logs in again' "$BATS_TEST_TMPDIR/told"
	same "$(ctl keys list | grep -cF "$seen")" 0
	wait_until 3 keys_are_served
	never is_logged_in "$access"
	want 401 login_required
	refresh_login "$refresh"
	want 401 login_required
	wait_until 3 eval 'api GET /v1/registration/stage "" "$invitation" && [[ $status == 401 ]]'
	want 401 token_invalid
	logged_in "$email"
	derive=$(sha256sum <"$KEYS_FOLDER/derive.key")
	documented 'Keys that were seen' 2 >/dev/null
	never [ "$(sha256sum <"$KEYS_FOLDER/derive.key")" = "$derive" ]
	is_logged_in "$access"
	refresh_login "$refresh"
	want 200
	new_account
}

@test "an upgrade's commands, and a repair's where nothing broke off, change nothing that is up to date" {
	before=$(db 'SELECT * FROM schema_migration')
	documented 'Upgrade and downgrade'
	documented 'A migration that broke off'
	same "$(db 'SELECT * FROM schema_migration')" "$before"
	new_account
}
