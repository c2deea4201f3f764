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
	db 'DROP TRIGGER IF EXISTS broken'
}

# Every row but those of counters and of spent CAPTCHAs, which are committed before anything is tried.
all_rows() {
	local -a tables
	mapfile -t tables < <(db 'SHOW TABLES' | grep -vx -e limit_counter -e spent_token)
	rows "${tables[@]}"
	db 'SELECT HEX(jti), kind, HEX(next_id) FROM spent_token WHERE kind <> 5 ORDER BY jti'
}

# Fails each statement of a step in turn. The step's function sends it; then it must have worked.
step_is_whole() { # WANTED-STATUS STEP "STATEMENT TABLE"...
	local wanted=$1 step=$2 broken before
	for broken in "${@:3}"; do
		wait_until 10 mail_is_finished
		before=$(all_rows)
		break_statement ${broken}
		"$step"
		heal
		want 500 internal_error || { echo "broken: $broken" >&2; return 1; }
		# Without the request's id, of random digits.
		never grep -qi -e zq7 -e trigger -e sqlstate -e 45000 -e 1644 -e myportal_ \
			<<<"${headers//$(header X-Request-Id)/}${body//$(field .request_id)/}" || return 1
		jq -e '(keys - ["attempts_left", "code", "detail", "request_id", "status", "title", "type"]) == []' <<<"$body" ||
			{ printf '%s\n' "$body" >&2; return 1; }
		same "$(all_rows)" "$before" || { echo "broken: $broken" >&2; return 1; }
	done
	"$step"
	want "$wanted"
}

# A busy database refuses the step, for a moment; sent again as it is, it is done.
step_comes_again() { # WANTED-STATUS STEP STATEMENT TABLE
	busy_statement "$3" "$4"
	"$2"
	heal
	want 503 unavailable || return 1
	same "$(header Retry-After)" 1 || return 1
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
	do_identity
	heal
	want 503 unavailable
	same "$(header Retry-After)" 1
	# It is that body's try alone: no other is judged.
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
	wait_mail "$email" 3 >/dev/null
	ask_reset "$email"
	busy_statement UPDATE account
	do_reset
	want 503 unavailable
	heal
	db 'UPDATE limit_counter SET count = 9 WHERE limit_id = LIMIT_RESET_TRIES'
	step_comes_again 204 do_reset UPDATE account
	new_account
	for limit_id in 7 20; do # the first login of a source, and the next
		log_in "$email" wrong7rakuda
		db "UPDATE limit_counter SET count = 99, locked_until = 0 WHERE limit_id = $limit_id"
		step_comes_again 201 do_login INSERT session
	done
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
		before=$(all_rows)
		break_statement INSERT "$table" 'SET @slept = SLEEP(1.5)'
		create_account "$stage_token" "$email" &
		creating=$!
		wait_until 5 eval '[[ $(db "SELECT COUNT(*) FROM information_schema.processlist WHERE state = \"User sleep\"") -ge 1 ]]'
		process_kill myportald
		wait "$creating" || true
		wait_until 5 eval '[[ $(db "SELECT COUNT(*) FROM information_schema.processlist WHERE user = \"$DB_USER\"") == 0 ]]'
		heal
		same "$(all_rows)" "$before"
		server_start
		create_account "$stage_token" "$email"
		want 201
		wait_mail "$email" 3 >/dev/null
	done
}
