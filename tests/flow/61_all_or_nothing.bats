# A step is done whole or not at all. A trigger makes one statement of it fail, or hang until the
# service is killed; then every table is as it was, the answer tells nothing, and the step can be done.

load helper
load steps

teardown() {
	heal
	stack_restore
}

# Makes each such statement on a table fail, in words that nobody may hear.
break_statement() { # "INSERT|UPDATE|DELETE" TABLE [STATEMENT]
	db "CREATE TRIGGER broken BEFORE $1 ON $2 FOR EACH ROW ${3-SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'zq7 broken'}"
}

# Makes each such statement on a table fail as where the database is busy: it may be sent again.
busy_statement() { # "INSERT|UPDATE|DELETE" TABLE
	break_statement "$1" "$2" "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1969, MESSAGE_TEXT = 'zq7 busy'"
}

heal() {
	db 'DROP TRIGGER IF EXISTS broken; DROP TRIGGER IF EXISTS kept'
}

# What a step has spent before it failed cannot be made good again.
keep_spent() {
	db "CREATE TRIGGER kept BEFORE DELETE ON spent_token FOR EACH ROW SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1969, MESSAGE_TEXT = 'zq7 kept'"
}

# Keeps every row but those of counters and of spent CAPTCHAs, which are committed before anything is tried, and of what
# is counted by the day, which is written once a minute.
keep_rows() { # FILE
	local table sql='SELECT HEX(jti), kind, HEX(next_id) FROM spent_token WHERE kind <> 5 ORDER BY jti;'
	for table in $(db 'SHOW TABLES'); do
		[[ $table == @(limit_counter|spent_token|step_count) ]] || sql+="SELECT '$table'; SELECT * FROM $table;"
	done
	db "$sql" >"$1"
}

rows_are_kept() { # FILE
	keep_rows "$1.now"
	diff -a "$1" "$1.now" >&2
}

# Fails each statement of a step in turn. The step's function sends it; then it must have worked.
step_is_whole() { # WANTED-STATUS STEP "STATEMENT TABLE"...
	local wanted=$1 step=$2 broken before=$BATS_TEST_TMPDIR/rows
	for broken in "${@:3}"; do
		wait_until 10 mail_is_finished
		keep_rows "$before"
		break_statement ${broken}
		"$step"
		heal
		want 500 internal_error || { echo "broken: $broken" >&2; return 1; }
		# Without the request's id, of random digits.
		never grep -qi -e zq7 -e trigger -e sqlstate -e 45000 -e 1644 -e myportal_ \
			<<<"${headers//$(header X-Request-Id)/}${body//$(field .request_id)/}" || return 1
		jq -e '(keys - ["attempts_left", "code", "detail", "request_id", "status", "title", "type"]) == []' <<<"$body" ||
			{ printf '%s\n' "$body" >&2; return 1; }
		rows_are_kept "$before" || { echo "broken: $broken" >&2; return 1; }
	done
	"$step"
	want "$wanted"
}

# A full disk.
full_statement() { # "INSERT|UPDATE|DELETE" TABLE
	break_statement "$1" "$2" "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114, MESSAGE_TEXT = 'zq7 full'"
}

# A step that fails for a reason of ours, each kind in turn, was no try: with one try left it is done when it
# is sent again as it is.
step_comes_again() { # WANTED-STATUS STEP STATEMENT TABLE
	local how
	for how in break_statement full_statement busy_statement; do
		"$how" "$3" "$4"
		"$2"
		heal
		if [[ $how == break_statement ]]; then
			want 500 internal_error || return 1
		else
			want 503 unavailable || return 1
			same "$(header Retry-After)" 1 || return 1
		fi
	done
	"$2"
	want "$1"
}

do_account() { create_account "$stage_token" "$email"; }
do_key() { confirm_key "$second_link" "$key"; }
do_identity() { api POST /v1/registration/identity "$identity_body" "$invitation"; }
do_reset() { reset_password "$reset" himawari8kirin; }
do_login() { log_in "$email"; }
do_password() { change_password "$access" "$PASSWORD" himawari8kirin; }
do_leave() { api DELETE /v1/me "{\"current_password\":\"$PASSWORD\"}" "$access"; }
do_settings() { api PATCH /v1/me '{"nickname":"たろう"}' "$access"; }

@test "the steps of a registration" { # asvs 2.3.3 11.2.5 16.5.1 16.5.3
	email=$(new_email)
	invite "$email"
	captcha_for "$invitation" >/dev/null
	identity_body=$(identity_json "$(new_person)")
	step_is_whole 200 do_identity 'INSERT outbox'
	key=$(field .authentication_key)
	second_link=$(mail_token "$email" 2)
	step_is_whole 200 do_key 'INSERT spent_token'
	stage_token=$(field .stage_token)
	step_is_whole 201 do_account 'INSERT account' 'INSERT spent_token' 'INSERT outbox' 'INSERT audit_event'
	same "$(db "SELECT COUNT(*) FROM account WHERE login_id = '$email'")" 1
}

@test "a login, a change of settings, of the password, a reset, leaving" { # asvs 2.3.3 11.2.5 16.5.1 16.5.3
	new_account
	step_is_whole 201 do_login 'INSERT session' 'INSERT audit_event'
	same "$(db 'SELECT GROUP_CONCAT(limit_id, " ", count) FROM limit_counter WHERE limit_id IN (LIMIT_LOGIN_FAILURES, LIMIT_KNOWN_SOURCE_FAILURES)')" '20 0'
	take_tokens
	step_is_whole 200 do_settings 'UPDATE account' 'INSERT audit_event'
	ask_reset "$email"
	step_is_whole 204 do_reset 'UPDATE account' 'INSERT spent_token' 'INSERT outbox' 'INSERT audit_event'
	never is_logged_in "$access"
	new_account
	logged_in "$email"
	step_is_whole 204 do_password 'UPDATE account' 'INSERT outbox' 'INSERT audit_event'
	new_account
	logged_in "$email"
	step_is_whole 204 do_leave 'DELETE account' 'INSERT outbox' 'INSERT audit_event'
	never is_logged_in "$access"
}

@test "what a busy database refused cost no try: the last, right one may come again" { # asvs 2.3.3 16.5.2
	email=$(new_email)
	invite "$email"
	for wrong in 1 2 3 4; do
		identify "$invitation" "5555$RANDOM$wrong"
		want 422 identity_mismatch
	done
	wrong_body=$identity_body
	captcha_for "$invitation" >/dev/null
	identity_body=$(identity_json "$(new_person)")
	busy_statement INSERT outbox
	keep_spent
	do_identity
	heal
	want 503 unavailable
	same "$(header Retry-After)" 1
	# Where the try could not be taken back it is that body's alone: no other is judged.
	for other in "$wrong_body" "$(jq -c '.insured_number = "555500"' <<<"$identity_body")" "$(jq -c '.captcha_answer = "AAAAAA"' <<<"$identity_body")" "$(jq -c '.captcha_token = "x"' <<<"$identity_body")"; do
		api POST /v1/registration/identity "$other" "$invitation"
		want 410 registration_over
	done
	do_identity
	want 200
	key=$(field .authentication_key)
	second_link=$(mail_token "$email" 2)
	for wrong in 2 3 4 5; do
		confirm_key "$second_link" "ABCDEFGHJ$wrong"
		want 422 authentication_key_wrong
	done
	step_comes_again 200 do_key INSERT spent_token
	stage_token=$(field .stage_token)
	create_account "$stage_token" "$email" nickname=a
	account_taken=$email

	email=$(new_email)
	at_account_step "$email" "$(new_person)"
	create_account "$stage_token" "$email" "login_id=$account_taken"
	want 409 login_id_taken
	db 'UPDATE limit_counter SET count = 9 WHERE limit_id = LIMIT_ACCOUNT_TRIES'
	step_comes_again 201 do_account INSERT account
	mail_arrives "$email" 3
	ask_reset "$email"
	busy_statement UPDATE account
	do_reset
	want 503 unavailable
	heal
	db 'UPDATE limit_counter SET count = 9 WHERE limit_id = LIMIT_RESET_TRIES'
	step_comes_again 204 do_reset UPDATE account
	new_account
	for limit_id in LIMIT_LOGIN_FAILURES LIMIT_KNOWN_SOURCE_FAILURES; do # the first login of a source, and the next
		log_in "$email" wrong7rakuda
		db "UPDATE limit_counter SET count = 99, locked_until = 0 WHERE limit_id = $limit_id"
		step_comes_again 201 do_login INSERT session
	done
}

# The tries of the identity step that are counted, of all links and numbers.
identity_tries() {
	db 'SELECT COALESCE(SUM(count), 0) FROM limit_counter WHERE limit_id IN (LIMIT_IDENTITY_TRIES, LIMIT_NUMBER_FAILURES)'
}

@test "an identity step that failed for a reason of ours cost no try, with another CAPTCHA each time, too" { # asvs 2.3.3 16.5.2
	local how tries i
	start_other IDENTITY_BIRTH_DATE=yes
	local -x BASE_URL=http://$OTHER_LISTEN
	invite "$(new_email)"
	person=$(new_person)
	tries=$(identity_tries)
	for i in 1 2 3; do # twice as often as a link has tries
		for how in break_statement full_statement; do
			captcha_for "$invitation" >/dev/null
			identity_body=$(identity_json "$person" 1980-01-01)
			"$how" INSERT outbox
			do_identity
			heal
			[[ $status == 50[03] ]]
			same "$(field '.attempts_left // "none"')" none
			same "$(identity_tries)" "$tries"
		done
	done
	# A wrong number is one, also where it cannot be counted for its source.
	captcha_for "$invitation" >/dev/null
	identity_body=$(identity_json "$person" 1980-01-02)
	break_statement INSERT limit_counter 'IF NEW.limit_id = LIMIT_SOURCE_IDENTITIES THEN SIGNAL SQLSTATE "45000"; END IF'
	do_identity
	heal
	want 500 internal_error
	same "$(identity_tries)" $((tries + 2))
	do_identity
	want 422 identity_mismatch
	same "$(field .attempts_left)" 4
	captcha_for "$invitation" >/dev/null
	identity_body=$(identity_json "$person" 1980-01-01)
	do_identity
	want 200
}

@test "an identity step that failed and was sent again meanwhile keeps its try: no body is judged for nothing" { # asvs 2.3.3 6.3.1
	local tries
	invite "$(new_email)"
	captcha_for "$invitation" >/dev/null
	identity_body=$(identity_json "$(new_person)")
	tries=$(identity_tries)
	break_statement INSERT outbox 'BEGIN SET @slept = SLEEP(1.5); SIGNAL SQLSTATE "45000"; END'
	(do_identity) &
	first=$!
	wait_until 5 eval '[[ $(db "SELECT COUNT(*) FROM information_schema.processlist WHERE state = \"User sleep\"") -ge 1 ]]'
	do_identity
	want 500 internal_error
	wait "$first"
	heal
	same "$(identity_tries)" $((tries + 1))
	do_identity
	want 200
}

@test "a password, a login ID, mails asked for: what failed for a reason of ours does not count" { # asvs 2.3.3 16.5.2
	new_account
	taken=$email
	new_account
	logged_in "$email"
	change_password "$access" wrong7rakuda himawari8kirin
	want 403 current_password_wrong
	db 'UPDATE limit_counter SET count = 4 WHERE limit_id = LIMIT_CURRENT_PASSWORD'
	step_comes_again 200 do_checked DELETE limit_counter
	do_taken() { api PUT /v1/me/login-id "{\"login_id\":\"$taken\",\"current_password\":\"$PASSWORD\"}" "$access"; }
	do_taken
	want 409 login_id_taken
	db 'UPDATE limit_counter SET count = 9 WHERE limit_id = LIMIT_LOGIN_ID_TRIES'
	step_comes_again 409 do_taken INSERT audit_event
	# Of what this process counts as well.
	start_other LIMITS=source_mails=1
	do_mail() { BASE_URL=http://$OTHER_LISTEN api POST /v1/registration/email "{\"email\":\"$mail_email\"}"; }
	mail_email=$(new_email)
	step_comes_again 202 do_mail INSERT outbox
	do_mail
	want 429 too_many_tries
}

# The change itself is none, so that the password alone is checked.
do_checked() {
	api PUT /v1/me/email "{\"email\":\"$email\",\"current_password\":\"$PASSWORD\"}" "$access"
	[[ $status != 202 ]] || status=200
}

@test "a right birth date whose try could not be given back is given back when the same body comes again" { # asvs 2.3.3
	start_other IDENTITY_BIRTH_DATE=yes
	local -x BASE_URL=http://$OTHER_LISTEN
	invite "$(new_email)"
	captcha_for "$invitation" >/dev/null
	identity_body=$(identity_json "$(new_person)" 1980-01-01)
	busy_statement UPDATE limit_counter
	do_identity
	heal
	want 503 unavailable
	same "$(db 'SELECT count FROM limit_counter WHERE limit_id = LIMIT_NUMBER_FAILURES')" 1
	db 'UPDATE limit_counter SET count = 20 WHERE limit_id = LIMIT_NUMBER_FAILURES' # and it was the last of the day
	do_identity
	want 200
	same "$(db 'SELECT count FROM limit_counter WHERE limit_id = LIMIT_NUMBER_FAILURES')" 19
}

@test "how long to wait is told of what was refused, not of what was granted before" { # asvs 16.5.2
	invite "$(new_email)"
	identify "$invitation" "5555$RANDOM"
	want 422 identity_mismatch
	captcha_for "$invitation" >/dev/null
	identity_body=$(identity_json "$(new_person)")
	step_comes_again 200 do_identity INSERT outbox # counted by source, for an hour
	new_account
	logged_in "$email"
	change_password "$access" wrong7rakuda himawari8kirin
	want 403 current_password_wrong
	do_login_id() { api PUT /v1/me/login-id "{\"login_id\":\"new.$email\",\"current_password\":\"$PASSWORD\"}" "$access"; }
	step_comes_again 204 do_login_id UPDATE account # by account, for a day
	change_password "$access" wrong7rakuda himawari8kirin
	want 403 current_password_wrong
	step_comes_again 204 do_password UPDATE account # for a quarter of an hour
}

@test "killed in the middle of the account step: nothing of it is there, and then all" { # asvs 2.3.3
	for table in account outbox audit_event; do
		email=$(new_email)
		at_account_step "$email" "$(new_person)"
		wait_until 10 mail_is_finished
		keep_rows "$BATS_TEST_TMPDIR/rows"
		break_statement INSERT "$table" 'SET @slept = SLEEP(1.5)'
		create_account "$stage_token" "$email" &
		creating=$!
		wait_until 5 eval '[[ $(db "SELECT COUNT(*) FROM information_schema.processlist WHERE state = \"User sleep\"") -ge 1 ]]'
		process_kill myportald
		wait "$creating" || true
		wait_until 5 eval '[[ $(db "SELECT COUNT(*) FROM information_schema.processlist WHERE user = \"$DB_USER\"") == 0 ]]'
		heal
		rows_are_kept "$BATS_TEST_TMPDIR/rows"
		server_start
		create_account "$stage_token" "$email"
		want 201
		mail_arrives "$email" 3
	done
}
