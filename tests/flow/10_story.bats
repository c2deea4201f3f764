# The whole story of a registration, and each step said twice.
# bats file_tags=both

load helper
load steps

@test "an address becomes an account: two mails with links, a key on the screen, a completion mail" {
	new_email email
	invite "$email"
	same "$(field .resend_after) $(field .link_expires_in)" "$MAIL_INTERVAL_S 10800"

	api GET /v1/registration/stage '' "$invitation"
	want 200
	same "$(field .stage) $(field .attempts_left) $(field .next.path)" "identity 5 /v1/registration/identity"
	same "$(field .email) $(jq .birth_date_required <<<"$body")" "m***@example.jp false"

	identify "$invitation" "$(new_person)"
	want 200
	[[ $(field .authentication_key) =~ ^[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{2}$ ]]
	same "$(field .email) $(field .link_expires_in) $(field .next.path)" \
		"m***@example.jp 1800 /v1/registration/authentication-key"
	field .authentication_key key
	mail_token "$email" 2 second_link

	api GET /v1/registration/stage '' "$second_link"
	want 200
	same "$(field .stage) $(field .next.path)" "authentication-key /v1/registration/authentication-key"

	confirm_key "$second_link" "$key"
	want 200
	same "$(field .stage) $(field .email)" "account $email"
	same "$(field '.password_policy | [.length_min, .length_max, .composition] | @csv')" '8,128,"letter-and-digit"'
	field .stage_token stage_token

	api GET /v1/registration/stage '' "$stage_token"
	want 200
	same "$(field .stage) $(field .attempts_left) $(field .next.path)" "account 10 /v1/registration/account"

	create_account "$stage_token" "$email"
	want 201
	same "$(command jq -c .account <<<"$body")" \
		"{\"login_id\":\"$email\",\"nickname\":\"はなこ\",\"email\":\"$email\",\"email_verified\":true}"
	same "$(jq -c .next <<<"$body")" '{"method":"POST","path":"/v1/sessions"}'
	wait_mail "$email" 3 | grep -q 登録が完了

	api GET /v1/registration/stage '' "$stage_token"
	want 200
	same "$(field .next.path)" /v1/sessions
}

# What the token's stage names as the call that follows.
next_of() { # TOKEN
	api GET /v1/registration/stage '' "$1"
	want 200 && field .next.path
}

@test "every token of a registration names the call that follows, and the login once the account exists" {
	new_email email
	new_person number
	identified "other.$email" "$number"
	other_invitation=$invitation other_link=$second_link
	identified "$email" "$number"
	same "$(next_of "$invitation")" /v1/registration/authentication-key
	confirm_key "$second_link" "$key"
	want 200
	field .stage_token stage_token
	for token in "$invitation" "$second_link" "$stage_token"; do
		same "$(next_of "$token")" /v1/registration/account
	done
	create_account "$stage_token" "$email"
	want 201
	for token in "$invitation" "$second_link" "$stage_token" "$other_link"; do
		same "$(next_of "$token")" /v1/sessions
	done
	# A first link does not know whose number was typed, so it can not tell whether that person has an account.
	same "$(next_of "$other_invitation")" /v1/registration/authentication-key

	logged_in "$email"
	api DELETE /v1/me "{\"current_password\":\"$PASSWORD\"}" "$access"
	want 204
	for token in "$invitation" "$second_link" "$stage_token"; do
		api GET /v1/registration/stage '' "$token"
		want 401 token_spent
	done
	same "$(next_of "$other_link")" /v1/registration/authentication-key
}

@test "a tab that was discarded comes back: a new CAPTCHA and the same number show the key again" {
	new_email email
	new_person number
	identified "$email" "$number"
	shown=$key
	identify "$invitation" "$number"
	want 200
	same "$(field .authentication_key)" "$shown"
	identify "$invitation" "$(new_person)"
	want 401 token_spent
	confirm_key "$second_link" "$shown"
	want 200
	identify "$invitation" "$number" # the key is needed again where the token of the account step was lost, too
	want 200
	same "$(field .authentication_key)" "$shown"
}

# Asks for it. The answer says how long its token is valid by the server's clock, whatever that of the device shows.
tells_time() { # SECONDS METHOD PATH [JSON] [TOKEN]
	local asked=$EPOCHSECONDS server expires
	api "${@:2}"
	server=$(date -d "$(field .server_time)" +%s)
	expires=$(date -d "$(field .expires_at)" +%s)
	((server >= asked && server <= EPOCHSECONDS)) || return 1
	((expires - server <= $1 && expires - server > $1 - 60))
}

@test "a short expires_at comes with server_time" {
	local issued
	new_email email
	invite "$email"
	issued=$EPOCHSECONDS
	for kind in image audio; do
		tells_time 600 POST /v1/captcha "{\"kind\":\"$kind\"}" "$invitation"
		want 201
	done
	identify "$invitation" "$(new_person)"
	mail_token "$email" 2 second_link
	tells_time 1800 POST /v1/registration/authentication-key "{\"authentication_key\":\"$(field .authentication_key)\"}" "$second_link"
	want 200
	wait_until 5 eval '((EPOCHSECONDS > issued))' # the time of the answer is not that of the token
	tells_time 10800 GET /v1/registration/stage '' "$invitation"
	want 200
}

@test "mails carry the society's name, the lifetime, who did not ask, no replies, and text beside HTML" { # asvs 14.2.1
	new_email email
	invite "$email"
	text=$(wait_mail "$email")
	for part in みほん健康保険組合 "月[0-9]*日 [0-9]*時[0-9]*分までお使い" 心当たり ご返信; do
		grep -q "$part" <<<"$text" || { echo "no $part in: $text" >&2; false; }
	done
	mail_part "$email" html | grep -q "$(mail_link "$email" | sed 's/&/\&amp;/g')"
	grep -q みほん健康保険組合 <<<"$(mail_part "$email" From)$(mail_part "$email" Subject)"
	same "$(mail_part "$email" Auto-Submitted)" auto-generated
	raw=$(mail_part "$email" raw)
	never env LC_ALL=C grep -q '[^ -~[:space:]]' <<<"$raw" # header and parts travel as ASCII
	[[ $(mail_link "$email") == "$PORTAL_URL"/register/identity#token=* ]]
}

@test "who asks in English gets every mail and problem in English" {
	new_email email
	ACCEPT_LANGUAGE='en-GB, ja;q=0.5' invite "$email"
	wait_mail "$email" | grep -q "The link works until [0-9].* JST"
	wait_mail "$email" | grep -q "Sample Health Insurance Society"
	identify "$invitation" "$(new_person)"
	want 200
	wait_mail "$email" 2 | grep -q "The link works until [0-9].* JST"
	ACCEPT_LANGUAGE=en api GET /v1/registration/stage
	want 401 token_missing
	same "$(header Content-Language)" en
	api GET /v1/registration/stage
	same "$(header Content-Language)" ja
}

@test "the same answer for every address, and one mail in a mail interval however it is spelled" { # asvs 2.3.2
	new_email email
	invite "$email"
	first=$body
	mail_interval_goes_on
	api POST /v1/registration/email "{\"email\":\"${email^^}\"}"
	want 202
	same "$body" "$first"
	sleep 0.5
	same "$(mail_count "$email")$(mail_count "${email^^}")" 11 # one mail; the address is found in any case
	mail_interval_ends
	api POST /v1/registration/email "{\"email\":\"$email\"}"
	want 202
	mail_arrives "$email" 2
}

@test "the identity sent again gives the same key, and after the mail interval the second link again" {
	new_email email
	invite "$email"
	identify "$invitation" "$(new_person)"
	want 200
	first=$body
	mail_arrives "$email" 2
	mail_interval_goes_on

	api POST /v1/registration/identity "$identity_body" "$invitation"
	want 200
	same "$body" "$first"
	sleep 0.5
	same "$(mail_count "$email")" 2

	mail_interval_ends
	api POST /v1/registration/identity "$identity_body" "$invitation"
	want 200
	same "$body" "$first"
	mail_token "$email" 3 again
	confirm_key "$again" "$(field .authentication_key)"
	want 200
}

@test "the key sent again gives a token of the same account step" {
	new_email email
	identified "$email" "$(new_person)"
	confirm_key "$second_link" "$key"
	want 200
	field .expires_at first
	field .stage_token token
	confirm_key "$second_link" "$key"
	want 200
	same "$(field .expires_at)" "$first"
	create_account "$(field .stage_token)" "$email"
	want 201
	create_account "$token" "$email"
	want 201
}

@test "the account sent again gives the same 201; with other facts the token is spent" { # asvs 6.5.1
	new_email email
	registered "$email" "$(new_person)"
	first=$body
	create_account "$stage_token" "$email"
	want 201
	same "$body" "$first"
	create_account "$stage_token" "$email" nickname=べつのひと
	want 401 token_spent
	create_account "$stage_token" "$email" password=asagao7rakudb password_confirmation=asagao7rakudb
	want 401 token_spent
	create_account "$stage_token" "$email" login_id="x$email"
	want 401 token_spent
	same "$(db "SELECT COUNT(*) FROM account WHERE login_id = '$email'")" 1
}

@test "another address starts with the proven one and takes over when its own link is confirmed" {
	new_email email
	other=other$(new_email)
	at_account_step "$email" "$(new_person)"
	create_account "$stage_token" "$email" email="$other"
	want 201
	same "$(field .account.email) $(jq .account.email_verified <<<"$body")" "$other false"
	same "$(db "SELECT email, pending_email FROM account WHERE login_id = '$email'")" "$email	$other"

	mail_token "$other" 1 confirmation
	[[ $(mail_link "$other") == "$PORTAL_URL"/settings/email-confirmation#token=* ]]
	api GET /v1/registration/stage '' "$confirmation"
	want 200
	same "$(field .stage) $(field .email) $(jq .attempts_left <<<"$body") $(field .next.path)" \
		"email-confirmation o***@example.jp null /v1/me/email/confirmation"
	api POST /v1/me/email/confirmation '' "$confirmation"
	want 204
	same "$body" ''
	same "$(db "SELECT email, COALESCE(pending_email, '-') FROM account WHERE login_id = '$email'")" "$other	-"
	mail_arrives "$email" 4 # invitation, second link, completion, and the notification to the old address
	api POST /v1/me/email/confirmation '' "$confirmation"
	want 204
	same "$(db "SELECT email FROM account WHERE login_id = '$email'")" "$other"
}

@test "a link for an address that is no longer asked for is spent" {
	new_email email
	other=other$(new_email)
	at_account_step "$email" "$(new_person)"
	create_account "$stage_token" "$email" email="$other"
	want 201
	mail_token "$other" 1 confirmation
	db "UPDATE account SET pending_email = NULL WHERE login_id = '$email'"
	api POST /v1/me/email/confirmation '' "$confirmation"
	want 401 token_spent
}

@test "an insured person with an account gets the same answer, and a notification instead of the second link" { # asvs 6.3.8
	new_person person
	registered "$(new_email)" "$person"
	new_email email
	invite "$email"
	identify "$invitation" "$person"
	want 200
	same "$(jq -c 'keys' <<<"$body")" '["authentication_key","email","link_expires_in","next","resend_after"]'
	text=$(wait_mail "$email" 2)
	grep -q すでに <<<"$text"
	never grep -q '#token=' <<<"$text"
}
