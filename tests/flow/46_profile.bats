# A member's own: nickname, language, password, address, login ID, leaving.

load helper
load steps

readonly FRESH=himawari8kirin

put() { # PATH JSON
	api PUT "/v1/me/$1" "$2" "$access"
}

@test "nickname and language" {
	new_account
	logged_in "$email"
	api PATCH /v1/me '{"nickname":"  さくら　🌸 ","language":"en"}' "$access"
	want 200
	same "$(jq -c '[.nickname, .language]' <<<"$body")" '["さくら 🌸","en"]'
	patched=$body
	api GET /v1/me '' "$access"
	same "$body" "$patched"
	api PATCH /v1/me '{"language":"ja"}' "$access"
	same "$(jq -c '[.nickname, .language]' <<<"$body")" '["さくら 🌸","ja"]'
	api PATCH /v1/me '{}' "$access"
	want 200
	same "$(jq -c '[.nickname, .language]' <<<"$body")" '["さくら 🌸","ja"]'
	same "$(events "$email")" 1,2,16,16
}

@test "a change of what is not the member's is rejected" { # asvs 8.2.3 15.3.3
	new_account
	logged_in "$email"
	wait_until 10 mail_is_finished
	before=$(dump | grep -a "$email")
	for member in insured_number login_id email id person_id state generation created_at password role; do
		api PATCH /v1/me "{\"$member\":\"1\"}" "$access"
		want 400 invalid_fields
		same "$(faults)" "$member:unknown_field"
	done
	api PATCH /v1/me '{"nickname":" ","language":"fr"}' "$access"
	want 400 invalid_fields
	same "$(faults)" "nickname:required language:not_offered"
	same "$(dump | grep -a "$email")" "$before"
}

@test "another password: the others are logged out, this one stays, a mail tells" { # asvs 6.2.2 6.2.3 6.3.7 7.4.3
	new_account
	logged_in "$email"
	others=$access
	logged_in "$email"
	mails=$(mail_count "$email")
	change_password "$access" "$PASSWORD" "$FRESH"
	want 204
	is_logged_in "$access"
	never is_logged_in "$others"
	refresh_login "$refresh"
	want 200
	take_tokens
	[[ $(mail_part "$email" Subject $((mails + 1))) == *パスワード変更のお知らせ* ]]
	log_in "$email"
	want 401 login_failed
	api GET /v1/me '' "$access"
	[[ $(field .password_changed_at) == 20*Z ]]
	logged_in "$email" "$FRESH"
	is_logged_in "$access"
}

@test "sensitive changes demand the current password, five tries in a quarter of an hour" { # asvs 2.3.2 6.2.3 7.5.1 7.5.3
	new_account
	logged_in "$email"
	declare -A json=(
		[PUT /v1/me/password]="{\"password\":\"$FRESH\",\"password_confirmation\":\"$FRESH\""
		[PUT /v1/me/email]="{\"email\":\"new.$email\""
		[PUT /v1/me/login-id]="{\"login_id\":\"new.$email\""
		[DELETE /v1/me]='{')
	before=$(db "SELECT HEX(password_hash), email, COALESCE(pending_email, '-'), login_id FROM account WHERE login_id = '$email'")
	left=4
	for call in "${!json[@]}"; do
		body_of=${json[$call]}
		api ${call} "$body_of}" "$access"
		want 400 invalid_fields
		same "$(faults)" current_password:required
		[[ $body_of == '{' ]] || body_of+=,
		api ${call} "$body_of\"current_password\":\"wrong7rakuda\"}" "$access"
		want 403 current_password_wrong
		same "$(field .attempts_left)" "$left"
		left=$((left - 1))
	done
	change_password "$access" wrong7rakuda "$FRESH"
	want 403 current_password_wrong
	change_password "$access" "$PASSWORD" "$FRESH"
	want 429 too_many_tries
	(($(header Retry-After) > 800 && $(header Retry-After) <= 900))
	for call in "${!json[@]}"; do
		body_of=${json[$call]}
		[[ $body_of == '{' ]] || body_of+=,
		api ${call} "$body_of\"current_password\":\"$PASSWORD\"}" "$access"
		want 429 too_many_tries
	done
	same "$(db "SELECT HEX(password_hash), email, COALESCE(pending_email, '-'), login_id FROM account WHERE login_id = '$email'")" "$before"
	is_logged_in "$access"
	db 'UPDATE limit_counter SET window_ends_at = 0 WHERE limit_id = LIMIT_CURRENT_PASSWORD'
	change_password "$access" "$PASSWORD" "$FRESH"
	want 204
	same "$(db 'SELECT COUNT(*) FROM limit_counter WHERE limit_id = LIMIT_CURRENT_PASSWORD')" 0
}

# Wrong current passwords, however slowly.
guess() { # TIMES
	local i
	for ((i = 0; i < $1; i++)); do
		db 'DELETE FROM limit_counter WHERE limit_id = LIMIT_CURRENT_PASSWORD'
		put email "{\"email\":\"new.$email\",\"current_password\":\"wrong7rakuda\"}"
		want 403 current_password_wrong || return 1
	done
}

@test "who guesses at the current password twenty times in a row is logged out, nobody else" { # asvs 6.3.1
	new_account
	logged_in "$email"
	other=$access
	logged_in "$email"
	right="{\"email\":\"new.$email\",\"current_password\":\"$PASSWORD\"}"
	guess 19
	same "$(field .attempts_left)" 1
	put email "$right"
	want 202
	guess 20
	same "$(field .attempts_left)" 0
	is_logged_in "$access"
	is_logged_in "$other"
	put email "$right"
	want 401 login_required
	never is_logged_in "$access"
	refresh_login "$refresh"
	want 401 login_required
	[[ $(events "$email") == *,11,12,22 ]]
	access=$other
	put email "$right"
	want 202
}

@test "what a new password must be, is told at once" { # asvs 6.2.4 6.2.11
	new_account
	logged_in "$email"
	change_password "$access" "$PASSWORD" "${email%@*}1"
	want 400 invalid_fields
	same "$(faults)" password:context_password
	change_password "$access" wrong7rakuda password1
	want 400 invalid_fields
	same "$(faults)" password:common_password
	put password "{\"current_password\":\"$PASSWORD\",\"password\":\"$FRESH\",\"password_confirmation\":\"x\"}"
	want 400 invalid_fields
	same "$(faults)" password_confirmation:not_equal
	put password "{\"current_password\":\"wrong7rakuda\",\"password\":\"password1\",\"password_confirmation\":\"x\"}"
	want 400 invalid_fields
	same "$(faults)" "password:common_password password_confirmation:not_equal"
	is_logged_in "$access"
}

@test "another address takes over when its link is used; the old one is told" { # asvs 6.3.7
	new_account
	logged_in "$email"
	fresh=new.$email
	mails=$(mail_count "$email")
	put email "{\"email\":\"$fresh\",\"current_password\":\"$PASSWORD\"}"
	want 202
	same "$(jq -c . <<<"$body")" '{"link_expires_in":10800,"resend_after":2}'
	link=$(mail_token "$fresh")
	api GET /v1/me '' "$access"
	same "$(jq -r '.email + " " + .pending_email' <<<"$body")" "$email $fresh"
	[[ $(mail_part "$email" Subject $((mails + 1))) == *メールアドレス変更の受け付け* ]]
	api POST /v1/me/email/confirmation '' "$link"
	want 204
	api POST /v1/me/email/confirmation '' "$link"
	want 204
	api GET /v1/me '' "$access"
	same "$(jq -r '.email + " \(.pending_email)"' <<<"$body")" "$fresh null"
	[[ $(mail_part "$email" Subject $((mails + 2))) == *メールアドレス変更のお知らせ* ]]
	sleep 0.5
	same "$(mail_count "$email")" $((mails + 2))
	ask_reset "$email" "$fresh" # recovery goes to the new address
	same "$(events "$email")" 1,2,9,12,13
}

@test "a later request for an address ends the earlier link" {
	new_account
	logged_in "$email"
	put email "{\"email\":\"one.$email\",\"current_password\":\"$PASSWORD\"}"
	one=$(mail_token "one.$email")
	put email "{\"email\":\"two.$email\",\"current_password\":\"$PASSWORD\"}"
	two=$(mail_token "two.$email")
	api POST /v1/me/email/confirmation '' "$one"
	want 401 token_spent
	api POST /v1/me/email/confirmation '' "$two"
	want 204
	put email "{\"email\":\"three.$email\",\"current_password\":\"$PASSWORD\"}"
	mail_interval_goes_on
	put email "{\"email\":\"three.$email\",\"current_password\":\"$PASSWORD\"}"
	want 202
	mail_token "three.$email" >/dev/null
	sleep 1
	same "$(mail_count "three.$email")" 1
}

@test "another login ID: told by mail; one that is taken is told to members only, ten times a day" { # asvs 2.3.2 6.3.7 6.3.8
	new_account
	taken=$email
	new_account
	logged_in "$email"
	mails=$(mail_count "$email")
	put login-id "{\"login_id\":\"${taken^^}\",\"current_password\":\"$PASSWORD\"}"
	want 409 login_id_taken
	same "$(field .attempts_left)" 9
	put login-id "{\"login_id\":\"new.${email^}\",\"current_password\":\"$PASSWORD\"}"
	want 204
	[[ $(mail_part "$email" Subject $((mails + 1))) == *ログインID変更のお知らせ* ]]
	is_logged_in "$access"
	log_in "$email"
	want 401 login_failed
	logged_in "new.$email"
	same "$(events "new.$email")" 1,2,2,14,15
	put login-id "{\"login_id\":\"new.$email\",\"current_password\":\"$PASSWORD\"}" # its own
	want 204
	db 'UPDATE limit_counter SET count = 10 WHERE limit_id = LIMIT_LOGIN_ID_TRIES'
	put login-id "{\"login_id\":\"newer.$email\",\"current_password\":\"$PASSWORD\"}"
	want 429 too_many_tries
	(($(header Retry-After) > 80000))
}

@test "a login ID that is not the member's proven address: that address is told once; each change writes the same rows" { # asvs 2.4.1 6.3.8
	new_account
	logged_in "$email"
	wait_until 10 mail_is_finished
	same "$(mail_count "$email")" 3 # of the registration: it is the proven address
	api PATCH /v1/me '{"language":"en"}' "$access"
	# What a change writes, and how many mails the new login ID has then.
	changed_to() { # LOGIN-ID
		local before
		before=$(db 'SELECT COUNT(*) FROM outbox')
		put login-id "{\"login_id\":\"$1\",\"current_password\":\"$PASSWORD\"}"
		want 204 || return 1
		wait_until 10 mail_is_finished || return 1
		printf '%s rows, %s mails\n' "$(($(db 'SELECT COUNT(*) FROM outbox') - before))" "$(mail_count "new.$email")"
	}
	same "$(changed_to "new.$email")" '2 rows, 1 mails'
	mail_interval_goes_on
	[[ $(mail_part "new.$email" Subject) == *"Your e-mail address is now a login ID" ]]
	same "$(changed_to "new.$email")" '0 rows, 1 mails' # it is that already
	mails=$(mail_count "$email")
	same "$(changed_to "${email^^}")" '2 rows, 1 mails' # the proven address, however it is typed
	same "$(mail_count "$email")" $((mails + 1))        # its own notification
	same "$(changed_to "new.$email")" '2 rows, 1 mails' # within the mail interval
	mail_interval_ends
	changed_to "$email"
	same "$(changed_to "new.$email")" '2 rows, 2 mails'
}

@test "two who want one login ID at once: one gets it" { # asvs 2.3.4 15.4.2
	new_account
	logged_in "$email"
	one=$access
	new_account
	logged_in "$email"
	for n in 1 2 3 4 5 6; do
		token=$access
		((n % 2)) || token=$one
		(api PUT /v1/me/login-id "{\"login_id\":\"wanted.$email\",\"current_password\":\"$PASSWORD\"}" "$token"
			echo "$status $((n % 2))" >"$BATS_TEST_TMPDIR/wanted.$n") &
	done
	wait
	same "$(sed -n 's/^204 //p' "$BATS_TEST_TMPDIR"/wanted.* | sort -u | wc -l)" 1
	same "$(db "SELECT COUNT(*) FROM account WHERE login_id = 'wanted.$email'")" 1
}

@test "leaving: nothing but the trail stays, and the person may register again" { # asvs 7.4.2 14.2.7
	new_account
	logged_in "$email"
	others=$access
	logged_in "$email"
	id=$(db "SELECT HEX(id) FROM account WHERE login_id = '$email'")
	mails=$(mail_count "$email")
	api DELETE /v1/me "{\"current_password\":\"$PASSWORD\"}" "$access"
	want 204
	for token in "$access" "$others"; do
		api GET /v1/me '' "$token"
		want 401 login_required
	done
	refresh_login "$refresh"
	want 401 login_required
	log_in "$email"
	want 401 login_failed
	[[ $(mail_part "$email" Subject $((mails + 1))) == *退会* ]]
	wait_until 10 mail_is_finished
	dump >"$BATS_TEST_TMPDIR/dump"
	never grep -qa "$email" "$BATS_TEST_TMPDIR/dump"
	same "$(db "SELECT GROUP_CONCAT(event ORDER BY event) FROM audit_event WHERE account_id = UNHEX('$id')")" 1,2,2,17
	db 'DELETE FROM limit_counter' # the mail interval of the first invitation
	registered "$email" "$number"
	logged_in "$email"
}

leave() {
	api DELETE /v1/me "{\"current_password\":\"$PASSWORD\"}" "$access"
	want 204
}

ask_email() { # ADDRESS
	put email "{\"email\":\"$1\",\"current_password\":\"$PASSWORD\"}"
}

@test "who leaves and registers again has what is left of the day: login IDs, links to new addresses" { # asvs 2.3.2 2.4.1 6.3.8
	start_other "LIMITS=$LIMITS,login_id_tries=3,address_changes=4"
	BASE_URL=http://$OTHER_LISTEN
	new_account
	taken=$email
	new_account
	logged_in "$email"
	try_taken() { put login-id "{\"login_id\":\"$taken\",\"current_password\":\"$PASSWORD\"}"; }
	for left in 2 1; do
		try_taken
		want 409 login_id_taken
		same "$(field .attempts_left)" "$left"
	done
	ask_email "one.$email"
	want 202
	mail_arrives "one.$email" 1
	mail_interval_goes_on
	change_password "$access" "$PASSWORD" "$FRESH" # ends the link: the next one goes out at once, and counts
	want 204
	change_password "$access" "$FRESH" "$PASSWORD"
	want 204
	ask_email "one.$email"
	want 202
	mail_arrives "one.$email" 2
	leave

	again=$(new_email)
	at_account_step "$again" "$number"
	create_account "$stage_token" "$again" email="two.$email"
	want 201
	mail_arrives "two.$email" 1
	logged_in "$again"
	try_taken
	want 409 login_id_taken
	same "$(field .attempts_left)" 0
	put login-id "{\"login_id\":\"new.$again\",\"current_password\":\"$PASSWORD\"}"
	want 429 too_many_tries
	(($(header Retry-After) > 86000 && $(header Retry-After) <= 86400))
	ask_email "three.$email"
	want 202
	ask_email "four.$email"
	want 429 too_many_tries
	leave

	last=$(new_email)
	at_account_step "$last" "$number"
	for _ in 1 2; do
		create_account "$stage_token" "$last" email="five.$email"
		want 429 too_many_tries
		(($(header Retry-After) > 86000 && $(header Retry-After) <= 86400))
		create_account "$stage_token" "$last" login_id="six.$email" # no stranger is told
		want 429 too_many_tries
		(($(header Retry-After) > 86000 && $(header Retry-After) <= 86400))
		# Nor is it told that a login ID is taken: who can be asked about no other would not be counted.
		create_account "$stage_token" "$last" login_id="$taken"
		want 429 too_many_tries
		create_account "$stage_token" "$last" login_id="$taken" email="five.$email"
		want 429 too_many_tries
	done
	create_account "$stage_token" "$last" # the address of the links needs no other
	want 201
	wait_until 10 mail_is_finished
	same "$(mail_count "four.$email") $(mail_count "five.$email") $(mail_count "six.$email")" '0 0 0'
	# Whom it was rejected cost no try of the step, and no login ID.
	same "$(db 'SELECT MAX(count) FROM limit_counter WHERE limit_id IN (LIMIT_ACCOUNT_TRIES, LIMIT_TAKEN_LOGIN_IDS)')" 1
}

# One try of each limit that a member counts in, on the account $email.
try_each_limit() {
	logged_in "$email"
	put login-id "{\"login_id\":\"$taken\",\"current_password\":\"$PASSWORD\"}"
	want 409 login_id_taken
	ask_email "other.$email"
	want 202
	api POST /v1/recovery/login-id "{\"email\":\"$email\"}"
	want 202
	api POST /v1/recovery/password "{\"login_id\":\"$email\"}"
	want 202
}

# A counter of the account alone would be another one after leaving, and its limit begin anew.
@test "what is counted goes on for who leaves and registers again: each limit has one counter" { # asvs 2.3.2 6.3.8
	new_account
	taken=$email
	new_account
	db 'DELETE FROM limit_counter'
	try_each_limit
	leave
	wait_until 10 mail_is_finished
	mail_interval_ends
	at_account_step "$email" "$number"
	create_account "$stage_token" "$taken" # told here, too
	want 409 login_id_taken
	create_account "$stage_token" "$email"
	want 201
	try_each_limit
	same "$(db 'SELECT COUNT(*), SUM(count + rejected) FROM limit_counter WHERE limit_id IN
		(LIMIT_LOGIN_ID_TRIES, LIMIT_ADDRESS_CHANGES, LIMIT_CONFIRMATION_MAIL, LIMIT_LOGIN_IDS_MAIL, LIMIT_RESET_MAIL) GROUP BY limit_id' | sort | uniq -c | xargs)" '5 1 2'
	same "$(db 'SELECT COUNT(*), SUM(count) FROM limit_counter WHERE limit_id = LIMIT_TAKEN_LOGIN_IDS')" '1	1'
}

@test "a registration's link to another address has a mail interval, also for who left and registers again" { # asvs 2.4.1
	other=$(new_email)
	number=$(new_person)
	for mailed in 1 0; do
		email=$(new_email)
		at_account_step "$email" "$number"
		create_account "$stage_token" "$email" email="$other"
		want 201
		logged_in "$email"
		api GET /v1/me '' "$access"
		same "$(field .pending_email)" "$other"
		wait_until 10 mail_is_finished
		same "$(mail_count "$other")" 1
		((mailed == 0)) || { mail_interval_goes_on && leave; }
	done
	mail_interval_ends
	ask_email "$other"
	want 202
	api POST /v1/me/email/confirmation '' "$(mail_token "$other" 2)"
	want 204
}

@test "leave while a session begins, a password changes, a token is refreshed: nothing half stays" {
	new_account
	logged_in "$email"
	one=$access
	first=$refresh
	(log_in "$email") &
	(refresh_login "$first") &
	(change_password "$one" "$PASSWORD" "$FRESH") &
	(api DELETE /v1/me "{\"current_password\":\"$PASSWORD\"}" "$one") &
	wait
	same "$(db 'SELECT COUNT(*) FROM session s LEFT JOIN account a ON a.id = s.account_id WHERE a.id IS NULL')" 0
}

@test "a session that begins while the password changes is over" { # asvs 7.4.3 15.4.2
	for _ in 1 2 3 4; do
		new_account
		logged_in "$email"
		for n in 1 2 3 4; do
			(log_in "$email"; [[ $status != 201 ]] || field .access_token >"$BATS_TEST_TMPDIR/raced.$n") &
		done
		change_password "$access" "$PASSWORD" "$FRESH"
		want 204
		wait
		for n in 1 2 3 4; do
			if [[ -s $BATS_TEST_TMPDIR/raced.$n ]]; then
				never is_logged_in "$(<"$BATS_TEST_TMPDIR/raced.$n")"
				rm "$BATS_TEST_TMPDIR/raced.$n"
			fi
		done
		is_logged_in "$access"
	done
}

@test "log-out beside reads: none is served after it" {
	new_account
	logged_in "$email"
	for n in {1..30}; do
		(api GET /v1/me '' "$access"; echo "$EPOCHREALTIME $status" >"$BATS_TEST_TMPDIR/read.$n") &
		((n != 15)) || { api DELETE /v1/sessions/current '' "$access"; want 204; }
	done
	wait
	api GET /v1/me '' "$access"
	want 401 login_required
	never grep -vhE ' (200|401|503)$' "$BATS_TEST_TMPDIR"/read.*
}
