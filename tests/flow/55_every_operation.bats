# What every operation refuses, whatever it is for. tests/contract/coverage.py asks for each.

load helper
load story

# Sets $token and $json of each operation; $stage_token and the others are not spent.
all_operations() {
	local email
	email=$(new_email)
	at_account_step "$email" "$(new_person)"
	create_account "$stage_token" "$email" email="other.$email"
	confirmation=$(mail_token "other.$email")
	email=$(new_email)
	at_account_step "$email" "$(new_person)"
	declare -gA token=(
		[/v1/registration/email]='' [/v1/registration/stage]=$invitation [/v1/captcha]=$invitation
		[/v1/registration/identity]=$invitation [/v1/registration/authentication-key]=$second_link
		[/v1/registration/account]=$stage_token [/v1/me/email/confirmation]=$confirmation)
	declare -gA json=(
		[/v1/registration/email]="{\"email\":\"$email\"}" [/v1/captcha]='{}' [/v1/registration/identity]=$identity_body
		[/v1/registration/authentication-key]="{\"authentication_key\":\"$key\"}"
		[/v1/registration/account]=$(account_json "$email"))
}

method_of() { # PATH
	if [[ $1 == */stage ]]; then echo GET; else echo POST; fi
}

@test "every operation with a body refuses what is none" {
	all_operations
	big=$(head -c 9000 /dev/zero | tr '\0' a)
	for path in "${!json[@]}"; do
		api POST "$path" '{' "${token[$path]}"
		want 400 malformed_request
		api POST "$path" '{"unknown":"x"}' "${token[$path]}"
		want 400 invalid_fields
		api POST "$path" "{\"unknown\":\"$big\"}" "${token[$path]}"
		want 413 body_too_large
		CONTENT_TYPE=text/plain api POST "$path" "${json[$path]}" "${token[$path]}"
		want 415 unsupported_media_type
	done
	api POST /v1/me/email/confirmation '{}' "$confirmation"
	want 400 malformed_request
}

@test "every operation with a token demands a good one" {
	all_operations
	start_other LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1 FAKETIME=+4h \
		FAKETIME_DONT_FAKE_MONOTONIC=1 ASAN_OPTIONS="${ASAN_OPTIONS-}:verify_asan_link_order=0"
	for path in "${!token[@]}"; do
		[[ -n ${token[$path]} ]] || continue
		api "$(method_of "$path")" "$path" "${json[$path]-}"
		want 401 token_missing
		api "$(method_of "$path")" "$path" "${json[$path]-}" a.b.c
		want 401 token_invalid
		BASE_URL=http://$OTHER_LISTEN api "$(method_of "$path")" "$path" "${json[$path]-}" "${token[$path]}"
		want 401 token_expired
	done
}

@test "every operation says 503 while the database is away" {
	all_operations
	db_stop
	for path in "${!token[@]}"; do
		api "$(method_of "$path")" "$path" "${json[$path]-}" "${token[$path]}"
		want 503 unavailable
	done
}

@test "a body that does not come in time is 408" {
	exec 8<>"/dev/tcp/${LISTEN%:*}/${LISTEN##*:}"
	printf 'POST /v1/registration/email HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{' >&8
	grep -q '^HTTP/1.1 408' < <(timeout 8 cat <&8)
	exec 8>&-
}
