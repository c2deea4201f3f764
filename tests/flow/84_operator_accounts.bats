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

# The same of an act on the account of a login ID; more lines are what is asked for then.
acted() { # STATUS VERB LOGIN-ID [LINE...]
	run --separate-stderr ctl member "$2" --reason "a test" - < <(printf '%s\n' "${@:3}")
	[[ $status == "$1" ]] && return 0
	printf 'status %s\n%s\n%s\n' "$status" "$output" "$stderr" >&2
	return 1
}

# What member show says of a login ID's account.
shown() { # LOGIN-ID JQ
	jq -r "$2" <<<"$(ctl member show --json - <<<"$1")"
}

# A limit of it: how much is counted, and until when it is locked.
limit_shown() { # LOGIN-ID LIMIT
	shown "$1" "[.limits[] | select(.limit == \"$2\") | .count, .until // \"-\"] | join(\" \")"
}

# The value that stands behind a name in $output.
said() { # NAME
	sed -n "s/^$1: *//p" <<<"$output"
}

# The trail; $output has a line for each event: time, event, account ("-": none), network, request.
trail() { # WORD...
	ended 0 audit --json "$@"
	output=$(jq -r '.events[] | [.time, .event, .account // "-", .network, .request] | @tsv' <<<"$output")
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

# A database of its own, with 2,500 people who each have an account and a living session: three
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

@test "member show says how an account stands, masked, and no secret" { # asvs 14.2.6
	new_account
	same "$(shown "$email" '[.account.last_login, (.sessions | length)] | @tsv')" "	0"
	logged_in "$email"
	failed_logins 2

	ended 0 member show "$(account_id "$email")"
	text=$output
	same "$(shown "$email" '[.account.id, .account.state, .person.eligible] | @tsv')" "$(account_id "$email")	active	yes"
	same "$(shown "$email" .person.number)" "$(sed 's/./*/g; s/..$//' <<<"$number")${number: -2}"
	same "$(shown "$email" '[.account.login_id, .account.address, .account.login_id_is_address] | @tsv')" \
		"m***@example.jp	m***@example.jp	true"
	same "$(shown "$email" '.sessions | length') $(shown "$email" '[.known_sources, .failures_of_known_sources, .locked_known_sources] | @tsv')" "1 1	2	0"
	is_a_time "$(shown "$email" .account.created)"
	is_a_time "$(shown "$email" .account.last_login)"
	same "$(shown "$email" '[.mails[] | .kind + " " + .state] | sort | join(", ")')" "completion sent, invitation sent, second-link sent"
	name=$(db "SELECT kana_name FROM insured_person WHERE lookup = '$number'")
	same "$(shown "$email" .person.name)" "$(LC_ALL=C.UTF-8 sed -E 's/(^| )([^ ])([^ ]*)/\1\2\n\3\n/g' <<<"$name" | LC_ALL=C.UTF-8 sed -E 'n; s/[^ ]/*/g' | tr -d '\n')"
	never grep -qE "${email%@*}|argon2|はなこ|$number|${name// /|}|1980" <<<"$text$(ctl member show --json "$(account_id "$email")")"
	same "$(ctl member show - <<<" ${email^^} " | sed -n '/^account/,/^limits/p')" "$(sed -n '/^account/,/^limits/p' <<<"$text")"

	run=$(db "SELECT LOWER(HEX(roster_run)) FROM insured_person WHERE lookup = '$number'")
	db "UPDATE insured_person p JOIN account a ON a.person_id = p.id SET p.eligible_until = '2020-01-01' WHERE a.login_id = '$email'"
	same "$(shown "$email" '[.person.eligible, .person.eligible_until, .person.changed_by_import] | @tsv') $(shown "$email" '.sessions | length')" \
		"no	2020-01-01	$run 1"
	is_a_time "$(shown "$email" .person.import_time)"
}

@test "an account that is not there, no login ID, and no such command are told apart" {
	local nobody id
	new_email nobody
	id=$(printf '%032x' 7)
	for verb in disable enable logout unlock send-reset end release-login-id set-email resend; do
		acted 3 "$verb" "$nobody" "$nobody"
		same "$output" ''
		ended 3 member "$verb" --reason x "$id"
		same "$output$stderr" "myportalctl: it is not there (any more); find the member again"
	done
	ended 3 member show "$id"
	run --separate-stderr ctl member show - <<<nobody
	same "$status $stderr" "1 myportalctl: this is no login ID"
	ended 1 member show -
	same "$stderr" "myportalctl: login ID: nothing was typed"
	for words in member "member show" "member show a b" "member burn $id" "member disable --reason x --all $id" "member disable $id" \
		"member disable $nobody" "audit --what" "audit --limit" "audit --account $id --login-id -" "purge --now"; do
		# shellcheck disable=SC2086 # words
		ended 2 $words
	done
	ended 2 member disable --all
	ended 2 member logout --reason x
}

# Both kinds of mailed links of $email, who is logged in: $confirmation and $reset.
has_mailed_links() {
	api PUT /v1/me/email "$(json_object "email=other.$email" "current_password=$PASSWORD")" "$access"
	want 202 && confirmation=$(mail_token "other.$email") && wait_until 10 mail_is_finished && ask_reset "$email"
}

mailed_links_are_over() {
	api POST /v1/me/email/confirmation '' "$confirmation"
	want 401 token_spent && reset_password "$reset" tsukimi9rakuda && want 401 token_spent
}

@test "disabling ends everything at once, enabling begins anew" { # asvs 7.4.2 7.4.5
	new_account
	logged_in "$email"
	has_mailed_links
	start_other
	BASE_URL=http://$OTHER_LISTEN is_logged_in "$access"

	acted 0 disable "$email"
	same "$output" "disabled; its sessions and mailed links are over"
	for base in "http://$LISTEN" "http://$OTHER_LISTEN"; do
		BASE_URL=$base api GET /v1/me '' "$access"
		want 401 login_required
	done
	refresh_login "$refresh"
	want 401 login_required
	log_in "$email"
	want 401 login_failed
	mailed_links_are_over
	same "$(shown "$email" .account.state) $(shown "$email" '.sessions | length')" "disabled 0"
	same "$(db "SELECT COUNT(*) FROM session s JOIN account a ON a.id = s.account_id WHERE a.login_id = '$email'")" 0

	acted 0 disable "$email"
	same "$output" "was disabled already"
	same "$(db "SELECT generation FROM account WHERE login_id = '$email'")" 2

	acted 0 enable "$email"
	same "$output" enabled
	never is_logged_in "$access"
	mailed_links_are_over
	refresh_login "$refresh"
	want 401 login_required
	logged_in "$email"
	is_logged_in "$access"
	acted 0 enable "$email"
	same "$output" "was enabled already"
	trail --account "$(account_id "$email")"
	same "$(grep -P '\toperator\t' <<<"$output" | cut -f2 | sort | xargs)" "account_disabled account_enabled"
}

@test "logout ends the sessions and mailed links of one account" { # asvs 7.4.5
	new_account
	other=$email
	logged_in "$other"
	others_access=$access
	new_account
	logged_in "$email"
	has_mailed_links

	acted 0 logout "$email"
	never is_logged_in "$access"
	refresh_login "$refresh"
	want 401 login_required
	mailed_links_are_over
	is_logged_in "$others_access"
	logged_in "$email"
	trail --account "$(account_id "$email")"
	grep -qP '\tsessions_ended_by_operator\t.*\toperator\t' <<<"$output"
	trail --account "$(account_id "$other")"
	never grep -q operator <<<"$output"
}

@test "logout --all ends every session and mailed link, and those from then on are good" { # asvs 7.4.5
	new_account
	logged_in "$email"
	first=$access
	new_account
	logged_in "$email"
	has_mailed_links
	ended 0 member logout --all --reason "a test"
	same "$(said accounts)" "$(db 'SELECT COUNT(*) FROM account')"
	never is_logged_in "$first"
	never is_logged_in "$access"
	mailed_links_are_over
	same "$(db 'SELECT COUNT(*) FROM session')" 0
	logged_in "$email"
	is_logged_in "$access"
	trail --limit 20 # all of this test may be of one second, and then have any order
	same "$(grep -P '\tsessions_ended_by_operator\t-\toperator\t' <<<"$output" | wc -l)" 1
}

@test "logout --all goes through more accounts than a batch has, once each" {
	own_crowd
	# One whose row is of a session that began after its account's turn would stay.
	own "UPDATE session SET generation = 2 ORDER BY id LIMIT 1"
	same "$(own_ctl member logout --all --reason "a test")" "accounts:  2500"
	same "$(own 'SELECT generation, COUNT(*) FROM account GROUP BY generation')" "2	2500"
	same "$(own 'SELECT COUNT(*) FROM session')" 1
	same "$(own 'SELECT COUNT(*), SUM(event = AUDIT_SESSIONS_ENDED_BY_OPERATOR AND account_id = REPEAT(CHAR(0), 16)) FROM audit_event')" "1	1"
}

@test "failed logins lock, and unlock forgets them" { # asvs 6.3.1
	new_account
	failed_logins 5
	log_in "$email"
	want 401 login_failed
	read -r count until <<<"$(limit_shown "$email" login_failures)"
	is_a_time "$until"
	never [ "$count" = 0 ]
	acted 0 unlock "$email"
	same "$(limit_shown "$email" login_failures)" ''
	logged_in "$email"

	db 'DELETE FROM limit_counter' # no source is known any more
	failed_logins 1
	db 'UPDATE limit_counter SET count = 100 WHERE limit_id = LIMIT_LOGIN_FAILURES'
	same "$(limit_shown "$email" login_failures)" "100 a new password"
	log_in "$email"
	want 401 login_failed
	acted 0 unlock "$email"
	logged_in "$email"
}

# What is counted of sources from which a login ID was used: failures, sources, locked ones; and elsewhere.
sources_shown() { # LOGIN-ID
	shown "$1" '[.failures_of_known_sources, .known_sources, .locked_known_sources] | join(" ")'
	limit_shown "$1" login_failures | cut -d ' ' -f 1
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
	same "$(sources_shown "$email" | xargs)" "6 3 1 5"
	db 'UPDATE limit_counter SET count = 100, locked_until = 0 WHERE limit_id = LIMIT_KNOWN_SOURCE_FAILURES AND count = 5'
	same "$(sources_shown "$email" | xargs)" "101 3 1 5"

	other=$email
	new_account
	from $home logged_in "$email"
	from $home failed_logins 2
	acted 0 unlock "$other"
	same "$(sources_shown "$other" | xargs)" "0 3 0"
	same "$(sources_shown "$email" | xargs)" "2 1 0"
	from $home logged_in "$other"
	email=$other
	from $stranger failed_logins 5
	from $work logged_in "$other"
	db 'UPDATE limit_counter SET window_ends_at = UNIX_TIMESTAMP() WHERE limit_id = LIMIT_KNOWN_SOURCE_FAILURES'
	same "$(sources_shown "$other" | xargs)" "0 0 0 5"

	# What is counted about a source: the operator types its address.
	limits_of_source() {
		ctl member show --source --json - <<<"$other
$1" | jq -r '[.limits[] | select(.limit | startswith("source_")) | .limit + " " + (.count | tostring)] | join(", ")'
	}
	same "$(limits_of_source $stranger)" "source_failures 10"
	same "$(limits_of_source 198.51.100.67)" ''
	run --separate-stderr ctl member unlock --source --reason x - <<<"$other
nowhere"
	same "$status $stderr" "1 myportalctl: this is no address of a network"
	ctl member unlock --source --reason x - <<<"$other
$stranger"
	same "$(limits_of_source $stranger)" ''
}

@test "an operator starts a reset, and knows no password" { # asvs 6.4.6
	new_account
	mail_count "$email" before
	api POST /v1/recovery/password "{\"login_id\":\"$email\"}"
	want 202
	mail_token "$email" $((before + 1)) >/dev/null
	acted 0 send-reset "$email" # the mail interval does not hold for the operator
	mail_token "$email" $((before + 2)) reset
	reset_password "$reset" tsukimi9rakuda
	want 204
	logged_in "$email" tsukimi9rakuda
	trail --account "$(account_id "$email")"
	same "$(grep -P '\tpassword_reset_asked\t' <<<"$output" | cut -f4 | grep -c '^operator$')" 1

	acted 0 disable "$email"
	mail_count "$email" before
	acted 1 send-reset "$email"
	same "$output$stderr" "myportalctl: the account is disabled, or its person has no access"
	sleep 1
	same "$(mail_count "$email")" "$before"
}

@test "audit shows the trail, the newest first, and says nothing about persons" { # asvs 16.2.1 16.2.2 16.2.5 16.3.1
	db 'DELETE FROM audit_event WHERE happened_at > UNIX_TIMESTAMP()' # of servers whose clock a test had set ahead
	new_account
	failed_logins 1
	sleep 1.1 # rows of one second have no order
	logged_in "$email"
	id=$(account_id "$email")
	trail --account "$(account_id "$email")"
	same "$(cut -f2 <<<"$output" | head -n 1)" login
	same "$(cut -f2 <<<"$output" | sort | xargs)" "account_created login login_failed"
	same "$(cut -f3 <<<"$output" | sort -u)" "$id"
	same "$(cut -f4 <<<"$output" | head -n 1)" 127.0.0.0
	is_a_time "$(head -n 1 <<<"$output" | cut -f1)"
	same "$(head -n 1 <<<"$output" | cut -f5)" "$(db "SELECT LOWER(HEX(request_id)) FROM audit_event WHERE event = AUDIT_LOGIN AND account_id = UNHEX('$id')")"
	never grep -qE "@|$number" <<<"$output"
	whole=$output

	same "$(ctl audit --login-id - <<<"$email")" "$(ctl audit --account "$id")"
	same "$(ctl audit --account "$id" | tail -n +2 | tr -s ' ' '\t' | sed 's/^\t//' | cut -f 1-3,5-6)" "$whole"
	trail --account "$id" --limit 1
	same "$output" "$(head -n 1 <<<"$whole")"
	trail --account "$id" --since "$(date -u +%F -d yesterday)"
	same "$output" "$whole"
	trail --account "$id" --since "$(date -u +%F -d tomorrow)"
	same "$output" ''
	trail
	same "$(head -n 1 <<<"$output")" "$(head -n 1 <<<"$whole")"

	# A page, and those behind it, whatever comes in between: each event once.
	trail_pages() { # LIMIT WORD...
		local after=() page
		while true; do
			page=$(ctl audit --json --limit "$1" "${@:2}" "${after[@]}")
			jq -r '.events[] | .event' <<<"$page"
			after=(--after "$(jq -r '.after // empty' <<<"$page")")
			[[ -n ${after[1]} ]] || break
		done
	}
	same "$(trail_pages 1 --account "$id")" "$(cut -f2 <<<"$whole")"
	same "$(trail_pages 2 --account "$id")" "$(cut -f2 <<<"$whole")"
	same "$(trail_pages 100 --account "$id")" "$(cut -f2 <<<"$whole")"
	trail --account "$id" --until "$(date -u +%F -d yesterday)"
	same "$output" ''
	trail --account "$id" --until "$(date -u +%F)"
	same "$output" "$whole"
	person=$(db "SELECT LOWER(HEX(person_id)) FROM account WHERE login_id = '$email'")
	trail --person "$person"
	same "$(cut -f2 <<<"$output" | sort | xargs)" "account_created login login_failed"

	sleep 1.1 # the trail has whole seconds
	ctl member logout --all --reason "a test"
	same "$(ctl audit --json --limit 1 | jq -c '.events[] | [.event, .account]')" '["sessions_ended_by_operator",null]'
	for wrong in "--limit 0" "--limit 10001" "--limit x" "--since 2026-02-30" "--since yesterday" "--account 12"; do
		# shellcheck disable=SC2086 # words
		ended 2 audit $wrong
		grep -q -- "${wrong% *} must be" <<<"$stderr"
	done
}

# Events with the operator and the reason that stand there.
who_and_why() { # WORD...
	ctl audit --json "$@" | jq -r '.events[] | select(.operator) | [.event, .operator, .reason] | @tsv' | sort
}

@test "an act is recorded with who and why, found by account, person and operator, also after the account is gone" { # asvs 16.2.1 16.3.1
	new_account
	id=$(account_id "$email") person=$(db "SELECT LOWER(HEX(person_id)) FROM account WHERE login_id = '$email'")
	SUDO_USER=花子 ctl member disable --reason ' 問い合わせ 12 ' "$id"
	SUDO_USER=花子 ctl member disable --reason 'twice, nothing is written' "$id"
	SUDO_USER='' ctl member enable --reason "$(printf 'あ%.0s' {1..200})" "$id"
	SUDO_USER=$(printf '漢%.0s' {1..90}) ctl member end --reason 'ticket 13' "$id"
	wanted="account_disabled	花子	問い合わせ 12
account_enabled	$(id -un)	$(printf 'あ%.0s' {1..200})
account_ended_by_operator	$(printf '漢%.0s' {1..80})	ticket 13"
	same "$(who_and_why --account "$id")" "$wanted"
	db 'DELETE FROM limit_counter'
	registered "$email" "$number"
	same "$(who_and_why --person "$person")" "$wanted"
	same "$(who_and_why --account "$(account_id "$email")")" ''
	same "$(who_and_why --operator 花子)" "$(head -n 1 <<<"$wanted")"
	same "$(who_and_why --operator 花)" ''
	# Its person is found by what the caller says.
	same "$(ctl member find --json - <<<"$number" | jq -r '.found[].person')" "$person"

	for reason in '' ' ' "$(printf 'あ%.0s' {1..201})" $'two\nlines' $'a tab\t' $'\xff'; do
		run --separate-stderr ctl member disable --reason "$reason" "$(account_id "$email")"
		same "$status" 2
		[[ $stderr == *reason* ]]
	done
	same "$(shown "$email" .account.state)" active
	for after in 12 "$id" "${id}zz"; do
		ended 2 audit --after "$after"
	done
}

@test "the trail of an account that was deleted stays" {
	new_account
	id=$(account_id "$email")
	logged_in "$email"
	api DELETE /v1/me "{\"current_password\":\"$PASSWORD\"}" "$access"
	want 204
	run --separate-stderr ctl audit --login-id - <<<"$email"
	same "$status" 3
	same "$(ctl audit --json --account "$id" | jq -r '.events[].event' | sort | tail -n 2 | xargs)" "account_left login"
}

# Rows on both sides of every rule's line, a minute and more away from it: 2,500 and 3. What ends is kept for
# ten minutes more: the clocks of replicas may be behind this one.
own_age() {
	own "SET @now = UNIX_TIMESTAMP(), @day = 86400;
		INSERT INTO spent_token SELECT RANDOM_BYTES(16), 1, '', 1, '', @now - 3 * @day - 60 FROM seq_1_to_2500;
		INSERT INTO spent_token SELECT RANDOM_BYTES(16), 2, '', 1, '', @now - 3 * @day + 600 FROM seq_1_to_3;
		INSERT INTO limit_counter SELECT 1, RANDOM_BYTES(32), 1, @now - 660 - seq MOD 2, @now + 60, '', 0 FROM seq_1_to_2500;
		INSERT INTO limit_counter SELECT 2, RANDOM_BYTES(32), 1, @now - 60 - 300 * (seq MOD 2), 0, '', 0 FROM seq_1_to_3;
		INSERT INTO outbox (id, kind, state, email, language, nickname, jti, person_id, account_id, generation, invitation_jti, created_at, expires_at, next_try_at, finished_at)
			SELECT RANDOM_BYTES(16), 1, 1 + seq MOD 3, '', 'ja', '', '', '', '', 0, '', 1, 1, UTC_TIMESTAMP(), @now - 30 * @day - 60 FROM seq_1_to_2500;
		INSERT INTO outbox (id, kind, state, email, language, nickname, jti, person_id, account_id, generation, invitation_jti, created_at, expires_at, next_try_at, finished_at)
			SELECT RANDOM_BYTES(16), 2, 1, '', 'ja', '', '', '', '', 0, '', 1, 1, UTC_TIMESTAMP(), IF(seq = 1, NULL, @now - 30 * @day + 600) FROM seq_1_to_3;
		DELETE FROM session;
		INSERT INTO session SELECT RANDOM_BYTES(16), id, 1, '', NULL, '', 1, 'old', 1, IF(CRC32(id) MOD 2, @now, @now - 7 * @day - 660), IF(CRC32(id) MOD 2, @now - 660, @now + @day) FROM account;
		INSERT INTO session SELECT RANDOM_BYTES(16), id, 1, '', NULL, '', 1, 'new', 1, @now - 7 * @day - 300, @now - 300 FROM account LIMIT 3;
		INSERT INTO posted_code SELECT id, '', 1, '', 1, @now - 30 * @day - 60, NULL FROM insured_person WHERE symbol = '9';
		INSERT INTO insured_person (id, number, symbol, birth_date, kana_name, eligible_from, roster_run)
			SELECT UNHEX(MD5(CONCAT('code', seq))), seq, '8', '1980-01-01', 'x', '2010-04-01', '' FROM seq_1_to_3;
		INSERT INTO posted_code SELECT id, '', 2, '', 1, IF(number = '1', 9223372036854775807, @now - 30 * @day + 600), NULL FROM insured_person WHERE symbol = '8';
		INSERT INTO step_count SELECT UTC_DATE() - INTERVAL 800 DAY, RANDOM_BYTES(8), 1, 'ok', 1 FROM seq_1_to_2500;
		INSERT INTO step_count SELECT UTC_DATE() - INTERVAL 799 DAY, RANDOM_BYTES(8), 2, 'ok', 1 FROM seq_1_to_3;
		INSERT INTO audit_event (happened_at, request_id, event, account_id, person_id, source) SELECT @now - 400 * @day - 60, RANDOM_BYTES(8), 2, '1', '', '' FROM seq_1_to_2500;
		INSERT INTO audit_event (happened_at, request_id, event, account_id, person_id, source) SELECT @now - 400 * @day + 600, RANDOM_BYTES(8), 3, '1', '', '' FROM seq_1_to_3;
		INSERT INTO audit_event (happened_at, request_id, event, account_id, person_id, source) SELECT @now - 30 * @day - 60, RANDOM_BYTES(8), 3 + 6 * (seq MOD 2), '', '', '' FROM seq_1_to_2500;
		INSERT INTO audit_event (happened_at, request_id, event, account_id, person_id, source) SELECT @now - 30 * @day + 600, RANDOM_BYTES(8), 3, '', '', '' FROM seq_1_to_3;
		INSERT INTO audit_event (happened_at, request_id, event, account_id, person_id, source) SELECT @now - 30 * @day - 60, RANDOM_BYTES(8), 15, '', '1', '';
		INSERT INTO audit_event (happened_at, request_id, event, account_id, person_id, source) SELECT @now - 400 * @day + 600, RANDOM_BYTES(8), 23, '', '', ''"
}

# What is left of it.
own_left() {
	own "SELECT CONCAT_WS(' ', (SELECT SUM(kind) FROM spent_token), (SELECT SUM(limit_id) FROM limit_counter), (SELECT SUM(kind) FROM outbox),
		(SELECT GROUP_CONCAT(device SEPARATOR '') FROM session), (SELECT SUM(issue) FROM posted_code), (SELECT SUM(event) FROM audit_event), (SELECT SUM(step) FROM step_count))"
}

readonly ALL_PURGED='ROWS OF ROWS spent_token 2500 limit_counter 2500 outbox 2500 session 2500 posted_code 2500 audit_event of no account 2500 audit_event 2500 step_count 2500 insured_person of former members 0'
readonly ALL_LEFT='6 6 6 newnewnew 6 56 6'

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
	same "$(own_ctl purge | xargs)" 'ROWS OF ROWS spent_token 0 limit_counter 0 outbox 0 session 0 posted_code 0 audit_event of no account 0 audit_event 0 step_count 0 insured_person of former members 0'

	same "$(SESSION_IDLE_S=600 own_ctl purge --json | jq '.deleted[] | select(.rows_of == "session").rows')" 3
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
		clock_at "$offset"
		run --separate-stderr env DB_NAME="$OWN_DB" "${clock[@]}" "$BUILD/tools/ctl/myportalctl" purge
		same "$status $output" "1 "
		grep -q 'nothing was deleted: this clock is' <<<"$stderr"
	done
	same "$(own 'SELECT COUNT(*) FROM audit_event')" 5008
}

@test "without the database the operator is told so" {
	for words in "member show $(printf '%032x' 7)" "member logout --all --reason x" "audit" "purge"; do
		# shellcheck disable=SC2086 # words
		DB_SOCKET=$BATS_TEST_TMPDIR/none ended 7 $words
		grep -q 'the database: nothing answers at DB_SOCKET, or at DB_HOST and DB_PORT (error 2002)' <<<"$stderr"
	done
}

@test "the service's own user can not read the trail, and does not prepare the operator's statements" { # asvs 13.2.2 16.4.2
	as_service() {
		MYSQL_PWD=$(<"$DB_PASSWORD_FILE") mariadb --no-defaults --socket="$DB_SOCKET" --user="$DB_USER" --batch "$DB_NAME" -e "$1"
	}
	never as_service 'SELECT * FROM audit_event'
	never as_service 'DELETE FROM audit_event'
	DB_OWNER_USER=$DB_USER DB_OWNER_PASSWORD_FILE=$DB_PASSWORD_FILE ended 7 audit
}
