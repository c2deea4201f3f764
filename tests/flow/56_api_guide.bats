# Promises of docs/api-guide.md that no other file looks at.

load helper
load steps

readonly FRESH=himawari8kirin
readonly CLEARED='__Host-refresh=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0'

@test "a refresh token in the body counts, also where a cookie is sent" {
	new_account
	logged_in "$email"
	in_body=$refresh
	log_in "$email" "$PASSWORD" refresh=cookie
	want 201
	[[ $(header Set-Cookie) =~ ^__Host-refresh=([A-Za-z0-9_-]{64})\; ]]
	in_cookie=${BASH_REMATCH[1]}

	REQUEST_HEADERS=("Cookie: __Host-refresh=$in_cookie")
	refresh_login "$in_body" # without Origin: the cookie is not looked at
	want 200
	take_tokens
	never header Set-Cookie
	ORIGIN=$PORTAL_URL refresh_login "$refresh"
	want 200
	take_tokens
	never header Set-Cookie
	ORIGIN=$PORTAL_URL api POST /v1/sessions/refresh '{}'
	want 200
	REQUEST_HEADERS=()
	refresh_login "$refresh"
	want 200
}

@test "sessions are listed by their last use; an ended one is not found, the own one may be ended" {
	new_account
	logged_in "$email"
	old=$access
	logged_in "$email"
	db "UPDATE session s JOIN account a ON a.id = s.account_id SET s.used_at = s.used_at - 60 WHERE a.login_id = '$email'"
	logged_in "$email"
	api GET /v1/sessions '' "$old"
	same "$(jq -c '[.sessions[].used_at] | . == (sort | reverse)' <<<"$body")" true
	same "$(jq -c '[.sessions[].current][0]' <<<"$body")" false
	own=$(field '.sessions[] | select(.current) | .id')
	field '.sessions[0].id' other

	api DELETE "/v1/sessions/$other" '' "$old"
	want 204
	api DELETE "/v1/sessions/$other" '' "$old"
	want 404 not_found
	api DELETE "/v1/sessions/$own" '' "$old"
	want 204
	api DELETE "/v1/sessions/$own" '' "$old"
	want 401 login_required
	api DELETE /v1/sessions/current '' "$old"
	want 401 login_required
}

@test "changes by a member, sent again after a lost answer" {
	new_account
	logged_in "$email"
	change_password "$access" "$PASSWORD" "$FRESH"
	want 204
	change_password "$access" "$PASSWORD" "$FRESH"
	want 403 current_password_wrong
	for _ in 1 2; do
		api DELETE /v1/sessions '' "$access"
		want 204
		api PUT /v1/me/login-id "$(json_object "login_id=new.$email" "current_password=$FRESH")" "$access"
		want 204
		api PUT /v1/me/email "$(json_object "email=new.$email" "current_password=$FRESH")" "$access"
		want 202
		api DELETE /v1/me/pending-email '' "$access"
		want 204
	done

	api DELETE /v1/me "$(json_object "current_password=$FRESH")" "$access"
	want 204
	same "$(header Set-Cookie)" "$CLEARED"
	api DELETE /v1/me "$(json_object "current_password=$FRESH")" "$access"
	want 401 login_required
}

@test "a mail to a member is in the profile's language, one with forgotten login IDs in that of its call" {
	new_account
	logged_in "$email"
	api PATCH /v1/me '{"language":"en"}' "$access"
	want 200
	mail_count "$email" mails
	ACCEPT_LANGUAGE=ja api POST /v1/recovery/password "$(json_object "login_id=$email")"
	want 202
	mail_part "$email" text $((mails + 1)) | grep -q 'Sample Health Insurance Society'
	ACCEPT_LANGUAGE=ja api POST /v1/recovery/login-id "$(json_object "email=$email")"
	want 202
	never grep -q 'Sample Health Insurance Society' <<<"$(mail_part "$email" text $((mails + 2)))"
}

@test "a page may read the headers that tell what is left and when to come back" {
	ORIGIN=$CORS_ORIGINS api GET /v1/registration/stage
	same "$(header Access-Control-Expose-Headers | tr -d ' ' | tr , '\n' | sort | paste -sd ' ')" \
		"RateLimit RateLimit-Policy Retry-After X-Request-Id"
}

@test "a problem is in Japanese, unless English is asked for" {
	for asked in '' ja fr 'fr, de;q=0.5' '*'; do
		ACCEPT_LANGUAGE=$asked api GET /v1/registration/stage
		same "$(header Content-Language)" ja
	done
	for asked in en en-US 'en-GB, ja;q=0.5'; do
		ACCEPT_LANGUAGE=$asked api GET /v1/registration/stage
		same "$(header Content-Language)" en
	done
}
