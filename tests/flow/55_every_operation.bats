# What every operation rejects, whatever it is for. tests/contract/coverage.py asks for each.

load helper
load steps

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
