# A month of an operator who has two societies on one machine. Its days come one after the other, each where the one
# before has left things, while members register, log in and look at their profile all the time. What fails for them
# must be explained by what was going on.
#
# MONTH_TEST_LONG=1: thirty nights and a larger roster.
# bats file_tags=plain

load ../flow/helper
load ../flow/steps
load ../flow/operator
load ../flow/proxies
load society
load members
load roster

BATS_TEST_RETRIES=0 # a day has left its traces

setup() {
	[[ ! -e $STACK/failed ]] || skip 'an earlier day has failed'
	society_is sample
}

teardown() {
	let_go
	[[ -n ${BATS_TEST_COMPLETED-} ]] || touch "$STACK/failed"
}

teardown_file() {
	members_stay_away
	process_stop haproxy 5
}

@test "day 1: two societies are installed, each with a database, users, keys, a sender and an origin of its own" {
	local name
	install_programs
	for name in "${SOCIETIES[@]}"; do
		society_is "$name"
		install_settings "$name"
		install_database "$name"
		ctl keys new >/dev/null
		keys_of_last_quarter
		roster_first
		deliver "$ROSTER"
		job roster >/dev/null
		same "$(db 'SELECT COUNT(*) FROM insured_person')" "$PERSONS"
		same "$(ls "$VAR/$name/roster")" ''
		systemctl start myportald@sample
	done
	NAMES=DNS:${HOST[other]} certificate_make
	CORS_ORIGINS=${ORIGIN_OF[sample]} LISTEN_INSIDE=$(inside_of installed) haproxy_start "$HAPROXY_PORT" haproxy "127.0.0.1:${PORT[installed]}" "$(haproxy_edits)"
	curl_knows_both
	for name in "${SOCIETIES[@]}"; do
		society_is "$name"
		member_joins "first.$name"
		same "$(mail_part "$(address_of "first.$name")" X-MailFrom)" "${SENDER[$name]}"
		[[ $(mail_part "$(address_of "first.$name")" text) == *"${ORIGIN_OF[$name]}"* ]]
		ctl doctor --folder "$SCHEMA" --haproxy "$STACK/haproxy.conf" --json >"$STACK/doctor.$name" || { cat "$STACK/doctor.$name"; false; }
	done
	# The database's users of one see nothing of the other; a member of one is nobody at the other.
	same "$(MYSQL_PWD=$(<"$ETC/other.secrets/db-password") mariadb --no-defaults --socket="$DB_SOCKET" --user=other --batch --skip-column-names -e 'SHOW DATABASES' | xargs)" 'information_schema other'
	log_in "$(address_of first.sample)"
	want 401 login_failed
	never diff -q <(cat "$VAR"/sample/keys/*.key) <(cat "$VAR"/other/keys/*.key)
	rows account insured_person >"$STACK/other.before"
	society_is sample
	members_come
}

@test "the first nights: who joins, ends, changes and moves, and what it means to members" {
	local name late
	for name in ended renamed moved; do member_joins "$name"; done
	at_account_step "$(address_of halfway)" "$(number_of halfway)"

	cp "$ROSTER" "$STACK/night.before"
	roster_lines 90001 90001 >>"$ROSTER"
	edit "${NUMBER[ended]}" d
	edit "${NUMBER[renamed]}" 's/ヒト/ベツ/'
	edit "${NUMBER[moved]}" 's/.*/300,7004,00,1,タメシ ヒト,1980-01-01,2010-04-01,,100,5004/'
	edit "${NUMBER[halfway]}" 's/.*/300,7005,00,1,タメシ ヒト,1980-01-01,2010-04-01,,100,5005/'
	night 'added 1, changed 1, moved 2, ended 1'
	never is_in ended
	log_in "$(address_of ended)"
	want 401 login_failed
	is_in renamed
	is_in moved
	member_logs_in moved
	same "$(ctl member find --json - <<<7004300 | jq -r '.found[] | .by, .account != null')" $'number\ntrue'
	code=0
	ctl member find - <<<"$(number_of moved)" 2>/dev/null || code=$?
	same "$code" 3
	# What was begun with the number of before is over; with the new one it goes.
	create_account "$stage_token" "$(address_of halfway)"
	want 401 token_spent
	mail_interval_ends
	member_joins halfway 7005300
	member_joins joined 90001100

	night '' # the same file, which names the moves again
	[[ $(<"$STACK/night") == *'nothing was changed'* ]]

	roster_lines "${NUMBER[ended]}" "${NUMBER[ended]}" >>"$ROSTER"
	night 'changed 1'
	is_in ended
	member_logs_in ended
}

@test "a bad file of the vendor: nothing of it is taken over, each night says so again, and the next good one is" {
	local before n
	before=$(rows insured_person)
	head -n $((PERSONS / 2)) "$ROSTER" >"$STACK/half.csv"
	deliver "$STACK/half.csv"
	for n in 1 2; do # the second night brings no file
		code=0
		job roster >/dev/null 2>"$STACK/told" || code=$?
		same "$code $(ls "$VAR/sample/roster")" '4 taken.csv'
		grep -q -- --allow-ended "$STACK/told"
	done
	sed '5s/1980-01-01/1980-13-01/' "$ROSTER" >"$STACK/faulty.csv"
	deliver "$STACK/faulty.csv"
	code=0
	job roster >/dev/null 2>"$STACK/told" || code=$?
	same "$code $(ls "$VAR/sample/roster")" '5 taken.csv'
	grep -q 'taken.csv:5: 生年月日: ' "$STACK/told"
	same "$(rows insured_person)" "$before"
	same "$(runs_that change_limit_exceeded) $(runs_that file_has_errors)" '2 1'
	edit "${NUMBER[renamed]}" 's/ベツ/ヒト/'
	night 'changed 1'
	same "$(ls "$VAR/sample/roster")" ''
}

# The night's import meets no database; the next one loses it while it writes: it waits for a row that somebody holds.
database_fails_twice() {
	deliver "$ROSTER"
	db_stop
	code=0
	job roster >/dev/null 2>"$STACK/told" || code=$?
	same "$code $(ls "$VAR/sample/roster")" '7 taken.csv' || return 1
	grep -q 'nothing was imported\|nothing answers' "$STACK/told" || return 1
	database_start || return 1
	hold_rows "SELECT id FROM insured_person WHERE number = '${NUMBER[held]}' FOR UPDATE" || return 1
	job roster >"$STACK/night" 2>&1 3>&- &
	importing=$!
	wait_until 10 waiting 1 || return 1
	process_kill mariadbd
	exec {holder}>&-
	holder=
	database_start && wait "$importing" && wait_until 10 served
}

# Each replica of the society gives an answer that needs the database, and HAProxy knows of one that does.
served() {
	local process
	for process in ${REPLICAS[$SOCIETY]}; do
		BASE_URL=http://127.0.0.1:${PORT[$process]} log_in nobody@example.jp
		[[ $status == 401 ]] || return 1
	done
	log_in nobody@example.jp
	[[ $status == 401 ]]
}

@test "the database goes away before and in the middle of an import: the next one, and that one, do the rest" {
	imported=$(runs_that imported)
	edit "${NUMBER[held]}" 's/ヒト/ベツ/'
	edit "${NUMBER[renamed]}" 's/ヒト/ベツ/'
	troubled 'the database is away' '503 unavailable' database_fails_twice
	same "$(ls "$VAR/sample/roster")" ''
	same "$(db "SELECT COUNT(*) FROM insured_person WHERE number IN (${NUMBER[held]}, ${NUMBER[renamed]}) AND kana_name = 'タメシ ベツ'")" 2
	same "$(runs_that imported) $(runs_that broken_off)" "$((imported + 1)) 0"
	is_in moved
}

# The public keys that the replicas of the first society know.
keys_known() {
	local process
	for process in ${REPLICAS[sample]}; do
		curl -sf --noproxy '*' "http://127.0.0.1:${PORT[$process]}/.well-known/jwks.json" | jq -r '.keys[].kid' | sort | xargs
	done | sort -u
}

keys_made() { # access|stage
	ctl keys list --json | jq -r --arg kind "$1" '.keys[] | select(.kind == $kind and .state != "draft").key' | sort | xargs
}

both_know_the_keys() {
	[[ $(keys_known) == "$(keys_made access)" ]]
}

deleted() { # TABLE: by the last purge
	jq --arg table "$1" '[.deleted[] | select(.rows_of | startswith($table)).rows] | add' "$STACK/told"
}

@test "the night of the quarter: keys rotate and what is old goes, and no member notices" {
	member_joins second
	before=$(keys_made stage)
	invite "$(address_of old)"
	job keys >/dev/null
	wait_until 5 both_know_the_keys
	never [ "$(keys_made stage)" = "$before" ]
	is_in second
	goes_on old
	rotated=$(keys_made stage)
	code=0
	job keys 2>"$STACK/told" || code=$?
	same "$code $(keys_made stage)" "1 $rotated"
	grep -q 'less than 60 s ago' "$STACK/told"

	db "UPDATE outbox SET finished_at = finished_at - 31 * 86400 WHERE person_id = (SELECT id FROM insured_person WHERE number = '7004' AND symbol = '300')"
	db 'UPDATE spent_token SET created_at = created_at - 3 * 86400 ORDER BY created_at LIMIT 3'
	mails=$(db 'SELECT COUNT(*) FROM outbox WHERE finished_at < UNIX_TIMESTAMP() - 30 * 86400')
	((mails > 0))
	MORE=--json job purge >"$STACK/told"
	same "$(deleted outbox) $(deleted spent_token)" "$mails 3"
	same "$(db 'SELECT COUNT(*) FROM outbox WHERE finished_at < UNIX_TIMESTAMP() - 30 * 86400')" 0
	is_in second
}

@test "twenty calls: mails that did not come, locks, numbers, an impostor, a lost phone, who leaves" {
	local address
	# 1, 2: no mail.
	address=$(address_of waits)
	invite "$address"
	mail_interval_goes_on
	wait_until 10 mails_went waits
	typed=("$address" "$address")
	answer_call 1
	invitation=$(mail_token "$address" 2)
	identify "$invitation" "$(number_of waits)"
	want 200
	key=$(field .authentication_key)
	mail_arrives "$address" 3
	wait_until 10 mails_went waits
	typed=("$(number_of waits)" "$address")
	answer_call 2
	confirm_key "$(mail_token "$address" 4)" "$key"
	want 200
	create_account "$(field .stage_token)" "$address"
	want 201
	# 3: there is an account by now, and nothing to be sent again.
	code=0
	ctl member resend --reason 'ticket 21' - <<<"$address" 2>"$STACK/told" || code=$?
	same "$code" 1
	grep -q 'has an account by now' "$STACK/told"
	# 4: the address is lost, and the password forgotten.
	typed=("$(number_of renamed)" new.renamed@example.jp)
	answer_call 3
	api POST /v1/me/email/confirmation '' "$(mail_token new.renamed@example.jp)"
	want 204
	mail_interval_ends
	ask_reset "$(address_of renamed)" new.renamed@example.jp
	reset_password "$reset" tsukimi9rakuda
	want 204
	member_logs_in renamed tsukimi9rakuda
	# 5, 6: locked; and who is it that calls?
	failed "$(address_of joined)" 5
	log_in "$(address_of joined)"
	want 401 login_failed
	typed=("$(address_of joined)")
	answer_call 4
	member_logs_in joined
	code=0
	ctl member find - <<<nobody@example.jp 2>/dev/null || code=$?
	same "$code" 3
	# 7: a login ID that is somebody else's address.
	member_logs_in halfway
	api PUT /v1/me/login-id "$(json_object "login_id=$(address_of taken)" "current_password=$PASSWORD")" "$access"
	want 204
	typed=("$(address_of taken)")
	answer_call 5
	member_logs_in halfway
	member_joins taken
	# 8, 9: an impostor was first.
	member_joins thief "$(number_of robbed)"
	mails=$(mail_count "$(address_of thief)")
	invite "$(address_of robbed)"
	identify "$invitation" "$(number_of robbed)"
	want 200
	mail_arrives "$(address_of robbed)" 2
	is_in_mail "$(address_of robbed)" 2 適用課
	typed=("$(number_of robbed)")
	answer_call 6
	never is_in thief
	mail_arrives "$(address_of thief)" $((mails + 1))
	mail_interval_ends
	member_joins robbed
	# 10, 11: a lost phone.
	typed=("$(address_of second)")
	answer_call 7
	never is_in second
	reset_password "$(mail_token "$(address_of second)" 4)" tsukimi9rakuda
	want 204
	member_logs_in second tsukimi9rakuda
	# 12: an office with one address has used up its tries.
	invite "$(address_of office)"
	REQUEST_HEADERS=('X-Forwarded-For: 203.0.113.9')
	identify "$invitation" 999999990
	want 422 identity_mismatch
	db 'UPDATE limit_counter SET count = 50 WHERE limit_id = LIMIT_SOURCE_IDENTITIES'
	identify "$invitation" "$(number_of office)"
	want 429 too_many_tries
	typed=("$(number_of office)")
	answer_call 8
	identify "$invitation" "$(number_of office)"
	want 200
	REQUEST_HEADERS=()
	# 13, 14: an import has ended the eligibility, by mistake.
	edit "${NUMBER[ended]}" 's/2010-04-01,,/2010-04-01,2026-04-01,/'
	night 'changed 1'
	never is_in ended
	typed=("$(number_of ended)")
	answer_call 9
	same "$(told_of eligible) $(told_of 'eligible until')" 'no 2026-04-01'
	edit "${NUMBER[ended]}" 's/2010-04-01,2026-04-01,/2010-04-01,,/'
	night 'changed 1'
	is_in ended
	# 15: another office, and the file does not name the old pair.
	member_joins desk
	edit "${NUMBER[desk]}" 's/^100,5019,/300,8019,/'
	night 'added 1, ended 1'
	never is_in desk
	typed=("$(number_of desk)" 8019 300)
	answer_call '"I have moved'
	is_in desk
	night ''
	is_in desk
	# 16: who leaves and can not log in.
	ctl member end --reason 'ticket 16: leaves' - <<<"$(address_of desk)" >/dev/null
	never is_in desk
	mail_arrives "$(address_of desk)" 4
	# 17, 18: a member who guesses, and who is forgiven.
	ctl member disable --reason 'ticket 17: guesses numbers' - <<<"$(address_of moved)" >/dev/null
	log_in "$(address_of moved)"
	want 401 login_failed
	ctl member enable --reason 'ticket 18: was no guess' - <<<"$(address_of moved)" >/dev/null
	member_logs_in moved
	# 19: a forgotten password.
	ctl member send-reset --reason 'ticket 19: forgot' - <<<"$(address_of joined)" >/dev/null
	reset_password "$(mail_token "$(address_of joined)" 4)" tsukimi9rakuda
	want 204
	member_logs_in joined tsukimi9rakuda
	# 20: what was done with my account?
	ctl audit --json --limit 1000 >"$STACK/told"
	same "$(jq -r '[.events[] | select(.operator) | .reason | capture("ticket (?<n>[0-9]+)").n | tonumber] | unique | join(" ")' "$STACK/told")" \
		'1 2 3 4 5 6 7 8 10 16 17 18 19'
	same "$(jq -r '[.events[] | select(.operator).operator] | unique[]' "$STACK/told")" "${SUDO_USER:-$(id -un)}"
}

# What a replica tells of itself.
scrape() { # FILE
	curl -sf --noproxy '*' --max-time 5 "http://$(inside_of installed)/metrics" >"$1"
}

# Were the metrics so for three hours, exactly these alerts would come.
alerts_would_be() { # ALERT...
	"$TREE/tests/flow/monitoring.py" lasting "$STACK/metrics" "$TREE/deploy/prometheus/myportal.rules.yml" "$@" >"$STACK/alerts.json"
	promtool test rules "$STACK/alerts.json" >"$STACK/told" 2>&1 || { cat "$STACK/told"; return 1; }
}

shows_old_mail() {
	scrape "$STACK/metrics" && (($(sed -n 's/^myportal_outbox_oldest_pending_age_seconds //p' "$STACK/metrics") > 900))
}

# A mail to a named member that cannot be sent, and two hours later.
relay_is_dead() {
	smtp_stop
	api POST /v1/recovery/password "$(json_object "login_id=$(address_of moved)")"
	want 202 || return 1
	db "UPDATE outbox SET created_at = created_at - 7200 WHERE email = '$(address_of moved)'"
	wait_until 30 shows_old_mail || return 1
	alerts_would_be MyportalMailsWait || return 1
	same "$(ctl outbox list --json | jq -r '.mails[] | select(.kind == "password-reset") | "\(.state) \(.to)"')" 'pending m***@example.jp' || return 1
	code=0
	ctl doctor --folder "$SCHEMA" --haproxy "$STACK/haproxy.conf" --json >"$STACK/told" || code=$?
	same "$code $(jq -r '.checks[] | select(.state == "problem").check' "$STACK/told")" '1 mail server' || return 1
	smtp_start
	mail_arrives "$(address_of moved)" $((mails + 1)) && wait_until 30 mails_went moved
}

@test "a dead relay for a day: nothing is lost or sent twice, and what died is sent again" {
	mail_interval_ends
	mails=$(mail_count "$(address_of moved)")
	# Who waited for a link has given up.
	troubled 'the relay is dead' '20[0-9] -' relay_is_dead
	reset_password "$(mail_token "$(address_of moved)" $((mails + 1)))" tsukimi9rakuda
	want 204
	member_logs_in moved tsukimi9rakuda
	mail_arrives "$(address_of moved)" $((mails + 2))
	ctl mail test - <<<"$(address_of test)" >/dev/null 2>&1
	mail_arrives "$(address_of test)"

	# For some hours the relay says of everybody that there is nobody.
	smtp_script 'rcpt 550 5.1.1 no such user'
	troubled 'the relay rejects everybody' '20[0-9] -' relay_rejects
	smtp_script ''
	api GET /v1/registration/stage '' "$(mail_token "$(address_of dead)")"
	want 200
	wait_until 30 mails_went dead
	same "$(mail_count "$(address_of dead)") $(mail_count "$(address_of moved)")" "1 $((mails + 2))" # and that it is changed
	same "$(ctl outbox list --json --state dead | jq '.mails | length')" 0
}

relay_rejects() {
	api POST /v1/registration/email "$(json_object "email=$(address_of dead)")"
	want 202 || return 1
	wait_until 10 is_dead || return 1
	smtp_script ''
	ctl outbox retry --dead --reason 'ticket 22: the relay was wrong' >/dev/null
	mail_arrives "$(address_of dead)"
}

is_dead() {
	ctl outbox list --json --state dead | jq -e '.mails | length > 0' >/dev/null
}

# Everybody is out, and who logs in is in.
keys_are_exchanged() {
	documented 'Keys that were seen' 1 >"$STACK/told"
	wait_until 5 eval '! is_in moved'
	documented 'Keys that were seen' 2 >/dev/null
	wait_until 10 served
}

@test "somebody has seen the keys: after the drill nothing that they signed is good, and everybody gets in again" {
	local before
	invite "$(address_of seen)"
	before=$(keys_made access; keys_made stage; sha256sum <"$KEYS_FOLDER/derive.key")
	# login_failed: whose password was compared while everybody was logged out.
	troubled 'the keys are exchanged' \
		'401 (login_required|login_failed|token_invalid|token_missing)|50[23] .*|none -|20[0-9] -' keys_are_exchanged
	same "$(grep -cF -f <(xargs -n 1 <<<"${before%-}") <(keys_made access; keys_made stage; sha256sum <"$KEYS_FOLDER/derive.key"))" 0
	api GET /v1/registration/stage '' "$invitation"
	want 401 token_invalid
	never is_in first.sample
	member_logs_in first.sample
	is_in first.sample
	mail_interval_ends
	member_joins seen
}

# The backup of a society's night, and what its server has shipped since.
backed_up() { # SOCIETY
	society_is "$1"
	mkdir -p "$BACKUPS"
	documented Backup
}

# A new disk, and what the document says then.
restored() { # SOCIETY
	society_is "$1"
	documented 'A new database server' >/dev/null
	cp "$STACK"/shipped/binlog.[0-9]* "$BACKUPS"
	STOP=$(date -d '+1 hour' '+%F %T')
	documented Restore 1 && documented Restore 2 || return 1
	ctl rights --print --folder "$SCHEMA" | db_admin # for the doctor, who looks as the service's user
	same "$(doctor_says restore)" warning || return 1
	documented Restore 4 >"$STACK/restored.$1"
}

doctor_says() { # CHECK
	ctl doctor --folder "$SCHEMA" --json | jq -r --arg check "$1" '.checks[] | select(.check == $check).state'
}

disk_fails() {
	local name
	process_kill mariadbd
	rm -rf "$STACK/db"
	mv "$STACK/binlog" "$STACK/shipped"
	mkdir "$STACK/binlog"
	database_start || return 1
	for name in "${SOCIETIES[@]}"; do restored "$name" || return 1; done
	for name in other sample; do society_is "$name" && wait_until 10 served || return 1; done
}

@test "the disk of the database fails: all comes back from dump and binary log, and nothing that was over" {
	local name
	for name in "${SOCIETIES[@]}"; do backed_up "$name"; done
	society_is sample
	# After the dump: who registers, who is disabled, and a link that is used.
	member_joins late
	member_joins culprit
	ctl member disable --reason 'ticket 23: guesses numbers' - <<<"$(address_of culprit)" >/dev/null
	invite "$(address_of gone)"
	persons=$(rows insured_person account)
	cp "$STACK/night.before" "$DROP_FOLDER/taken.csv" # of an import that failed
	troubled 'the disk has failed' '401 (login_required|token_expired|login_failed|token_invalid)|422 captcha_expired|50[0-9] .*|none -|20[0-9] -' disk_fails
	same "$(db "SELECT COUNT(*) FROM account WHERE login_id IN ('$(address_of late)', '$(address_of culprit)')")" 2
	log_in "$(address_of culprit)"
	want 401 login_failed
	never is_in late
	member_logs_in late
	api GET /v1/registration/stage '' "$invitation"
	want 401 token_expired
	same "$(doctor_says restore)" ok
	same "$(ls "$DROP_FOLDER")" ''
	wait_until 30 mails_went late
	wait_until 30 mails_went gone
	same "$(mail_count "$(address_of late)") $(mail_count "$(address_of gone)")" '3 1'
	society_is other
	same "$(rows account insured_person)" "$(<"$STACK/other.before")"
	member_logs_in first.other
}

@test "ordinary nights" {
	local night last=$((5000 + PERSONS)) first=90002 joins changes ends counts
	for ((night = 0; night < NIGHTS; night++)); do
		joins=$((RANDOM % 5 + 1)) changes=$((RANDOM % 4 + 1)) ends=$((RANDOM % 3 + 1))
		roster_lines "$first" $((first + joins - 1)) >>"$ROSTER"
		sed -i "/^100,\($(seq -s '\|' $((last - ends + 1)) "$last")\),/d" "$ROSTER"
		sed -i "/^100,\($(seq -s '\|' $((last - ends - changes + 1)) $((last - ends)))\),/s/タメシ [^,]*/タメシ $(kana "$night")/" "$ROSTER"
		night "added $joins, changed $changes, ended $ends"
		job purge >/dev/null
		first=$((first + joins)) last=$((last - ends - changes))
	done
	same "$(db 'SELECT COUNT(*) FROM insured_person WHERE eligible_until IS NULL')" "$(($(wc -l <"$ROSTER") - 1))"
	is_in late
}

crowd_has_got() { # LINES
	(($(wc -l <"$CROWD/log") >= $1))
}

haproxy_name() { # PROCESS
	if [[ $1 == "${REPLICAS[other]}" ]]; then printf 'one\n'; else printf '%s\n' "$1"; fi
}

replica_restart() { # PROCESS
	process_stop "$1" 30
	replica_start "$1"
}

@test "an upgrade with a migration: tables first, then replica by replica, and no member notices" {
	local process failed=0 got=0
	# Whoever met the troubles of before has met them.
	wait_until 30 crowd_has_got $(($(wc -l <"$CROWD/log") + 3))
	failed=$(grep -c '^failed ' "$CROWD/log") || true
	cp "$BUILD/api/myportald_next" "$INSTALLED/usr/bin/myportald.new"
	mv "$INSTALLED/usr/bin/myportald.new" "$INSTALLED/usr/bin/myportald"
	cp "$TREE/tests/flow/9999_next.sql" "$SCHEMA"
	for name in other sample; do
		society_is "$name"
		documented 'Upgrade and downgrade' >"$STACK/told"
		grep -q '9999_next.sql' "$STACK/told"
	done
	got=$(wc -l <"$CROWD/log")
	for process in ${REPLICAS[sample]} ${REPLICAS[other]}; do
		never [ "/proc/$(process_pid "$process")/exe" -ef "$INSTALLED/usr/bin/myportald" ]
		haproxy_finds_again "$(haproxy_name "$process")" replica_restart "$process"
		[[ /proc/$(process_pid "$process")/exe -ef $INSTALLED/usr/bin/myportald ]]
	done
	wait_until 30 crowd_has_got $((got + 5))
	same "$(grep -c '^failed ' "$CROWD/log" || true)" "$failed"
	is_in late
	society_is other
	is_in first.other
}

# How often a step went well this month, as the society reports it.
counted() { # JQ-PATH
	ctl stats --month "$(TZ=UTC-9 date +%Y-%m)" --json | jq "$1"
}

@test "the last day: what members met is explained, doctor, alerts and figures are right, and no log tells of anybody" {
	local kind
	members_stay_away
	failures | sort | uniq -c | sed 's/^/# /' >&3
	same "$(failures | grep '^unexplained' || true)" '' || { cat "$TROUBLES" "$CROWD/log" && false; }
	for kind in registration login profile; do
		(($(answered "$kind") > 3))
		printf '# %s: %d answered\n' "$kind" "$(answered "$kind")" >&3
	done

	# The operator's command is of the version before the tables.
	ctl doctor --folder "$SCHEMA" --haproxy "$STACK/haproxy.conf" --json >"$STACK/told"
	same "$(jq -r '[.checks[] | select(.state == "problem" or .state == "warning").check] | join(",")' "$STACK/told")" schema
	wait_until 30 levels_are_known
	same "$(promtool check metrics <"$STACK/metrics" 2>&1)" ''
	alerts_would_be
	systemctl stop myportald@sample # which stores what was counted
	(($(counted '.log_ins') > $(answered login)))
	(($(counted '.registrations[-1].ok') > $(answered registration)))
	ctl audit --json --limit 1000 | jq -r '.events[].event' >"$STACK/told"
	for kind in database_restored mail_retried sessions_ended_by_operator; do grep -qx "$kind" "$STACK/told"; done

	sed 's/"us":[0-9]*//' "$STACK"/installed*.log >"$STACK/told"
	never grep -qE '@|eyJ|[^0-9a-f][0-9]{4,5}[13]00[^0-9a-f]|タメシ|はなこ' "$STACK/told"
	never grep -qF "$PASSWORD" "$STACK/told"
	society_is other
	same "$(rows account insured_person | cut -d ' ' -f 1)" "$(cut -d ' ' -f 1 "$STACK/other.before")"
	same "$(db 'SELECT COUNT(*) FROM account')" 1
	[[ ! -e $STACK/died ]]
}

levels_are_known() {
	scrape "$STACK/metrics" && grep -qx 'myportal_db_gauges_stale 0' "$STACK/metrics"
}
