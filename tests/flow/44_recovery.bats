# Getting back in: forgot login ID, forgot password.

load helper
load steps

readonly FRESH=himawari8kirin

@test "forgot login ID: the mail has those of the address, or says that there is none" { # asvs 6.3.8
	new_account
	mine=$email
	sleep 2.1 # the mail interval
	at_account_step "$mine" "$(new_person)"
	create_account "$stage_token" "$mine" "login_id=second.$mine"
	want 201
	mail_arrives "$mine" 6
	before=6
	api POST /v1/recovery/login-id "{\"email\":\"$mine\"}"
	want 202
	known=$(jq -c . <<<"$body")
	text=$(mail_part "$mine" text $((before + 1)))
	[[ $text == *"$mine"* && $text == *"second.$mine"* ]]

	new_email nobody
	api POST /v1/recovery/login-id "{\"email\":\"$nobody\"}"
	want 202
	same "$(jq -c . <<<"$body")" "$known"
	[[ $(mail_part "$nobody" text) == *見つかりませんでした* ]]

	# a login ID is not an address: only the proven one counts
	api POST /v1/recovery/login-id "{\"email\":\"second.$mine\"}"
	[[ $(mail_part "second.$mine" text 2) == *見つかりませんでした* ]]
}

@test "somebody else's address as login ID: its owner is told what to do, and gets none of the member's mail" { # asvs 6.3.8 14.2.6
	new_email owner
	new_email mine
	new_person number
	at_account_step "$mine" "$number"
	create_account "$stage_token" "$mine" "login_id=$owner"
	want 201
	said=$(mail_part "$owner" text)$(mail_part "$owner" html)
	[[ $said == *ログインIDに設定されました*別のメールアドレスを入力*"$PORTAL_URL"* ]]
	never grep -qF -e "$mine" -e はなこ -e "$number" -e '#token=' <<<"$said"

	mail_arrives "$mine" 3
	ask_reset "$owner" "$mine" # the member's proven address has the link
	api POST /v1/recovery/login-id "{\"email\":\"$owner\"}"
	[[ $(mail_part "$owner" text 2) == *見つかりませんでした* ]]
	same "$(mail_count "$owner")" 2

	# The owner registers all the same, and gets the mail of that account.
	at_account_step "$owner" "$(new_person)"
	create_account "$stage_token" "$owner"
	want 409 login_id_taken
	create_account "$stage_token" "$owner" "login_id=mine.$owner"
	want 201
	mail_arrives "$owner" 5
	ask_reset "mine.$owner" "$owner"
}

@test "forgot login ID: one mail in an interval, however the address is typed" { # asvs 2.3.2
	new_account
	mail_count "$email" before
	for _ in 1 2 3; do
		api POST /v1/recovery/login-id "{\"email\":\"$email\"}"
		want 202
		mail_interval_goes_on
	done
	api POST /v1/recovery/login-id "{\"email\":\"${email^^}\"}"
	want 202
	wait_until 10 mail_is_finished
	same "$(mail_count "$email")" $((before + 1))
	ACCEPT_LANGUAGE=en api POST /v1/recovery/login-id "{\"email\":\"no\"}"
	want 400 invalid_fields
}

@test "forgot password: the link sets a new one, ends all sessions, tells by mail, and logs nobody in" { # asvs 6.3.7 6.4.3 7.4.3
	new_account
	logged_in "$email"
	ask_reset "$email"
	reset_password "$reset" "$FRESH"
	want 204
	same "$body" ""
	never header Set-Cookie
	same "$(db "SELECT COUNT(*) FROM session s JOIN account a ON a.id = s.account_id WHERE a.login_id = '$email'")" 0
	never is_logged_in "$access"
	refresh_login "$refresh"
	want 401 login_required
	[[ $(mail_part "$email" Subject 5) == *パスワード変更のお知らせ* ]]
	log_in "$email"
	want 401 login_failed
	logged_in "$email" "$FRESH"
	same "$(events "$email")" 1,2,2,3,9,10
}

@test "a reset link works once; the same password again is the same answer" { # asvs 2.3.2 6.4.1 6.5.1
	new_account
	ask_reset "$email"
	mail_count "$email" mails
	reset_password "$reset" "$FRESH"
	want 204
	reset_password "$reset" "$FRESH" # its answer was lost
	want 204
	for n in 1 2 3 4 5; do
		reset_password "$reset" "${FRESH}$n"
		want 401 token_spent
	done
	reset_password "$reset" "${FRESH}6"
	want 410 registration_over
	logged_in "$email" "$FRESH"
	wait_until 10 mail_is_finished
	same "$(mail_count "$email")" $((mails + 1)) # the notification
}

@test "a hundred at once with one link: one password, one notification" { # asvs 6.5.1 15.4.2
	new_account
	ask_reset "$email"
	mail_count "$email" mails
	for n in {1..12}; do
		(reset_password "$reset" "${FRESH}$((n % 4))"; echo "$status $((n % 4))" >"$BATS_TEST_TMPDIR/reset.$n") &
	done
	wait
	winner=$(sed -n 's/^204 //p' "$BATS_TEST_TMPDIR"/reset.* | sort -u)
	same "$(wc -l <<<"$winner")" 1
	never grep -vE '^(204|401|410|503) ' "$BATS_TEST_TMPDIR"/reset.*
	logged_in "$email" "${FRESH}$winner"
	wait_until 10 mail_is_finished
	same "$(mail_count "$email")" $((mails + 1))
}

@test "another reset link is over when the password has changed" { # asvs 6.4.3
	new_account
	ask_reset "$email"
	older=$reset
	mail_interval_ends
	ask_reset "$email"
	reset_password "$reset" "$FRESH"
	want 204
	reset_password "$older" himawari9kirin
	want 401 token_spent
	logged_in "$email" "$FRESH"

	mail_interval_ends
	ask_reset "$email"
	change_password "$access" "$FRESH" himawari9kirin
	want 204
	reset_password "$reset" himawari0kirin
	want 401 token_spent
}

@test "what a new password must be" { # asvs 6.2.4 6.2.11
	new_account
	ask_reset "$email"
	for row in "short7|password:too_short" "password1|password:common_password" "${email%@*}1|password:context_password" "はなこ1a|password:too_short"; do
		reset_password "$reset" "${row%|*}"
		want 400 invalid_fields
		same "$(faults)" "${row#*|}"
		[[ $row != *too_short ]] || same "$(field '.errors[0].min')" 8
	done
	reset_password "$reset" "$FRESH" other7rakuda
	want 400 invalid_fields
	same "$(faults)" password_confirmation:not_equal
	reset_password "$reset" short7 other7rakuda
	want 400 invalid_fields
	same "$(faults)" "password:too_short password_confirmation:not_equal"
	reset_password "$reset" "${email%@*}1" other7rakuda # whose it is like is asked last
	want 400 invalid_fields
	same "$(faults)" password_confirmation:not_equal
	reset_password "$reset" "$FRESH"
	want 204
}

@test "unknown, disabled, no longer insured: the same answer and no mail" { # asvs 6.3.8
	new_account
	disabled=$email
	db "UPDATE account SET state = ACCOUNT_DISABLED WHERE login_id = '$disabled'"
	new_account
	ineligible=$email
	db "UPDATE insured_person p JOIN account a ON a.person_id = p.id SET p.eligible_until = '2020-01-01' WHERE a.login_id = '$ineligible'"
	new_account
	api POST /v1/recovery/password "{\"login_id\":\"$email\"}"
	want 202
	wanted=$(jq -c . <<<"$body")
	same "$wanted" '{"link_expires_in":1800,"resend_after":2}'
	rows=$(db 'SELECT COUNT(*) FROM outbox')
	for id in "$disabled" "$ineligible" "nobody-$email"; do
		mail_count "$id" mails
		api POST /v1/recovery/password "{\"login_id\":\"$id\"}"
		want 202
		same "$(jq -c . <<<"$body")" "$wanted"
		sleep 0.5
		same "$(mail_count "$id")" "$mails"
	done
	same "$(db 'SELECT COUNT(*) FROM outbox')" $((rows + 3))
}

@test "forgot password: one mail in an interval" { # asvs 2.3.2
	new_account
	ask_reset "$email"
	mail_count "$email" mails
	mail_interval_goes_on
	api POST /v1/recovery/password "{\"login_id\":\"$email\"}"
	want 202
	sleep 1
	same "$(mail_count "$email")" "$mails"
}

@test "a lock keeps nobody out of recovery, and a new password ends it" { # asvs 6.1.1
	new_account
	log_in "$email" wrong7rakuda
	db 'UPDATE limit_counter SET count = 100, locked_until = UNIX_TIMESTAMP() + 900 WHERE limit_id = LIMIT_LOGIN_FAILURES'
	log_in "$email"
	want 401 login_failed
	ask_reset "$email"
	reset_password "$reset" "$FRESH"
	want 204
	logged_in "$email" "$FRESH"
}

@test "where a new password was set is known, and nowhere else" { # asvs 6.1.1
	new_account
	start_other TRUSTED_PROXIES=127.0.0.1
	home=198.51.100.1 work=198.51.100.2 stranger=198.51.100.66
	from $home logged_in "$email"
	from $work logged_in "$email"
	from $home failed "$email" 5
	from $stranger failed "$email" 5
	ask_reset "$email"
	from $home reset_password "$reset" "$FRESH"
	want 204
	same "$(db 'SELECT limit_id, count, locked_until, window_ends_at > UNIX_TIMESTAMP() + 2591900 FROM limit_counter WHERE limit_id IN (LIMIT_LOGIN_FAILURES, LIMIT_KNOWN_SOURCE_FAILURES)')" "20	0	0	1"
	from $stranger failed "$email" 5
	from $work log_in "$email" "$FRESH"
	want 401 login_failed
	from $home logged_in "$email" "$FRESH"

	db 'UPDATE limit_counter SET locked_until = 0'
	from $work logged_in "$email" "$FRESH"
	from $home failed "$email" 5
	from $work change_password "$access" "$FRESH" himawari9kirin # by who is logged in: the same
	want 204
	same "$(db 'SELECT limit_id, count FROM limit_counter WHERE limit_id IN (LIMIT_LOGIN_FAILURES, LIMIT_KNOWN_SOURCE_FAILURES)')" "20	0"
	from $home logged_in "$email" himawari9kirin
}

@test "a reset link tells its stage while it may set a password, and then what its own call says" {
	new_account
	ask_reset "$email"
	api GET /v1/registration/stage '' "$reset"
	want 200
	same "$(field .stage) $(field .email) $(field .attempts_left) $(field .next.path)" \
		"password-reset m***@example.jp 10 /v1/recovery/password/reset"
	reset_password "$reset" "$FRESH"
	want 204
	for n in 1 2 3 4 5; do
		api GET /v1/registration/stage '' "$reset"
		want 401 token_spent
		reset_password "$reset" "himawari${n}kirin"
		want 401 token_spent
	done
	api GET /v1/registration/stage '' "$reset"
	want 410 registration_over
	reset_password "$reset" "$FRESH"
	want 410 registration_over
}

@test "a reset link opens nothing else, and ends after half an hour" { # asvs 6.3.4 6.3.6 6.4.1 9.2.2
	new_account
	ask_reset "$email"
	api POST /v1/me/email/confirmation '' "$reset"
	want 401 token_invalid
	for row in "GET /v1/me" "GET /v1/sessions" "DELETE /v1/sessions/current"; do
		api ${row} '' "$reset"
		want 401 login_required
	done
	clock_at +31m
	start_other "${clock[@]}"
	BASE_URL=http://$OTHER_LISTEN reset_password "$reset" "$FRESH"
	want 401 token_expired
	reset_password "$reset" "$FRESH"
	want 204
}
