# Access tokens as the portal's other services see them: another JOSE library, the published keys, and
# keys that rotate under way. The keys here are the file's own.

load helper
load steps

# A server with a copy of the suite's keys, to rotate.
setup() {
	own_keys=$BATS_TEST_TMPDIR/keys
	jwks=$BATS_TEST_TMPDIR/jwks.json
	cp -a "$KEYS_FOLDER" "$own_keys"
	restart_server KEYS_FOLDER="$own_keys"
}

own_ctl() {
	KEYS_FOLDER=$own_keys ctl "$@"
}

fetch_keys() { # FILE
	api GET /.well-known/jwks.json
	want 200
	printf '%s\n' "$body" >"$1"
	REQUEST_HEADERS=("If-None-Match: $(header ETag)") # by which whoever keeps the set asks for another
	api GET /.well-known/jwks.json
	want 304
}

judge() { # JWKS [--flip] <TOKENS
	"$TREE/tests/flow/judge_tokens.py" "$@"
}

kid_of() { # TOKEN
	jq -Rr 'split(".")[0] | gsub("-"; "+") | gsub("_"; "/") | @base64d | fromjson | .kid' <<<"$1"
}

kids() { # JWKS
	jq -r '.keys[].kid' "$1" | sort
}

@test "another library takes our access tokens, by the published keys" { # asvs 9.1.1 9.1.2 9.2.3 11.6.1
	fetch_keys "$jwks"
	jq -e '.keys | length >= 2' "$jwks" # the next key is known before it signs
	jq -e 'all(.keys[]; keys == ["alg", "crv", "kid", "kty", "use", "x", "y"])' "$jwks" # and nothing private
	new_account
	before=$EPOCHSECONDS
	logged_in "$email"
	claims=$(judge "$jwks" --flip <<<"$access")
	jq -e --argjson before "$before" '
		.iss == "myportal" and .aud == "myportal/access"
		and ([.sub, .sid, .jti] | all(type == "string" and test("^[A-Za-z0-9_-]{22}$")))
		and ([.auth_time, .iat, .nbf, .exp] | all(type == "number" and . == floor))
		and .auth_time >= $before and .iat >= .auth_time and .iat <= $before + 30
		and .nbf == .iat and .exp == .iat + 600
		and (keys | length) == 9' <<<"$claims"
	# A refresh: the same login, a new token, and the password no newer.
	refresh_login "$refresh"
	want 200
	take_tokens
	next=$(judge "$jwks" <<<"$access")
	same "$(jq -c '[.sub, .sid, .auth_time]' <<<"$next")" "$(jq -c '[.sub, .sid, .auth_time]' <<<"$claims")"
	never [ "$(jq .jti <<<"$next")" = "$(jq .jti <<<"$claims")" ]
	api GET /v1/sessions '' "$access"
	same "$(field '.sessions[] | select(.current) | .id')" "$(jq -r .sid <<<"$next")"
}

@test "a rotation is seen by nobody: who fetched the keys right before takes every token" { # asvs 11.1.1 13.3.4
	new_account
	invite "$(new_email)"
	mailed=$invitation
	logged_in "$email"
	tokens=("$access")
	fetch_keys "$jwks"
	set_of_before=("${REQUEST_HEADERS[@]}")
	REQUEST_HEADERS=()
	old=$(kid_of "$access")

	own_ctl keys rotate --force >/dev/null
	for _ in {1..20}; do # a server looks at its keys once a second
		logged_in "$email"
		tokens+=("$access")
		refresh_login "$refresh"
		want 200
		take_tokens
		tokens+=("$access")
		[[ $(kid_of "$access") == "$old" ]] || break
		sleep 0.2
	done
	new=$(kid_of "$access")
	grep -qxF "$new" <(kids "$jwks")
	never [ "$new" = "$old" ]

	same "$(printf '%s\n' "${tokens[@]}" | judge "$jwks" | wc -l)" "${#tokens[@]}"
	REQUEST_HEADERS=("${set_of_before[@]}")
	api GET /.well-known/jwks.json
	want 200 # it is not the set of before any more
	fetch_keys "$jwks.after"
	same "$(printf '%s\n' "${tokens[@]}" | judge "$jwks.after" | wc -l)" "${#tokens[@]}"
	same "$(comm -23 <(kids "$jwks") <(kids "$jwks.after"))" ""
	same "$(comm -13 <(kids "$jwks") <(kids "$jwks.after") | wc -l)" 1
	for access in "${tokens[@]}"; do
		is_logged_in "$access"
	done

	# The link of before still begins a registration that goes on with the key of now.
	KEYS_FOLDER=$own_keys identify "$mailed" "$(new_person)"
	want 200
	invite "$(new_email)"
	grep -qxF "$(kid_of "$invitation")" <(own_ctl keys list | awk '$1 == "stage" && $3 == "current" { print $2 }')
	never [ "$(kid_of "$invitation")" = "$(kid_of "$mailed")" ]
}

@test "a replica that has not seen the rotation takes what the others sign, and they what it signs" { # asvs 11.1.1
	new_account
	cp -a "$own_keys" "$own_keys.copy"
	start_other KEYS_FOLDER="$own_keys.copy"
	logged_in "$email"
	old=$(kid_of "$access")
	own_ctl keys rotate --force >/dev/null
	wait_until 5 signs_with_another "$old"
	BASE_URL=http://$OTHER_LISTEN is_logged_in "$access"
	BASE_URL=http://$OTHER_LISTEN logged_in "$email"
	same "$(kid_of "$access")" "$old"
	is_logged_in "$access"
}

signs_with_another() { # KID
	logged_in "$email" && [[ $(kid_of "$access") != "$1" ]]
}

@test "a key that is removed signs nothing and opens nothing any more" { # asvs 11.1.1
	new_account
	logged_in "$email"
	stolen=$access
	own_ctl keys rotate --force >/dev/null
	wait_until 5 signs_with_another "$(kid_of "$stolen")"
	is_logged_in "$stolen"
	rm -f "$own_keys/access-$(kid_of "$stolen").pem"
	wait_until 5 is_refused "$stolen"
	is_logged_in "$access"
	fetch_keys "$jwks"
	never grep -qF "$(kid_of "$stolen")" "$jwks"
	never judge "$jwks" <<<"$stolen"
}

is_refused() { # ACCESS-TOKEN
	! is_logged_in "$1"
}
