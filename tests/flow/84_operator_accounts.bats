#!/usr/bin/env bats
# What the operator sees of accounts and does to them, the audit trail, and what is deleted by age.

bats_require_minimum_version 1.5.0
load helper
load steps

teardown() {
	[[ -z ${OWN_DB-} ]] || db_admin -e "DROP DATABASE $OWN_DB"
	stack_restore
}

# Runs the operator's command; $output and $stderr are what was said. Fails unless it ended so.
ended() { # STATUS COMMAND...
	run --separate-stderr ctl "${@:2}" </dev/null
	[[ $status == "$1" ]] && return 0
	printf 'status %s\n%s\n%s\n' "$status" "$output" "$stderr" >&2
	return 1
}

# The value that stands behind a name in $output.
said() { # NAME
	sed -n "s/^$1: //p" <<<"$output"
}

is_a_time() { # TEXT
	[[ $1 =~ ^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$ ]]
}

account_id() { # LOGIN-ID
	db "SELECT LOWER(HEX(id)) FROM account WHERE login_id = '$1'"
}

failed_logins() { # COUNT
	for _ in $(seq "$1"); do
		log_in "$email" wrong7rakuda
		want 401 login_failed || return 1
	done
}

# A database of its own, with 2,500 people who each have an account and a living login: three
# batches.
own_crowd() {
	OWN_DB=${DB_NAME}_$BATS_SUITE_TEST_NUMBER
	db_admin -e "CREATE DATABASE $OWN_DB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin; GRANT ALL ON $OWN_DB.* TO '$DB_OWNER_USER'@'%'"
	DB_NAME=$OWN_DB ctl migrate --folder "$TREE/schema"
	own "INSERT INTO insured_person (id, number, symbol, birth_date, kana_name, eligible_from, roster_run)
		SELECT UNHEX(MD5(seq)), seq, '9', '1980-01-01', 'x', '2010-04-01', '' FROM seq_1_to_2500;
		INSERT INTO account (id, person_id, login_id, password_hash, email, nickname, language, created_at, password_changed_at)
		SELECT id, id, CONCAT('m', number, '@example.jp'), 'x', 'x', 'x', 'ja', 1, 1 FROM insured_person;
		INSERT INTO session (id, account_id, generation, refresh_hash, client_hash, rotated_at, device, created_at, used_at, expires_at)
		SELECT id, id, generation, '', '', 1, '', 1, UNIX_TIMESTAMP(), UNIX_TIMESTAMP() + 3600 FROM account"
}

own() { # SQL
	DB_NAME=$OWN_DB db "$1"
}

own_ctl() { # WORD...
	DB_NAME=$OWN_DB ctl "$@"
}

@test "account show says how an account stands, and no secret" { # asvs 14.2.6
	new_account
	ended 0 account show "$email"
	same "$(said 'last login') $(said logins)" "- 0"
	logged_in "$email"
	failed_logins 2

	ended 0 account show "$email"
	same "$(said account) $(said state) $(said eligible)" "$(account_id "$email") active yes"
	same "$(said number)" "$(sed 's/./*/g; s/..$//' <<<"$number")${number: -2}"
	same "$(said logins) $(said 'failed logins') $(said 'locked until')" "1 2 -"
	same "$(said 'known sources') $(said 'locked known sources')" "1 0"
	is_a_time "$(said created)"
	is_a_time "$(said 'last login')"
	never grep -qE "@|argon2|はなこ|$number" <<<"$output"
	same "$(ctl account show - <<<" ${email^^} ")" "$output"

	db "UPDATE insured_person p JOIN account a ON a.person_id = p.id SET p.eligible_until = '2020-01-01' WHERE a.login_id = '$email'"
	ended 0 account show "$email"
	same "$(said eligible) $(said logins)" "no 0"
}

@test "an account that is not there, no login ID, and no such command are told apart" {
	local nobody
	nobody=$(new_email)
	for verb in show disable enable logout unlock send-reset; do
		ended 1 account "$verb" "$nobody"
		same "$output$stderr" "myportalctl: no account has this login ID"
	done
	ended 1 account show nobody
	same "$stderr" "myportalctl: this is no login ID"
	ended 1 account show -
	same "$stderr" "myportalctl: no login ID on standard input"
	for words in "account" "account show" "account show a b" "account burn $nobody" "account disable --all $nobody" "audit --what" "audit --limit" \
		"audit --account x --login-id y" "purge --now"; do
		# shellcheck disable=SC2086 # words
		ended 2 $words
	done
	ended 1 account disable --all # no login ID
}

@test "disabling ends everything at once, enabling begins anew" { # asvs 7.4.2 7.4.5
	new_account
	logged_in "$email"
	start_other
	BASE_URL=http://$OTHER_LISTEN is_logged_in "$access"

	ended 0 account disable "$email"
	same "$output" "disabled; its logins and mailed links are over"
	for base in "http://$LISTEN" "http://$OTHER_LISTEN"; do
		BASE_URL=$base api GET /v1/me '' "$access"
		want 401 login_required
	done
	refresh_login "$refresh"
	want 401 login_required
	log_in "$email"
	want 401 login_failed
	ended 0 account show "$email"
	same "$(said state) $(said logins)" "disabled 0"
	same "$(db "SELECT COUNT(*) FROM session s JOIN account a ON a.id = s.account_id WHERE a.login_id = '$email'")" 0

	ended 0 account disable "$email"
	same "$output" "was disabled already"
	same "$(db "SELECT generation FROM account WHERE login_id = '$email'")" 2

	ended 0 account enable "$email"
	same "$output" enabled
	never is_logged_in "$access"
	refresh_login "$refresh"
	want 401 login_required
	logged_in "$email"
	is_logged_in "$access"
	ended 0 account enable "$email"
	same "$output" "was enabled already"
	ended 0 audit --login-id "$email"
	same "$(grep -P '\toperator\t' <<<"$output" | cut -f2 | sort | xargs)" "account_disabled account_enabled"
}

@test "logout ends the logins and mailed links of one account" { # asvs 7.4.5
	new_account
	other=$email
	logged_in "$other"
	others_access=$access
	new_account
	logged_in "$email"
	ask_reset "$email"

	ended 0 account logout "$email"
	never is_logged_in "$access"
	refresh_login "$refresh"
	want 401 login_required
	reset_password "$reset" tsukimi9rakuda
	want 401 token_spent
	is_logged_in "$others_access"
	logged_in "$email"
	ended 0 audit --login-id "$email"
	grep -qP '\tsessions_ended_by_operator\t.*\toperator\t' <<<"$output"
	ended 0 audit --login-id "$other"
	never grep -q operator <<<"$output"
}

@test "logout --all ends every login, and those from then on are good" { # asvs 7.4.5
	new_account
	logged_in "$email"
	first=$access
	new_account
	logged_in "$email"
	ended 0 account logout --all
	same "$(said accounts)" "$(db 'SELECT COUNT(*) FROM account')"
	never is_logged_in "$first"
	never is_logged_in "$access"
	same "$(db 'SELECT COUNT(*) FROM session')" 0
	logged_in "$email"
	is_logged_in "$access"
	ended 0 audit --limit 20 # all of this test may be of one second, and then have any order
	same "$(grep -P '\tsessions_ended_by_operator\t-\toperator\t' <<<"$output" | wc -l)" 1
}

@test "logout --all goes through more accounts than a batch has, once each" {
	own_crowd
	# One whose row is of a login that began after its account's turn would stay.
	own "UPDATE session SET generation = 2 ORDER BY id LIMIT 1"
	same "$(own_ctl account logout --all)" "accounts: 2500"
	same "$(own 'SELECT generation, COUNT(*) FROM account GROUP BY generation')" "2	2500"
	same "$(own 'SELECT COUNT(*) FROM session')" 1
	same "$(own 'SELECT COUNT(*), SUM(event = AUDIT_SESSIONS_ENDED_BY_OPERATOR AND account_id = REPEAT(CHAR(0), 16)) FROM audit_event')" "1	1"
}

@test "failed logins lock, and unlock forgets them" { # asvs 6.3.1
	new_account
	failed_logins 5
	log_in "$email"
	want 401 login_failed
	ended 0 account show "$email"
	is_a_time "$(said 'locked until')"
	never [ "$(said 'failed logins')" = 0 ]
	ended 0 account unlock "$email"
	ended 0 account show "$email"
	same "$(said 'failed logins') $(said 'locked until')" "0 -"
	logged_in "$email"

	db 'DELETE FROM limit_counter' # no source is known any more
	failed_logins 1
	db 'UPDATE limit_counter SET count = 100 WHERE limit_id = LIMIT_LOGIN_FAILURES'
	ended 0 account show "$email"
	same "$(said 'failed logins') $(said 'locked until')" "100 the password is reset"
	log_in "$email"
	want 401 login_failed
	ended 0 account unlock "$email"
	logged_in "$email"
}

@test "failures of known sources are shown and forgotten with the others; the sources stay known" { # asvs 6.3.1
	new_account
	start_other TRUSTED_PROXIES=127.0.0.1
	home=198.51.100.1 work=198.51.100.2 mobile=198.51.100.3 stranger=198.51.100.66
	for source in $home $work $mobile; do
		from $source logged_in "$email"
	done
	from $home failed_logins 5
	from $work failed_logins 1
	from $stranger failed_logins 5
	ended 0 account show "$email"
	same "$(said 'failed logins') $(said 'known sources') $(said 'locked known sources')" "11 3 1"
	db 'UPDATE limit_counter SET count = 100, locked_until = 0 WHERE limit_id = LIMIT_KNOWN_SOURCE_FAILURES AND count = 5'
	ended 0 account show "$email"
	same "$(said 'failed logins') $(said 'known sources') $(said 'locked known sources')" "106 3 1"
	is_a_time "$(said 'locked until')"

	other=$email
	new_account
	from $home logged_in "$email"
	from $home failed_logins 2
	ended 0 account unlock "$other"
	ended 0 account show "$other"
	same "$(said 'failed logins') $(said 'locked until') $(said 'known sources') $(said 'locked known sources')" "0 - 3 0"
	ended 0 account show "$email"
	same "$(said 'failed logins') $(said 'known sources')" "2 1"
	from $home logged_in "$other"
	email=$other
	from $stranger failed_logins 5
	from $work logged_in "$other"
	db 'UPDATE limit_counter SET window_ends_at = UNIX_TIMESTAMP() WHERE limit_id = LIMIT_KNOWN_SOURCE_FAILURES'
	ended 0 account show "$other"
	same "$(said 'failed logins') $(said 'known sources')" "5 0"
}

@test "an operator starts a reset, and knows no password" { # asvs 6.4.6
	new_account
	before=$(mail_count "$email")
	api POST /v1/recovery/password "{\"login_id\":\"$email\"}"
	want 202
	mail_token "$email" $((before + 1)) >/dev/null
	ended 0 account send-reset "$email" # the mail interval does not hold for the operator
	reset=$(mail_token "$email" $((before + 2)))
	reset_password "$reset" tsukimi9rakuda
	want 204
	logged_in "$email" tsukimi9rakuda
	ended 0 audit --login-id "$email"
	same "$(grep -P '\tpassword_reset_asked\t' <<<"$output" | cut -f4 | grep -c '^operator$')" 1

	ended 0 account disable "$email"
	before=$(mail_count "$email")
	ended 1 account send-reset "$email"
	same "$output$stderr" "myportalctl: the account is disabled, or its person is not eligible"
	sleep 1
	same "$(mail_count "$email")" "$before"
}

@test "audit shows the trail, the newest first, and says nothing about persons" { # asvs 16.2.1 16.2.2 16.2.5 16.3.1
	new_account
	failed_logins 1
	sleep 1.1 # rows of one second have no order
	logged_in "$email"
	id=$(account_id "$email")
	ended 0 audit --login-id "$email"
	same "$(cut -f2 <<<"$output" | head -n 1)" login
	same "$(cut -f2 <<<"$output" | sort | xargs)" "account_created login login_failed"
	same "$(cut -f3 <<<"$output" | sort -u)" "$id"
	same "$(cut -f4 <<<"$output" | head -n 1)" 127.0.0.0
	is_a_time "$(head -n 1 <<<"$output" | cut -f1)"
	same "$(head -n 1 <<<"$output" | cut -f5)" "$(db "SELECT LOWER(HEX(request_id)) FROM audit_event WHERE event = AUDIT_LOGIN AND account_id = UNHEX('$id')")"
	never grep -qE "@|$number" <<<"$output"
	whole=$output

	same "$(ctl audit --login-id - <<<"$email")" "$whole"
	same "$(ctl audit --account "$id")" "$whole"
	same "$(ctl audit --account "$id" --limit 1)" "$(head -n 1 <<<"$whole")"
	same "$(ctl audit --account "$id" --json | jq -r '[.time, .what, .account, .network, .request] | @tsv')" "$whole"
	same "$(ctl audit --account "$id" --since "$(date -u +%F -d yesterday)")" "$whole"
	same "$(ctl audit --account "$id" --since "$(date -u +%F -d tomorrow)")" ''
	same "$(ctl audit | head -n 1)" "$(head -n 1 <<<"$whole")"
	sleep 1.1 # the trail has whole seconds
	ctl account logout --all
	same "$(ctl audit --json --limit 1 | jq -c '[.what, .account]')" '["sessions_ended_by_operator",null]'
	for wrong in "--limit 0" "--limit 10001" "--limit x" "--since 2026-02-30" "--since yesterday" "--account 12"; do
		# shellcheck disable=SC2086 # words
		ended 1 audit $wrong
		grep -q -- "${wrong% *} must be" <<<"$stderr"
	done
}

@test "the trail of an account that was deleted stays" {
	new_account
	id=$(account_id "$email")
	logged_in "$email"
	api DELETE /v1/me "{\"current_password\":\"$PASSWORD\"}" "$access"
	want 204
	ended 1 audit --login-id "$email"
	same "$(ctl audit --account "$id" | cut -f2 | sort | tail -n 2 | xargs)" "account_left login"
}

# Rows on both sides of every rule's line, a minute and more away from it: 2,500 and 3. What ends is kept for
# ten minutes more: the clocks of replicas may be behind this one.
own_age() {
	own "SET @now = UNIX_TIMESTAMP(), @day = 86400;
		INSERT INTO spent_token SELECT RANDOM_BYTES(16), 1, '', 1, '', @now - 2 * @day - 60 FROM seq_1_to_2500;
		INSERT INTO spent_token SELECT RANDOM_BYTES(16), 2, '', 1, '', @now - 2 * @day + 600 FROM seq_1_to_3;
		INSERT INTO limit_counter SELECT 1, RANDOM_BYTES(32), 1, @now - 660 - seq MOD 2, @now + 60, '', 0 FROM seq_1_to_2500;
		INSERT INTO limit_counter SELECT 2, RANDOM_BYTES(32), 1, @now - 60 - 300 * (seq MOD 2), 0, '', 0 FROM seq_1_to_3;
		INSERT INTO outbox (id, kind, state, email, language, nickname, jti, person_id, account_id, generation, invitation_jti, created_at, expires_at, next_try_at, finished_at)
			SELECT RANDOM_BYTES(16), 1, 1 + seq MOD 3, '', 'ja', '', '', '', '', 0, '', 1, 1, UTC_TIMESTAMP(), @now - 30 * @day - 60 FROM seq_1_to_2500;
		INSERT INTO outbox (id, kind, state, email, language, nickname, jti, person_id, account_id, generation, invitation_jti, created_at, expires_at, next_try_at, finished_at)
			SELECT RANDOM_BYTES(16), 2, 1, '', 'ja', '', '', '', '', 0, '', 1, 1, UTC_TIMESTAMP(), IF(seq = 1, NULL, @now - 30 * @day + 600) FROM seq_1_to_3;
		DELETE FROM session;
		INSERT INTO session SELECT RANDOM_BYTES(16), id, 1, '', NULL, '', 1, 'old', 1, IF(CRC32(id) MOD 2, @now, @now - 7 * @day - 660), IF(CRC32(id) MOD 2, @now - 660, @now + @day) FROM account;
		INSERT INTO session SELECT RANDOM_BYTES(16), id, 1, '', NULL, '', 1, 'new', 1, @now - 7 * @day - 300, @now - 300 FROM account LIMIT 3;
		INSERT INTO audit_event SELECT @now - 400 * @day - 60, RANDOM_BYTES(8), 2, '1', '', '' FROM seq_1_to_2500;
		INSERT INTO audit_event SELECT @now - 400 * @day + 600, RANDOM_BYTES(8), 3, '1', '', '' FROM seq_1_to_3;
		INSERT INTO audit_event SELECT @now - 30 * @day - 60, RANDOM_BYTES(8), 3 + 6 * (seq MOD 2), '', '', '' FROM seq_1_to_2500;
		INSERT INTO audit_event SELECT @now - 30 * @day + 600, RANDOM_BYTES(8), 3, '', '', '' FROM seq_1_to_3;
		INSERT INTO audit_event SELECT @now - 30 * @day - 60, RANDOM_BYTES(8), 15, '', '1', '';
		INSERT INTO audit_event SELECT @now - 400 * @day + 600, RANDOM_BYTES(8), 23, '', '', ''"
}

# What is left of it.
own_left() {
	own "SELECT CONCAT_WS(' ', (SELECT SUM(kind) FROM spent_token), (SELECT SUM(limit_id) FROM limit_counter), (SELECT SUM(kind) FROM outbox),
		(SELECT GROUP_CONCAT(device SEPARATOR '') FROM session), (SELECT SUM(event) FROM audit_event))"
}

readonly ALL_PURGED='spent_token: 2500 limit_counter: 2500 outbox: 2500 session: 2500 audit_event of no account: 2500 audit_event: 2500'
readonly ALL_LEFT='6 6 6 newnewnew 56'

@test "purge deletes what is old, and nothing else" { # asvs 14.2.4 14.2.7
	own_crowd
	own_age
	others="SELECT (SELECT COUNT(*) FROM account), (SELECT COUNT(*) FROM insured_person), (SELECT SUM(CRC32(CONCAT(id, login_id, generation))) FROM account)"
	before=$(own "$others")
	sleep 1
	same "$(own_ctl purge --dry-run | xargs)" "$ALL_PURGED dry run: nothing was deleted"
	same "$(own 'SELECT COUNT(*) FROM spent_token')" 2503
	same "$(own_ctl purge | xargs)" "$ALL_PURGED"
	same "$(own_left)" "$ALL_LEFT"
	same "$(own "$others")" "$before"
	same "$(own_ctl purge | xargs)" 'spent_token: 0 limit_counter: 0 outbox: 0 session: 0 audit_event of no account: 0 audit_event: 0'

	same "$(SESSION_IDLE_S=600 own_ctl purge | grep session)" "session: 3"
}

@test "purge twice at once, and after one that was killed" {
	own_crowd
	own_age
	DB_NAME=$OWN_DB timeout -s KILL 0.15 "$BUILD/tools/ctl/myportalctl" purge || true
	own_ctl purge >"$BATS_TEST_TMPDIR/one" &
	one=$!
	own_ctl purge >"$BATS_TEST_TMPDIR/two" &
	two=$!
	wait "$one"
	wait "$two"
	same "$(own_left)" "$ALL_LEFT"
}

@test "purge does not trust a clock that is wrong" {
	own_crowd
	own_age
	for offset in +6m -6m +400d; do
		run --separate-stderr env DB_NAME="$OWN_DB" LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1 FAKETIME="$offset" \
			FAKETIME_DONT_FAKE_MONOTONIC=1 ASAN_OPTIONS="${ASAN_OPTIONS-}:verify_asan_link_order=0" "$BUILD/tools/ctl/myportalctl" purge
		same "$status $output" "1 "
		grep -q 'nothing was deleted: this clock is' <<<"$stderr"
	done
	same "$(own 'SELECT COUNT(*) FROM audit_event')" 5008
}

@test "without the database the operator is told so" {
	for words in "account show a@example.jp" "account logout --all" "audit" "purge"; do
		# shellcheck disable=SC2086 # words
		DB_SOCKET=$BATS_TEST_TMPDIR/none ended 1 $words
		grep -q 'the database is away' <<<"$stderr"
	done
}

@test "the service's own user can not read the trail, and does not prepare the operator's statements" { # asvs 13.2.2 16.4.2
	as_service() {
		MYSQL_PWD=$(<"$DB_PASSWORD_FILE") mariadb --no-defaults --socket="$DB_SOCKET" --user="$DB_USER" --batch "$DB_NAME" -e "$1"
	}
	never as_service 'SELECT * FROM audit_event'
	never as_service 'DELETE FROM audit_event'
	DB_OWNER_USER=$DB_USER DB_OWNER_PASSWORD_FILE=$DB_PASSWORD_FILE ended 1 audit
}
