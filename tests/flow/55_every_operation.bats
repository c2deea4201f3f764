# What every operation rejects, whatever it is for. tests/contract/coverage.py asks for each.

load helper
load steps

# Sets $token and $json of each operation ("METHOD PATH"); no token is spent. $stage_operations and
# $login_operations are those with a token.
all_operations() {
	local member id
	asked_for_deletion
	new_account
	member=$email
	logged_in "$member"
	api PUT /v1/me/email "{\"email\":\"other.$member\",\"current_password\":\"$PASSWORD\"}" "$access"
	confirmation=$(mail_token "other.$member")
	wait_until 10 mail_is_finished # the notification to the member
	ask_reset "$member"
	api GET /v1/sessions '' "$access"
	id=$(field '.sessions[0].id')
	email=$(new_email)
	at_account_step "$email" "$(new_person)"
	declare -gA token=(
		["GET /v1/registration/stage"]=$invitation ["POST /v1/captcha"]=$invitation
		["POST /v1/registration/identity"]=$invitation
		["POST /v1/registration/authentication-key"]=$second_link
		["POST /v1/registration/account"]=$stage_token
		["POST /v1/me/email/confirmation"]=$confirmation
		["POST /v1/recovery/password/reset"]=$reset
		["POST /v1/account-deletion/confirmation"]=$deletion)
	stage_operations=("${!token[@]}")
	login_operations=("GET /v1/sessions" "DELETE /v1/sessions" "DELETE /v1/sessions/current"
		"DELETE /v1/sessions/$id" "GET /v1/me" "PATCH /v1/me" "DELETE /v1/me"
		"PUT /v1/me/password" "PUT /v1/me/email" "PUT /v1/me/login-id" "DELETE /v1/me/pending-email")
	for operation in "${login_operations[@]}"; do
		token[$operation]=$access
	done
	declare -gA json=(
		["POST /v1/registration/email"]="{\"email\":\"$email\"}"
		["POST /v1/captcha"]='{}'
		["POST /v1/registration/identity"]=$identity_body
		["POST /v1/registration/authentication-key"]="{\"authentication_key\":\"$key\"}"
		["POST /v1/registration/account"]=$(account_json "$email")
		["POST /v1/sessions"]="{\"login_id\":\"$member\",\"password\":\"$PASSWORD\"}"
		["POST /v1/sessions/refresh"]="{\"refresh_token\":\"$refresh\"}"
		["POST /v1/recovery/login-id"]="{\"email\":\"$member\"}"
		["POST /v1/recovery/password"]="{\"login_id\":\"$member\"}"
		["POST /v1/account-deletion"]="{\"email\":\"$member\"}"
		["POST /v1/recovery/password/reset"]='{"password":"himawari8kirin","password_confirmation":"himawari8kirin"}'
		["PATCH /v1/me"]='{"language":"ja"}'
		["DELETE /v1/me"]="{\"current_password\":\"$PASSWORD\"}"
		["PUT /v1/me/password"]="{\"current_password\":\"$PASSWORD\",\"password\":\"himawari8kirin\",\"password_confirmation\":\"himawari8kirin\"}"
		["PUT /v1/me/email"]="{\"email\":\"$email\",\"current_password\":\"$PASSWORD\"}"
		["PUT /v1/me/login-id"]="{\"login_id\":\"$email\",\"current_password\":\"$PASSWORD\"}")
}

# Those without a token and a body.
readonly PUBLIC_OPERATIONS=('GET /.well-known/jwks.json' 'GET /v1/config' 'GET /v1/openapi.yaml')

# Fails when the program has an operation that the tables above do not know.
@test "the tables of this file hold every operation" {
	all_operations
	known=$(printf '%s\n' "${!token[@]}" "${!json[@]}" "${PUBLIC_OPERATIONS[@]}" |
		sed -E 's,/sessions/[A-Za-z0-9_-]{22}$,/sessions/{id},' | sort -u)
	same "$known" "$("$BUILD/tests/describe" | jq -r '.public[] | .method + " " + .path' | sort -u)"
}

@test "every operation with a body rejects what is none" { # asvs 3.5.2 15.3.3
	all_operations
	big=$(head -c 9000 /dev/zero | tr '\0' a)
	for operation in "${!json[@]}"; do
		api ${operation} '{' "${token[$operation]-}"
		want 400 malformed_request
		api ${operation} '{"unknown":"x"}' "${token[$operation]-}"
		want 400 invalid_fields
		api ${operation} "{\"unknown\":\"$big\"}" "${token[$operation]-}"
		want 413 body_too_large
		CONTENT_TYPE=text/plain api ${operation} "${json[$operation]}" "${token[$operation]-}"
		want 415 unsupported_media_type
	done
	for operation in "${!token[@]}" "${PUBLIC_OPERATIONS[@]}"; do
		[[ -z ${json[$operation]-} ]] || continue
		api ${operation} '{}' "${token[$operation]-}"
		want 400 malformed_request
	done
	is_logged_in "$access"
}

@test "every operation with a token demands a good one" { # asvs 7.2.1 8.2.1
	all_operations
	clock_at +4h
	start_other "${clock[@]}"
	for operation in "${stage_operations[@]}"; do
		api ${operation} "${json[$operation]-}"
		want 401 token_missing
		api ${operation} "${json[$operation]-}" a.b.c
		want 401 token_invalid
		BASE_URL=http://$OTHER_LISTEN api ${operation} "${json[$operation]-}" "${token[$operation]}"
		want 401 token_expired
	done
	for operation in "${login_operations[@]}"; do
		api ${operation} "${json[$operation]-}"
		want 401 login_required
		api ${operation} "${json[$operation]-}" a.b.c
		want 401 login_required
		BASE_URL=http://$OTHER_LISTEN api ${operation} "${json[$operation]-}" "$access"
		want 401 access_token_expired
	done
	is_logged_in "$access"
}

@test "every operation says 503 while the database is away" { # asvs 11.2.5 16.5.2 16.5.3
	all_operations
	wait_until 10 mail_is_finished # or what was sent and not noted stays owed until its lease ends
	db_stop
	for operation in "${!token[@]}" "${!json[@]}"; do
		api ${operation} "${json[$operation]-}" "${token[$operation]-}"
		want 503 unavailable
	done
	for operation in "${PUBLIC_OPERATIONS[@]}"; do
		api ${operation}
		want 200
	done
}

@test "a body that does not come in time is 408" {
	exec 8<>"/dev/tcp/${LISTEN%:*}/${LISTEN##*:}"
	printf 'POST /v1/registration/email HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{' >&8
	grep -q '^HTTP/1.1 408' < <(timeout 15 cat <&8)
	exec 8>&-
}
