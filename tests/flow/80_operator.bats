# The operator: migrations, keys, settings, and what refuses to start.

load helper
load steps

# An empty database of its own, as the owner: OWN_DB.
own_database() {
	OWN_DB=${DB_NAME}_$BATS_SUITE_TEST_NUMBER
	db_admin <<<"CREATE OR REPLACE DATABASE $OWN_DB; GRANT ALL ON $OWN_DB.* TO '$DB_OWNER_USER'@'%'"
	cp -rT "$TREE/schema" "$BATS_TEST_TMPDIR/schema"
}

own_migrate() { # [--repair]
	DB_NAME=$OWN_DB ctl migrate --folder "$BATS_TEST_TMPDIR/schema" "$@"
}

# What was applied, a line each.
own_migrated() { # [--repair]
	own_migrate --json "$@" | jq -r '.files[] | "\(.how) \(.file)"'
}

@test "migrate brings an empty database up, and does nothing the second time" {
	own_database
	same "$(own_migrated | xargs)" "applied 0001_registration.sql applied 0002_accounts.sql"
	same "$(own_migrated)" ''
	same "$(own_migrate)" 'files:  none'
	same "$(db "SELECT version, ended_at > 0 FROM $OWN_DB.schema_migration")" "1	1
2	1"
}

@test "migrate started by several at once runs each file once" {
	own_database
	local -a runs=()
	for i in 1 2 3 4; do
		own_migrated >"$BATS_TEST_TMPDIR/out.$i" 2>&1 &
		runs+=($!)
	done
	for run in "${runs[@]}"; do
		wait "$run"
	done
	same "$(cat "$BATS_TEST_TMPDIR"/out.* | sort | xargs)" "applied 0001_registration.sql applied 0002_accounts.sql"
}

@test "migrate refuses a file that was edited after it ran" {
	own_database
	own_migrate
	sed -i '1i -- a thought' "$BATS_TEST_TMPDIR/schema/0001_registration.sql"
	output=$(own_migrate 2>&1) && false
	grep -q 'was edited' <<<"$output"
}

@test "a migration that broke off says where it stands and what to do; --repair goes on there" {
	own_database
	own_migrate
	printf 'CREATE TABLE half (id INT PRIMARY KEY);\n-- from elsewhere\nINSERT INTO half SELECT id FROM other;\n' >"$BATS_TEST_TMPDIR/schema/0003_broken.sql"
	echo 'CREATE TABLE later (id INT);' >"$BATS_TEST_TMPDIR/schema/0004_later.sql"
	stands='myportalctl: 0003_broken.sql: begun at 20[0-9TZ:-]*, stands at statement 2 of 2, line 3: INSERT INTO half SELECT id FROM other
  the server said: error 1146: .*
.*`myportalctl migrate --repair` goes on there'
	for words in '' '' --repair; do # when it breaks, afterwards, and while the cause is there
		output=$(own_migrate $words 2>&1) && false
		output=$(grep -v '"event":"db_error"' <<<"$output")
		[[ $output =~ $stands ]] || { echo "$output" >&2; false; }
	done
	same "$(db "SHOW TABLES FROM $OWN_DB LIKE 'later'")" ''
	db "CREATE TABLE $OWN_DB.other (id INT); INSERT INTO $OWN_DB.other VALUES (5)"
	same "$(own_migrated --repair | xargs)" 'repaired 0003_broken.sql applied 0004_later.sql'
	same "$(db "SELECT id FROM $OWN_DB.half")" 5
	same "$(own_migrated)" ''
}

@test "a migration whose command was killed is repaired, and what runs beside it waits" {
	own_database
	own_migrate
	printf 'CREATE TABLE half (id INT PRIMARY KEY);\nINSERT INTO half SELECT 5 + 0 * SLEEP(1);\nALTER TABLE half ADD more INT;\n' >"$BATS_TEST_TMPDIR/schema/0003_slow.sql"
	DB_NAME=$OWN_DB "$BUILD/tools/ctl/myportalctl" migrate --folder "$BATS_TEST_TMPDIR/schema" >/dev/null 2>&1 3>&- &
	local pid=$!
	wait_until 5 eval "[[ -n \$(db \"SELECT 1 FROM information_schema.processlist WHERE info LIKE 'INSERT INTO half%SLEEP%' AND db = '$OWN_DB'\") ]]"
	kill -KILL "$pid"
	wait "$pid" || true
	# The server goes on with the statement: this one waits for it.
	output=$(own_migrate 2>&1) && false
	grep -q 'stands at statement 2 of 3' <<<"$output"
	grep -q 'nobody knows whether that statement was done' <<<"$output"
	same "$(own_migrated --repair)" 'repaired 0003_slow.sql'
	same "$(db "SELECT id, more IS NULL FROM $OWN_DB.half")" '5	1'
}

@test "migrate refuses a file of which it would not run all, before it runs any of it" {
	own_database
	own_migrate
	local text file=$BATS_TEST_TMPDIR/schema/0003_cut.sql
	for text in 'CREATE TABLE cut (id INT PRIMARY KEY);' 'CREATE TABLE cut (id INT PRIMARY KEY);\nINSERT INTO cut VALUES (1)' \
		'CREATE TABLE cut (id INT PRIMARY KEY);\nINSERT INTO cut VALUES (1)\n' 'CREATE TABLE cut (id INT PRIMARY KEY);\r\n' \
		'CREATE TABLE cut (id INT PRIMARY KEY);\r\nINSERT INTO cut VALUES (1);\n' 'CREATE TABLE cut (id INT PRIMARY KEY);\n-- end\n' \
		'CREATE TABLE cut (id INT PRIMARY KEY);\n\0DROP TABLE account;\n' '\n' ''; do
		printf "$text" >"$file"
		run own_migrate
		same "$status" 5
		[[ $output == *"0003_cut.sql: "@("does not end with"|"has line ends of CR LF"|"has a NUL byte")* ]] || { echo "$text: $output" >&2; false; }
		same "$(db "SELECT GROUP_CONCAT(version) FROM $OWN_DB.schema_migration")" 1,2
		same "$(db "SHOW TABLES FROM $OWN_DB LIKE 'cut'")" ''
	done
	printf 'CREATE TABLE cut (id INT PRIMARY KEY);\nINSERT INTO cut VALUES (1);\n' >"$file"
	same "$(own_migrated)" 'applied 0003_cut.sql'
	same "$(db "SELECT id FROM $OWN_DB.cut")" 1
}

@test "what the database tells an operator is told in words, with its number" {
	own_database
	says() { # WORDS NUMBER SETTING=value...
		run env "${@:3}" "$BUILD/tools/ctl/myportalctl" member show - <<<nobody@example.jp
		same "$status" 7
		[[ $output == *"myportalctl: the database: "*"$1"*" (error $2)"* ]] || { printf '%s\n' "$output" >&2; return 1; }
		never grep -qF -- "$(<"$DB_OWNER_PASSWORD_FILE")" <<<"$output"
	}
	db_admin <<<"CREATE OR REPLACE USER 'nosuchuser'@'%' IDENTIFIED VIA unix_socket"
	says 'rejects the user or the password' 1045 DB_OWNER_PASSWORD_FILE="$DB_PASSWORD_FILE"
	says 'no right to the database' 1044 DB_NAME=mysql
	says 'lacks a right to a table' 1142 DB_OWNER_USER="$DB_USER" DB_OWNER_PASSWORD_FILE="$DB_PASSWORD_FILE"
	says '`myportalctl migrate`' 1146 DB_NAME="$OWN_DB"
	says 'wants more of it than a password' 1698 DB_OWNER_USER=nosuchuser
	says 'nothing answers' 2002 DB_SOCKET="$BATS_TEST_TMPDIR/nowhere"
	says 'no address is known' 2005 DB_SOCKET= DB_HOST=nowhere.invalid
	says 'TLS failed' 2026 DB_SOCKET= DB_HOST=127.0.0.1 DB_PORT="${RUN_DB_PORT:-3307}" DB_TLS=required
	db_admin <<<"DROP USER 'nosuchuser'@'%'; SET GLOBAL max_connections = 10"
	local -a holding=()
	for _ in {1..11}; do
		db_admin -e 'SELECT SLEEP(1.5)' >/dev/null 2>&1 3>&- &
		holding+=($!)
	done
	wait_until 5 says 'too many connections' 1040
	wait "${holding[@]}" || true
	wait_until 5 db_admin -e 'SET GLOBAL max_connections = 151'
	# The service says the same in its log, when it starts.
	run timeout 3 env DB_PASSWORD_FILE="$DB_OWNER_PASSWORD_FILE" LISTEN="$OTHER_LISTEN" LISTEN_INSIDE="$OTHER_LISTEN_INSIDE" "$BUILD/api/myportald"
	[[ $(grep '"event":"db_away"' <<<"$output" | head -n 1 | jq -r '"\(.error) \(.why)"') == '1045 the server rejects the user or the password' ]]
}

# bats test_tags=both
@test "after a rotation the next key signs without a restart, and links of the old one still open" { # asvs 11.1.1 13.3.4
	new_email email
	invite "$email"
	new=$(ctl keys list | awk '$1 == "stage" && $3 == "next" { print $2 }')
	ctl keys rotate --force
	same "$(ctl keys list | awk -v kid="$new" '$2 == kid { print $3 }')" current
	wait_until 5 signs_with "$new"
	identify "$invitation" "$(new_person)"
	want 200
	mail_token "$email" 2 second_link
	cut -d. -f1 <<<"$second_link" | tr '_-' '/+' | base64 -d 2>/dev/null | grep -q "$new"
	confirm_key "$second_link" "$(field .authentication_key)"
	want 200
}

# Links and CAPTCHAs are signed with one key.
signs_with() { # KID
	captcha_for "$invitation" >/dev/null && cut -d. -f1 <<<"$captcha_token" | tr '_-' '/+' | base64 -d 2>/dev/null | grep -q "$1"
}

@test "key files are 0400, and a weak, missing or readable one refuses the start" { # asvs 11.2.3 13.3.1 13.3.2
	same "$(stat -c %a "$KEYS_FOLDER"/*.{key,pem} | sort -u)" 400
	cp -r "$KEYS_FOLDER" "$BATS_TEST_TMPDIR/keys"
	local key
	key=$(find "$BATS_TEST_TMPDIR/keys" -name 'stage-*.key' | head -n 1)
	refused() { # WORD
		output=$(KEYS_FOLDER=$BATS_TEST_TMPDIR/keys LISTEN=$OTHER_LISTEN LISTEN_INSIDE=$OTHER_LISTEN_INSIDE timeout 10 "$BUILD/api/myportald" 2>&1) && return 1
		jq -e '.event == "not_started"' <<<"$(tail -n 1 <<<"$output")"
	}
	chmod 0444 "$key"
	refused
	chmod 0600 "$key"
	printf '00%.0s' {1..32} >"$key"
	echo >>"$key"
	chmod 0400 "$key"
	refused
	rm -f "$BATS_TEST_TMPDIR"/keys/stage-*.key
	refused
	rm -rf "$BATS_TEST_TMPDIR/keys"
	refused
}

@test "a setting out of its bounds refuses the start and says which; a secret is never shown" { # asvs 11.4.2
	tried() { # SETTING=VALUE
		output=$(env "$1" LISTEN="$OTHER_LISTEN" LISTEN_INSIDE="$OTHER_LISTEN_INSIDE" timeout 10 "$BUILD/api/myportald" 2>&1) && return 1
		grep -q "${1%%=*} must be" <<<"$output" || { echo "$output" >&2; return 1; }
	}
	tried HTTP_WORKERS=0
	tried HTTP_WORKERS=many
	tried INVITATION_LIVES_S=59
	tried PASSWORD_COMPOSITION=some
	tried PORTAL_URL=
	tried DB_PASSWORD="$(head -c 600 /dev/zero | tr '\0' x)"
	never grep -q xxx <<<"$output"
	output=$(ARGON2_MEMORY_KIB=12288 ARGON2_PASSES=2 LISTEN=$OTHER_LISTEN LISTEN_INSIDE=$OTHER_LISTEN_INSIDE timeout 10 "$BUILD/api/myportald" 2>&1) && false
	grep -q ARGON2 <<<"$output"
}

# Starts the service with settings that it does not take: $output is its log, $status how it ended.
not_started() { # SETTING=VALUE...
	status=0
	output=$(env LISTEN="$OTHER_LISTEN" LISTEN_INSIDE="$OTHER_LISTEN_INSIDE" "$@" timeout 10 "$BUILD/api/myportald" 2>&1) || status=$?
	jq -e '.event == "not_started"' <<<"$(tail -n 1 <<<"$output")"
}

@test "all that is wrong with the settings is said at once, a line each, and nothing has begun" { # asvs 13.4.2
	not_started CORS_ORIGINS='https://x/,*' PORTAL_URL=https://x/app SMTP_URL=relay.example LISTEN=18155 \
		SESSION_IDLE_S=7200 SESSION_LIVES_S=3600 LIMITS=source_mails=many TRUSTED_PROXIES=10.0.0.1/8 ARGON2_PASSES=1 HTTP_WORKERS=0
	same "$status" 78
	same "$(jq -r 'select(.event == "not_started").why | match("^[A-Z0-9_]+").string' <<<"$output" | sort | xargs)" \
		'ARGON2_MEMORY_KIB CORS_ORIGINS CORS_ORIGINS HTTP_WORKERS LIMITS LISTEN PORTAL_URL SESSION_IDLE_S SMTP_URL TRUSTED_PROXIES'
	same "$(jq -r 'select(.event != "not_started").event' <<<"$output")" ''
	# So does the operator's command, before it asks the database anything.
	status=0
	output=$(KEYS_FOLDER='' DB_PORT=0 LIMITS=source_mails=many ctl member show - 2>&1) || status=$?
	same "$status $(grep -oE '^myportalctl: [A-Z_]+' <<<"$output" | xargs)" \
		'78 myportalctl: DB_PORT myportalctl: KEYS_FOLDER myportalctl: LIMITS'
}

@test "without TLS nothing goes to another machine" { # asvs 12.3.1 12.3.2
	not_started DB_SOCKET= DB_HOST=db.example DB_TLS=none
	same "$status $(jq -r .why <<<"$output" | cut -c-6)" '78 DB_TLS'
	not_started SMTP_TLS=none SMTP_URL=smtp://relay.example
	same "$status $(jq -r .why <<<"$output" | cut -c-8)" '78 SMTP_TLS'
}

@test "a name much like a setting's is said, with the one that may be meant, and never its value" {
	start_other SMTP_PASWORD=hush-hush HTTP_WORKER=8
	tail -n 20 "$STACK/other.log" >"$BATS_TEST_TMPDIR/log"
	same "$(jq -r 'select(.event == "setting_unknown") | "\(.name) \(.meant)"' "$BATS_TEST_TMPDIR/log" | sort | xargs)" \
		'HTTP_WORKER HTTP_WORKERS SMTP_PASWORD SMTP_PASSWORD'
	never grep -q hush "$BATS_TEST_TMPDIR/log"
	never grep -q setting_unknown "$STACK/myportald.log"
}

# $output and $status of myportald --check.
check() { # [SETTING=VALUE...]
	status=0
	output=$(env -u DB_OWNER_PASSWORD_FILE "$@" timeout 30 "$BUILD/api/myportald" --check 2>"$BATS_TEST_TMPDIR/log") || status=$?
}

# The same, and which part it names.
check_fails() { # STATUS PART TEXT [SETTING=VALUE...]
	check "${@:4}"
	[[ $status == "$1" && $(grep -v ': ok$' <<<"$output") == "$2: "*"$3"* ]] && return
	printf 'wanted %s (%s), got %s:\n%s\n' "$1" "$2" "$status" "$output" >&2
	return 1
}

@test "--check says of each part whether it works, and leaves nothing behind" {
	before=$(rows limit_counter outbox session audit_event)
	check
	same "$status $output" '0 settings: ok
keys: ok
database: ok
mail: ok'
	same "$(rows limit_counter outbox session audit_event)" "$before"
	same "$(find "$STACK/mail/new" -newer "$BATS_TEST_TMPDIR/log" -type f)" ''
	check SMTP_PASWORD=x
	same "$status $(head -n 1 <<<"$output")" '0 settings: warning: SMTP_PASWORD is no setting; SMTP_PASSWORD is one'
}

@test "--check says by its status and in words what does not work, and tries the rest all the same" { # asvs 12.3.2
	check_fails 78 settings 'SMTP_URL must' SMTP_URL=relay.example
	check_fails 3 keys 'No such file' KEYS_FOLDER="$BATS_TEST_TMPDIR/none"
	same "$(grep -c ': ok$' <<<"$output")" 3
	printf wrong >"$BATS_TEST_TMPDIR/password"
	check_fails 4 database 1045 DB_PASSWORD_FILE="$BATS_TEST_TMPDIR/password"
	check_fails 4 database 1044 DB_NAME=none # no right to it, if there is one
	check_fails 4 database 2026 DB_SOCKET= DB_PORT="$RUN_DB_PORT" # it does not speak TLS
	check_fails 4 database 2002 DB_SOCKET="$BATS_TEST_TMPDIR/none"
	check_fails 5 mail 'curl 7,' SMTP_URL=smtp://127.0.0.1:1
	check_fails 5 mail 'curl 64,' SMTP_TLS=required # it does not offer STARTTLS
	smtp_script 'connect 554'
	check_fails 5 mail 'smtp 554'
}

@test "--check ends at once when it is told to, also while a relay keeps it waiting" {
	local signal pid code relay RELAY
	RELAY=127.0.0.1:$(free_ports 1)
	echo 'stall connect' >"$BATS_TEST_TMPDIR/script"
	timeout 300 "$TREE/tools/dev/mail-catcher" "$RELAY" "$BATS_TEST_TMPDIR/mail" --script "$BATS_TEST_TMPDIR/script" 3>&- &
	relay=$!
	wait_until 10 eval '! port_is_free "$RELAY"'
	for signal in INT TERM HUP; do
		env -u DB_OWNER_PASSWORD_FILE --default-signal SMTP_URL="smtp://$RELAY" "$BUILD/api/myportald" --check >"$BATS_TEST_TMPDIR/log" 2>&1 3>&- &
		pid=$!
		code=0
		wait_until 10 relay_has_a_client
		kill -"$signal" "$pid"
		wait "$pid" || code=$?
		same "$signal $code" "$signal $((128 + $(kill -l "$signal")))"
		wait_until 10 eval '! relay_has_a_client'
	done
	kill "$relay"
}

relay_has_a_client() {
	awk -v at=":$(printf '%04X' "${RELAY##*:}")\$" '$3 ~ at && $4 == "01" { found = 1 } END { exit !found }' /proc/net/tcp
}

@test "--check finds a database that is older than the program, or takes no writes" {
	own_database
	own_migrate >/dev/null
	db_admin "$OWN_DB" <"$TREE/schema/rights.sql" 2>/dev/null || sed "s/myportal\./$OWN_DB./g" "$TREE/schema/rights.sql" | db_admin
	check DB_NAME="$OWN_DB"
	same "$status" 0
	db "DELETE FROM $OWN_DB.schema_migration WHERE version = 2"
	check_fails 4 database 'run myportalctl migrate' DB_NAME="$OWN_DB"
	db_admin -e 'SET GLOBAL read_only = 1'
	check
	db_admin -e 'SET GLOBAL read_only = 0'
	same "$status" 4
	grep -q '^database: .*written' <<<"$output"
}

@test "what could not be printed is no success" {
	local id
	new_account
	id=$(db "SELECT LOWER(HEX(id)) FROM account WHERE login_id = '$email'")
	captcha_for "$invitation" >/dev/null 2>&1 || { invite "$(new_email)" && captcha_for "$invitation" >/dev/null; }
	for words in 'keys list' 'keys new' limits 'purge --dry-run' audit 'audit --json' "member show $id" "member unlock --reason x $id" \
		"captcha answer $captcha_token" "roster import --dry-run $STACK/roster.csv"; do
		for target in /dev/full '&-'; do
			status=0
			# shellcheck disable=SC2086 # words
			eval "ctl $words >$target" 2>"$BATS_TEST_TMPDIR/told" || status=$?
			same "$words $target $status" "$words $target 1"
			grep -q '^myportalctl: not all of the output could be written$' "$BATS_TEST_TMPDIR/told"
		done
	done
	for words in --settings --check; do
		never "$BUILD/api/myportald" "$words" >/dev/full
	done
}

@test "closed standard streams are nobody's connection" { # asvs 16.2.3
	# shellcheck disable=SC2016 # expanded by that shell
	closed() { # REDIRECTIONS COMMAND...
		bash -c 'exec "${@:2}" '"$1" - '' "$BUILD/tools/ctl/myportalctl" "${@:2}"
	}
	never closed '0<&- >&-' audit
	never closed '0<&- >&- 2>&-' audit
	closed '0<&- 2>&-' audit >/dev/null
	never closed '0<&-' member show - # the end is read, and no connection
}

@test "the database user's commands leave no core, and nobody of the same user looks into them" { # asvs 13.3.1
	grep -q '"sandbox":"not built"' "$STACK/myportald.log" && skip "built with a sanitizer"
	mkfifo "$BATS_TEST_TMPDIR/typed"
	"$BUILD/tools/ctl/myportalctl" member show - <"$BATS_TEST_TMPDIR/typed" >/dev/null 2>&1 &
	local pid=$!
	exec 7>"$BATS_TEST_TMPDIR/typed" # it waits for a login ID
	wait_until 5 grep -q '^Max core file size  *0  *0 ' "/proc/$pid/limits"
	wait_until 5 eval '[[ $(stat -c %U "/proc/$pid/environ") == root ]]'
	same "$(stat -c %u "/proc/$pid/fd")" 0
	exec 7>&-
	wait "$pid" || true
}

@test "a key that a killed command left under a second name is shown, and gone after the next" {
	cp -a "$KEYS_FOLDER" "$BATS_TEST_TMPDIR/keys"
	key=$(find "$BATS_TEST_TMPDIR/keys" -name 'stage-*.key' | head -n 1)
	ln "$key" "$BATS_TEST_TMPDIR/keys/.new-0011223344556677"
	KEYS_FOLDER=$BATS_TEST_TMPDIR/keys ctl keys list >"$BATS_TEST_TMPDIR/list"
	grep -q '^draft  *.new-0011223344556677 ' "$BATS_TEST_TMPDIR/list"
	KEYS_FOLDER=$BATS_TEST_TMPDIR/keys ctl keys rotate --force
	same "$(find "$BATS_TEST_TMPDIR/keys" -name '.new-*')" ''
	same "$(stat -c %h "$key")" 1
	KEYS_FOLDER=$BATS_TEST_TMPDIR/keys ctl keys list | never grep '^draft'
}

@test "the service's database user can do no more than it needs" { # asvs 13.2.2
	as_service() {
		MYSQL_PWD=$(<"$DB_PASSWORD_FILE") mariadb --no-defaults --socket="$DB_SOCKET" --user="$DB_USER" --batch "$DB_NAME" -e "$1"
	}
	as_service 'SELECT COUNT(*) FROM account'
	for sql in 'DROP TABLE account' 'CREATE TABLE x (a INT)' 'DELETE FROM insured_person' 'UPDATE insured_person SET number = 1' \
		"SELECT LOAD_FILE('/etc/passwd') INTO OUTFILE '/tmp/x'" 'SELECT * FROM mysql.user' 'DELETE FROM schema_migration' 'ALTER TABLE account ADD a INT'; do
		never as_service "$sql" || { echo "allowed: $sql" >&2; false; }
	done
}

@test "Argon2id parameters come from the settings" { # asvs 11.2.2
	start_other ARGON2_MEMORY_KIB=12288 ARGON2_PASSES=3
	new_email email
	at_account_step "$email" "$(new_person)"
	BASE_URL=http://$OTHER_LISTEN create_account "$stage_token" "$email"
	want 201
	db "SELECT password_hash FROM account WHERE login_id = '$email'" | grep -q '^\$argon2id\$v=19\$m=12288,t=3,p=1\$'
}

@test "the programs start no other program, and export nothing" { # asvs 1.2.5
	for program in api/myportald tools/ctl/myportalctl; do
		nm -D --undefined-only "$BUILD/$program" | never grep -Ew 'system|popen|execv|execve|execvp|execvpe|fexecve|posix_spawnp?'
	done
	nm -D --undefined-only "$BUILD/api/myportald" | never grep -Ew 'v?fork' # the doctor's checks are processes, to be ended
}
