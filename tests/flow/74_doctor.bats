# What `myportalctl doctor` says of set-ups in which one thing is broken: that it finds this one, says what to do, and
# finds nothing else. Each set-up is broken for real.
# bats file_tags=plain

load helper
load steps

# The settings of the stack, those named instead; $report has the findings, $code the exit status.
doctor() { # [SETTING=VALUE...] [OPTION...]
	local -a given=()
	while [[ ${1-} == [A-Z]*=* ]]; do
		given+=("$1")
		shift
	done
	code=0
	report=$(env "${given[@]}" "$BUILD/tools/ctl/myportalctl" doctor --json --folder "${folder:-$TREE/schema}" "$@") || code=$?
}

# Of these settings the doctor finds one thing that is not well, and says these words about it. No secret is shown.
finds() { # CHECK STATE EXIT-STATUS WORDS [SETTING=VALUE...] [OPTION...]
	local found
	doctor "${@:5}"
	found=$(jq -r '.checks[] | select(.state == "warning" or .state == "problem") | "\(.check): \(.state): \(.finding)"' <<<"$report")
	if [[ $code != "$3" || $found != "$1: $2: "*"$4"* || $found == *$'\n'* ]]; then
		printf 'wanted %s: %s: ...%s..., exit %s; got exit %s:\n%s\n' "$1" "$2" "$4" "$3" "$code" "$report" >&2
		return 1
	fi
	shows_no_secret
}

shows_no_secret() {
	[[ $report != *"$(<"$DB_PASSWORD_FILE")"* && $report != *"$(<"$DB_OWNER_PASSWORD_FILE")"* && $report != *geheim* ]]
}

# The state of one check in the last report.
state_of() { # CHECK
	jq -r --arg check "$1" '.checks[] | select(.check == $check) | .state' <<<"$report"
}

# A copy of the keys, for this test to break.
own_keys() {
	keys=$BATS_TEST_TMPDIR/keys
	rm -rf "$keys"
	cp -a "$KEYS_FOLDER" "$keys"
}

@test "of a sound set-up doctor finds nothing, as text and as JSON" {
	local text
	doctor
	same "$code $(jq -r '[.checks[].state] | unique | join(" ")' <<<"$report")" '0 ok skipped'
	same "$(jq -r '.checks[] | select(.state == "skipped") | .check' <<<"$report" | xargs)" 'mail TLS mail log-in proxy proxy connections proxy idle time proxy origins'
	text=$(ctl doctor --folder "$TREE/schema")
	grep -qE '^ *keys +ok +all can be read' <<<"$text"
	grep -qE '^[0-9]+ ok, 0 warnings, 0 problems, 6 skipped$' <<<"$text"
}

@test "broken settings, files and keys" {
	local secret=$BATS_TEST_TMPDIR/secret
	finds settings problem 78 'DB_PORT must be 1-65535' DB_PORT=0
	same "$(state_of database) $(state_of 'mail server') $(state_of keys)" 'skipped ok ok'
	finds settings problem 78 'TRUSTED_PROXIES' TRUSTED_PROXIES=10.0.0.1/8
	finds settings warning 0 'PORTAL_URI is no setting and has no effect: PORTAL_URL may be meant' PORTAL_URI=https://x.example

	cp "$DB_PASSWORD_FILE" "$secret"
	chmod 0644 "$secret"
	finds secrets problem 1 'the file of DB_PASSWORD has mode 0644: chmod 0400' DB_PASSWORD_FILE="$secret"
	finds secrets warning 0 'SMTP_PASSWORD is in the environment' SMTP_PASSWORD=geheim

	own_keys
	chmod 0644 "$keys/derive.key"
	finds keys problem 1 'derive.key' KEYS_FOLDER="$keys"
	own_keys
	rm "$keys"/access-*
	finds keys problem 1 'keys new' KEYS_FOLDER="$keys"
	if ((EUID == 0)); then
		own_keys
		chown 12345 "$keys/derive.key"
		finds keys problem 1 'chown' KEYS_FOLDER="$keys"
		chown 12345 "$secret"
		chmod 0400 "$secret"
		finds secrets problem 1 'the file of DB_PASSWORD belongs to another user (12345): chown' DB_PASSWORD_FILE="$secret"
	fi
	(
		ulimit -n 300
		finds descriptors problem 1 'raise LimitNOFILE of the unit'
	)
	finds descriptors problem 1 'the limit is 700, and' --unit - <<<$'LimitNOFILE=8192\n[Service]\nLimitNOFILE=512:700'
	doctor HTTP_WORKERS=4096 --unit "$TREE/deploy/systemd/myportald@.service"
	same "$code $(state_of descriptors)" '0 ok'
}

# What root alone can see is looked at before the command becomes the instance's user, who reads the rest.
@test "of an instance: root's secrets and the user's keys" {
	((EUID == 0)) || skip 'only root becomes another user'
	local etc=$BATS_TEST_TMPDIR/etc var=$BATS_TEST_TMPDIR/var
	mkdir -p "$etc/one.secrets" "$var"
	chmod 0700 "$etc/one.secrets"
	KEYS_FOLDER=$var/keys ctl keys new >/dev/null
	chown -R 12345:12345 "$var/keys"
	printf '%s\n' "KEYS_FOLDER=$var/keys" "SMTP_URL=$SMTP_URL" SMTP_TLS=none MAIL_FROM=no-reply@kenpo.example \
		"PORTAL_URL=$PORTAL_URL" SOCIETY_NAME_JA=x SOCIETY_NAME_EN=x DB_HOST=127.0.0.1 "DB_PORT=$RUN_DB_PORT" DB_TLS=none \
		"DB_NAME=$DB_NAME" >"$etc/one.env"
	cp "$DB_PASSWORD_FILE" "$etc/one.secrets/db-password"
	chmod 0400 "$etc/one.secrets/db-password"
	chmod a+x "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR"
	doctor MYPORTAL_ETC="$etc" --instance one
	same "$code $(state_of secrets) $(state_of keys)" '0 ok ok'
	chmod 0440 "$etc/one.secrets/db-password"
	finds secrets problem 1 'the file of DB_PASSWORD has mode 0440' MYPORTAL_ETC="$etc" --instance one
	chmod 0400 "$etc/one.secrets/db-password"
	chown 54321 "$var/keys/derive.key"
	finds keys problem 1 'chown' MYPORTAL_ETC="$etc" --instance one
}

@test "a portal's address that members cannot use" {
	finds 'portal URL' problem 1 'is not https: links in mails would carry' PORTAL_URL=http://192.0.2.1
	finds 'portal name' problem 1 'portal.invalid has no address' PORTAL_URL=https://portal.invalid
}

# A database of its own with its users, which a test breaks; $own are its settings.
own_database() {
	own=(DB_NAME=doctor_own DB_USER=doctor_service DB_OWNER_USER=doctor_owner)
	env "${own[@]}" "$BUILD/tools/ctl/myportalctl" rights --print --new | db_admin
	env "${own[@]}" "$BUILD/tools/ctl/myportalctl" migrate --folder "$TREE/schema" >/dev/null
	env "${own[@]}" "$BUILD/tools/ctl/myportalctl" rights --print --folder "$TREE/schema" | db_admin
}

drop_own_database() {
	db_admin -e "DROP DATABASE doctor_own; DROP USER doctor_service, doctor_owner"
}

# The database broken by one statement, and mended by another behind it.
finds_broken() { # CHECK STATE EXIT-STATUS WORDS SQL MENDING-SQL [SETTING=VALUE...]
	db_admin doctor_own -e "$5"
	finds "${@:1:4}" "${own[@]}" "${@:7}" || return 1
	db_admin doctor_own -e "$6"
}

@test "a database that cannot be logged in to, or is not what it should be" {
	local secret=$BATS_TEST_TMPDIR/secret
	own_database
	doctor "${own[@]}"
	same "$code $(jq -r '[.checks[].state] | unique | join(" ")' <<<"$report")" '0 ok skipped'

	(umask 077 && echo geheim >"$secret")
	finds database problem 7 'compare DB_USER and the file of DB_PASSWORD' "${own[@]}" DB_PASSWORD_FILE="$secret"
	finds 'database owner' problem 7 'compare DB_OWNER_USER' "${own[@]}" DB_OWNER_PASSWORD_FILE="$secret"
	finds database problem 7 'start the server, and correct DB_HOST' "${own[@]}" DB_SOCKET=/nowhere/db.sock
	finds database problem 7 'correct DB_NAME' "${own[@]}" DB_NAME=doctor_nowhere DB_OWNER_PASSWORD_FILE=/dev/null

	finds_broken 'database settings' warning 0 "collation is utf8mb4_general_ci: ALTER DATABASE" \
		'ALTER DATABASE COLLATE utf8mb4_general_ci' 'ALTER DATABASE COLLATE utf8mb4_nopad_bin'
	finds_broken 'database settings' warning 0 'set it to 1, or a power cut' \
		'SET GLOBAL innodb_flush_log_at_trx_commit = 2' 'SET GLOBAL innodb_flush_log_at_trx_commit = 1'
	finds_broken 'database settings' problem 1 'max_connections is 90 and DB_CONNECTIONS 100: raise' \
		'SET GLOBAL max_connections = 90' 'SET GLOBAL max_connections = 151' DB_CONNECTIONS=100
	finds_broken 'database writes' problem 1 'SET GLOBAL read_only = 0' 'SET GLOBAL read_only = 1' 'SET GLOBAL read_only = 0'
	# The first connection stays; further ones are rejected.
	db_admin -e 'ALTER USER doctor_service WITH MAX_USER_CONNECTIONS 1'
	doctor "${own[@]}"
	same "$code $(state_of database) $(state_of 'database cluster')" '1 ok problem'
	jq -r '.checks[] | select(.check == "database cluster") | .finding' <<<"$report" |
		grep -q 'does not say whether it is a node of a cluster.*(error 1226): if it is one, it may lag'
	db_admin -e 'ALTER USER doctor_service WITH MAX_USER_CONNECTIONS 0'
	clock_at +1h
	finds 'database clock' problem 1 "s ahead of the database's: let a time service" "${own[@]}" "${clock[@]}"
	clock_at -1h
	finds 'database clock' problem 1 "s behind the database's: let a time service" "${own[@]}" "${clock[@]}"
	drop_own_database
}

@test "tables and rights that are not those of this version" {
	local folder=
	own_database
	finds_broken schema problem 1 'run `myportalctl migrate`, then `myportalctl rights' \
		'DELETE FROM schema_migration WHERE version = 2' \
		"INSERT INTO schema_migration SELECT * FROM $DB_NAME.schema_migration WHERE version = 2"
	finds_broken schema warning 0 'install the newer programs' \
		'INSERT INTO schema_migration (version, checksum, begun_at, ended_at) VALUES (9999, "", 1, 1)' \
		'DELETE FROM schema_migration WHERE version = 9999'
	finds_broken schema problem 1 'migration 2 was begun and has not ended: wait' \
		'UPDATE schema_migration SET ended_at = NULL WHERE version = 2' \
		'UPDATE schema_migration SET ended_at = 1 WHERE version = 2'
	finds_broken tables problem 1 ': step_count. Run `myportalctl rights' \
		'RENAME TABLE step_count TO gone' 'RENAME TABLE gone TO step_count'
	finds_broken collations problem 1 'texts for one: roster_run.started_by. ALTER TABLE' \
		'ALTER TABLE roster_run CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci' \
		'ALTER TABLE roster_run CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin'
	finds_broken rights problem 1 'lacks rights: DELETE on spent_token. Run `myportalctl rights' \
		'REVOKE DELETE ON spent_token FROM doctor_service' 'GRANT DELETE ON spent_token TO doctor_service'
	finds_broken rights problem 1 'more rights than rights.sql gives: DELETE on audit_event. REVOKE' \
		'GRANT DELETE ON audit_event TO doctor_service' 'REVOKE DELETE ON audit_event FROM doctor_service'
	finds_broken rights problem 1 "more rights than rights.sql gives: SELECT on all of $DB_NAME. REVOKE" \
		"GRANT SELECT ON $DB_NAME.* TO doctor_service" "REVOKE SELECT ON $DB_NAME.* FROM doctor_service"
	finds_broken rights problem 1 'more rights than rights.sql gives: PROCESS on all of *. REVOKE' \
		'GRANT PROCESS ON *.* TO doctor_service' 'REVOKE PROCESS ON *.* FROM doctor_service'
	finds_broken statements problem 1 'there is no column of this name (error 1054): a column' \
		'ALTER TABLE account RENAME COLUMN nickname TO nick' 'ALTER TABLE account RENAME COLUMN nick TO nickname'

	folder=$BATS_TEST_TMPDIR/schema
	cp -r "$TREE/schema" "$folder"
	sed -i '1s/^/-- edited\n/' "$folder/0001_registration.sql"
	finds migrations problem 1 '0001_registration.sql is not the file that ran: put' "${own[@]}"
	# Without the files it says so, and looks at the rest.
	folder=$BATS_TEST_TMPDIR
	doctor "${own[@]}"
	same "$code $(state_of migrations) $(state_of tables) $(state_of rights) $(state_of statements)" '0 skipped skipped skipped ok'
	drop_own_database
}

catcher() { # NAME OPTION...: another mail server; sets $relay
	local log=$BATS_TEST_TMPDIR/$1.log
	"$TREE/tools/dev/mail-catcher" 127.0.0.1:0 "$BATS_TEST_TMPDIR/$1" "${@:2}" </dev/null >"$log" 2>&1 3>&- &
	catchers+=("$!")
	wait_until 10 grep -q 'listening on' "$log"
	relay=$(sed -n 's/.*listening on //p' "$log")
}

teardown() {
	((${#catchers[@]} == 0)) || kill "${catchers[@]}"
	if db_admin -e 'USE doctor_own' 2>/dev/null; then
		drop_own_database
		db_admin -e 'SET GLOBAL read_only = 0, GLOBAL max_connections = 151, GLOBAL innodb_flush_log_at_trx_commit = 1'
	fi
	stack_restore
}

# A certificate for 127.0.0.1 and no other name.
certificate() { # NAME [COMMAND...]
	"${@:2}" openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1 \
		-addext subjectAltName=IP:127.0.0.1 -keyout "$BATS_TEST_TMPDIR/$1.key" -out "$BATS_TEST_TMPDIR/$1.pem" 2>/dev/null
}

@test "a mail server that is not there, greets not, has no good TLS, or lets nobody in" {
	local -a login secure
	local password=$BATS_TEST_TMPDIR/password
	finds 'mail server' problem 1 'nothing answers at SMTP_URL' SMTP_URL=smtp://127.0.0.1:1
	finds 'mail server' problem 1 'no address is known for the host of SMTP_URL' SMTP_URL=smtp://relay.invalid SMTP_TLS=required
	smtp_script 'connect 554'
	finds 'mail server' problem 1 'greets not as a mail server'
	smtp_script 'drop ehlo'
	finds 'mail server' problem 1 'the conversation ended early'
	smtp_script ''
	finds 'mail TLS' problem 1 'the server must offer STARTTLS' SMTP_TLS=required

	(umask 077 && echo geheim >"$password")
	certificate good
	catcher good --tls "$BATS_TEST_TMPDIR"/good.{pem,key} --auth portal:geheim
	login=(SMTP_USER=portal SMTP_PASSWORD_FILE="$password")
	smtp_script 'ehlo 250 mx'
	finds 'mail log-in' problem 1 'or offers none' "${login[@]}"
	smtp_script ''
	secure=(SMTP_URL="smtp://$relay" SMTP_TLS=required SMTP_CA_FILE="$BATS_TEST_TMPDIR/good.pem")
	doctor "${login[@]}" "${secure[@]}"
	same "$code $(state_of 'mail server') $(state_of 'mail TLS') $(state_of 'mail log-in')" '0 ok ok ok'
	finds 'mail log-in' problem 1 'correct SMTP_USER and the file of SMTP_PASSWORD' "${login[@]}" "${secure[@]}" SMTP_USER=other
	finds 'mail TLS' problem 1 'have the host of SMTP_URL as a name' "${login[@]}" "${secure[@]}" SMTP_URL="smtp://localhost:${relay#*:}"
	finds 'mail TLS' problem 1 'signed by an authority of this system or of SMTP_CA_FILE' "${login[@]}" "${secure[@]}" SMTP_CA_FILE=
	clock_at -10d
	certificate expired env "${clock[@]}"
	catcher expired --tls "$BATS_TEST_TMPDIR"/expired.{pem,key}
	finds 'mail TLS' problem 1 'must be valid today' SMTP_URL="smtp://$relay" SMTP_TLS=required SMTP_CA_FILE="$BATS_TEST_TMPDIR/expired.pem"
}

@test "whatever hangs, doctor ends, and says what did" {
	local began=$SECONDS
	smtp_script 'stall connect'
	# The silent mail server stands for a silent database, too.
	doctor DB_SOCKET= DB_HOST=127.0.0.1 DB_PORT="${SMTP_URL##*:}" DB_TLS=none
	((SECONDS - began <= 15))
	same "$code $(state_of database) $(state_of 'database owner') $(state_of statements) $(state_of 'mail server')" \
		'7 problem skipped skipped problem'
	same "$(jq -r '[.checks[] | select(.state == "problem").check] | join(",")' <<<"$report")" 'database,mail server'
}

# A file of deploy/ for the port and the origin of this stack.
proxy_file() { # nginx/myportal.conf|haproxy/haproxy.cfg
	proxy=$BATS_TEST_TMPDIR/${1##*/}
	sed "s|127.0.0.1:8080|$LISTEN|; s|https://portal.example.jp|$CORS_ORIGINS|" "$TREE/deploy/$1" >"$proxy"
}

@test "a proxy whose bounds, idle times or origins do not fit the settings" {
	local option enough='HTTP_WORKERS=256'
	for option in --nginx --haproxy; do
		[[ $option == --haproxy ]] && proxy_file haproxy/haproxy.cfg || proxy_file nginx/myportal.conf
		doctor $enough $option "$proxy"
		same "$option $code $(jq -r '[.checks[] | select(.check | startswith("proxy")).state] | unique | join(" ")' <<<"$report")" "$option 0 ok"
		finds 'proxy connections' problem 1 'set HTTP_WORKERS to 246 or more, or lower max' HTTP_WORKERS=244 $option "$proxy"
		finds 'proxy connections' warning 0 'raise REQUESTS_MAX' $enough REQUESTS_MAX=150 $option "$proxy"
		finds 'proxy idle time' problem 1 'raise KEEP_ALIVE_MS' $enough KEEP_ALIVE_MS=3000 $option "$proxy"
		finds 'proxy origins' problem 1 'does not know https://other.example of CORS_ORIGINS: add it' \
			$enough CORS_ORIGINS="$CORS_ORIGINS,https://other.example" $option "$proxy"
		finds 'proxy origins' problem 1 "lets $CORS_ORIGINS read its answers, which is not in CORS_ORIGINS" $enough CORS_ORIGINS= $option "$proxy"
		finds proxy problem 1 'no line "server" of it has the port of LISTEN' $enough LISTEN=127.0.0.1:1 $option "$proxy"
		sed -i 's/ max_conns=160//; s/ maxconn 160//' "$proxy"
		finds 'proxy connections' problem 1 'give it one well below HTTP_WORKERS' $enough $option "$proxy"
	done
	# HAProxy serves a second society from the same file, which then has its origins, too.
	proxy_file haproxy/haproxy.cfg
	sed -i 's/#other //' "$proxy"
	doctor $enough --haproxy "$proxy"
	same "$code $(state_of 'proxy origins')" '0 ok'
	proxy_file nginx/myportal.conf
	finds 'proxy idle time' warning 0 'raise DRAIN_MS' $enough DRAIN_MS=4000 --nginx "$proxy"
	head -c 300000 /dev/zero | tr '\0' x >"$proxy"
	finds proxy problem 1 '--nginx names no text of at most 256 KiB' $enough --nginx "$proxy"
}

@test "a disk that is full" {
	unshare -m true 2>/dev/null || skip 'this user may mount nothing'
	keys=$BATS_TEST_TMPDIR/small
	mkdir "$keys"
	for row in '8m problem 1 make.room.on.it' '64m warning 0 make.room.on.it.soon'; do
		read -r size state code words <<<"$row"
		report=$(unshare -m bash -c 'mount -t tmpfs -o size="$1",mode=0700 none "$2" && cp -a "$3"/. "$2" &&
			KEYS_FOLDER=$2 exec "$4" doctor --json --folder "$5"' - "$size" "$keys" "$KEYS_FOLDER" \
			"$BUILD/tools/ctl/myportalctl" "$TREE/schema") && same "$code" 0 || same "$code" 1
		same "$(jq -r '.checks[] | select(.state == "warning" or .state == "problem") | "\(.check) \(.state)"' <<<"$report")" "keys disk $state"
		grep -q "file system of the keys has .* left: $words" <<<"$report"
	done
}

@test "the checks of the doctor are those of its documentation" {
	same "$(sed -n '/^## The doctor/,/^## Commands/p' "$TREE/docs/operating.md" | grep '^|')" "$(ctl doctor --markdown)"
}
