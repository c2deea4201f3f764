# What is the same for everybody, and may be kept: the configuration, the contract, the key set.

load helper
load steps

readonly PUBLIC=(/v1/config /v1/openapi.yaml /.well-known/jwks.json)

# How long each may be kept.
max_age() { # PATH
	case $1 in
	/.well-known/jwks.json) printf '30\n' ;;
	*) printf '300\n' ;;
	esac
}

# The last answer may be kept, and has this name.
may_be_kept() { # PATH ETAG
	same "$(header Cache-Control)" "public, max-age=$(max_age "$1")"
	same "$(header ETag)" "$2"
}

is_for_nobodys_cache() {
	same "$(header Cache-Control)" no-store
	never header ETag
}

# Asks by the name of what is there; sets $status and $headers.
ask_again() { # METHOD PATH ETAG
	REQUEST_HEADERS=("If-None-Match: $3")
	api "$1" "$2"
	REQUEST_HEADERS=()
}

@test "the configuration is what the society has set" {
	api GET /v1/config
	want 200
	same "$(header Content-Type)" 'application/json; charset=utf-8'
	same "$(jq -c '[.society, .portal_url, .languages, .birth_date_required, .posted_code_required, .captcha, .resend_after]' <<<"$body")" \
		"$(jq -nc --arg ja "$SOCIETY_NAME_JA" --arg en "$SOCIETY_NAME_EN" --arg portal "$PORTAL_URL" '[
			{name: {ja: $ja, en: $en}, contact: {ja: env.SOCIETY_CONTACT_JA, en: env.SOCIETY_CONTACT_EN}, mail_from: env.MAIL_FROM},
			$portal, ["ja", "en"], false, false, {kinds: ["image", "audio"]}, (env.MAIL_INTERVAL_S | tonumber)]')"
	start_other SOCIETY_NAME_JA='見本"健保"' SOCIETY_NAME_EN='Sample & Co' SOCIETY_CONTACT_JA=$'適用課\n03-0000-0000' SOCIETY_CONTACT_EN= \
		MAIL_FROM=portal@kenpo.example.jp PORTAL_URL=https://portal.example IDENTITY_BIRTH_DATE=yes IDENTITY_POSTED_CODE=yes REGISTRATION_EMAIL_DOMAINS=Example.co.jp,.日本語.jp CAPTCHA_PROOF_OF_WORK=5000 CAPTCHA_LIVES_S=31 \
		PASSWORD_LENGTH_MIN=11 PASSWORD_COMPOSITION=none MAIL_INTERVAL_S=7 INVITATION_LIVES_S=61 SECOND_LINK_LIVES_S=62 \
		ACCOUNT_STEP_LIVES_S=63 EMAIL_CONFIRMATION_LIVES_S=64 PASSWORD_RESET_LIVES_S=65 ACCOUNT_DELETION_LIVES_S=67 ACCESS_TOKEN_LIVES_S=66 SESSION_IDLE_S=601 SESSION_LIVES_S=602
	BASE_URL=http://$OTHER_LISTEN api GET /v1/config
	want 200
	same "$(jq . <<<"$body")" "$(jq . <<-'JSON'
		{
		  "society": {
		    "name": { "ja": "見本\"健保\"", "en": "Sample & Co" },
		    "contact": { "ja": "適用課\n03-0000-0000", "en": null },
		    "mail_from": "portal@kenpo.example.jp"
		  },
		  "portal_url": "https://portal.example",
		  "languages": ["ja", "en"],
		  "birth_date_required": true,
		  "posted_code_required": true,
		  "registration_email_domains": ["example.co.jp", ".xn--wgv71a119e.jp"],
		  "captcha": {
		    "kinds": ["image", "audio", "proof_of_work"],
		    "proof_of_work": { "protocol": "altcha-v1", "algorithm": "SHA-256", "maxnumber": 5000 }
		  },
		  "password_policy": { "length_min": 11, "length_max": 128, "composition": "none" },
		  "lengths": {
		    "email": { "max": 254 }, "login_id": { "max": 254 }, "nickname": { "min": 1, "max": 20 }, "insured_number": { "min": 1, "max": 38 },
		    "posted_code": { "min": 10, "max": 10 }, "authentication_key": { "min": 10, "max": 10 }, "captcha_answer": { "min": 6, "max": 6 }
		  },
		  "links": [
		    { "stage": "identity", "path": "/register/identity", "expires_in": 61 },
		    { "stage": "authentication-key", "path": "/register/authentication-key", "expires_in": 62 },
		    { "stage": "email-confirmation", "path": "/settings/email-confirmation", "expires_in": 64 },
		    { "stage": "password-reset", "path": "/recover/password", "expires_in": 65 },
		    { "stage": "account-deletion", "path": "/account-deletion/confirmation", "expires_in": 67 }
		  ],
		  "expires_in": { "captcha_token": 31, "stage_token": 63, "access_token": 66, "refresh_token": 601, "session": 602 },
		  "resend_after": 7
		}
	JSON
	)"
}

# Those tell it of one moment, the configuration of all.
@test "what the steps of a registration and a login tell is what the configuration says" {
	api GET /v1/config
	config=$body
	says() { # JQ-PATH-OF-THE-ANSWER JQ-PATH-OF-THE-CONFIGURATION
		same "$1 $(field "$1" | jq -c .)" "$1 $(jq -c "$2" <<<"$config")"
	}
	api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
	says .link_expires_in '.links[] | select(.stage == "identity").expires_in'
	says .resend_after .resend_after
	invite "$(new_email)"
	api GET /v1/registration/stage '' "$invitation"
	says '.birth_date_required | tostring' '.birth_date_required'
	says '.posted_code_required | tostring' '.posted_code_required'
	for kind in image audio proof_of_work; do
		api POST /v1/captcha "{\"kind\":\"$kind\"}" "$invitation"
		same "$kind $([[ $status == 201 ]] && echo true)" "$kind $(jq -r --arg kind "$kind" '.captcha.kinds | index($kind) != null | if . then . else "" end' <<<"$config")"
	done
	new_email email
	identified "$email" "$(new_person)"
	says .link_expires_in '.links[] | select(.stage == "authentication-key").expires_in'
	confirm_key "$second_link" "$key"
	says .password_policy .password_policy
	create_account "$(field .stage_token)" "$email"
	want 201
	logged_in "$email"
	says .expires_in .expires_in.access_token
	says .refresh_expires_in .expires_in.refresh_token
	api POST /v1/recovery/password "{\"login_id\":\"$email\"}"
	says .link_expires_in '.links[] | select(.stage == "password-reset").expires_in'
	api PUT /v1/me/email "$(json_object "current_password=$PASSWORD" "email=$(new_email)")" "$access"
	says .link_expires_in '.links[] | select(.stage == "email-confirmation").expires_in'
}

@test "the contract is openapi.yaml, byte for byte" {
	api GET /v1/openapi.yaml
	want 200
	same "$(header Content-Type)" application/yaml
	same "$(header Content-Length)" "$(stat -c %s "$TREE/openapi.yaml")"
	for i in 1 2 3; do # on one connection
		printf 'url = http://%s/v1/openapi.yaml\noutput = %s\n' "$LISTEN" "$BATS_TEST_TMPDIR/got.$i"
	done | curl -s --noproxy '*' -K -
	for i in 1 2 3; do
		cmp "$BATS_TEST_TMPDIR/got.$i" "$TREE/openapi.yaml"
	done
	same "$(header ETag)" "\"$(sha256sum "$TREE/openapi.yaml" | cut -c -32)\""
	api HEAD /v1/openapi.yaml
	want 200
	same "$(header Content-Length) $(header Content-Type)" "$(stat -c %s "$TREE/openapi.yaml") application/yaml"
}

@test "the three may be kept, and who has one gets a 304; what is no success may not be kept" { # asvs 14.2.2 14.3.2
	local path tag
	for path in "${PUBLIC[@]}"; do
		api GET "$path"
		want 200
		tag=$(header ETag)
		[[ $tag =~ ^\"[0-9a-f]{32}\"$ ]]
		may_be_kept "$path" "$tag"
		api HEAD "$path"
		want 200
		may_be_kept "$path" "$tag"
		for method in GET HEAD; do
			for known in "$tag" "W/$tag" "\"x\", $tag" '*'; do
				ask_again "$method" "$path" "$known"
				want 304
				may_be_kept "$path" "$tag"
				[[ $method == HEAD || $body == '' ]]
				never header Content-Length
				never header Content-Type
			done
		done
		for known in '"x"' "${tag//\"/}" "$tag$tag"; do
			ask_again GET "$path" "$known"
			want 200
			may_be_kept "$path" "$tag"
		done
		ask_again GET "$path?a=1" "$tag"
		want 400 malformed_request
		is_for_nobodys_cache
		ask_again POST "$path" "$tag"
		want 405 method_not_allowed
		is_for_nobodys_cache
		ask_again GET "$path/" "$tag"
		want 404 not_found
		is_for_nobodys_cache
	done
	ask_again GET /v1/registration/stage '*'
	want 401 token_missing
	is_for_nobodys_cache
}

# A connection goes on behind a 304: it has no body, and the next answer is not taken for one.
@test "a 304 is followed by the next answer on its connection" {
	api GET /v1/config
	tag=$(header ETag)
	{
		for _ in 1 2 3; do
			printf 'url = http://%s/v1/config\nheader = "If-None-Match: %s"\nwrite-out = "%%{http_code} %%{num_connects}\\n"\nnext\n' "$LISTEN" "${tag//\"/\\\"}"
			printf 'url = http://%s/v1/openapi.yaml\noutput = /dev/null\nwrite-out = "%%{http_code} %%{num_connects} %%{size_download}\\n"\nnext\n' "$LISTEN"
		done
		printf 'url = http://%s/v1/nothing\noutput = /dev/null\nwrite-out = "%%{http_code} %%{num_connects}\\n"\n' "$LISTEN"
	} >"$BATS_TEST_TMPDIR/urls"
	same "$(curl -s --noproxy '*' -K "$BATS_TEST_TMPDIR/urls" | xargs)" \
		"$(size=$(stat -c %s "$TREE/openapi.yaml") && echo "304 1 200 0 $size 304 0 200 0 $size 304 0 200 0 $size 404 0")"
}

@test "all replicas give one name, and another one to another configuration" {
	local path
	start_other
	for path in "${PUBLIC[@]}"; do
		api GET "$path"
		tag=$(header ETag)
		BASE_URL=http://$OTHER_LISTEN ask_again GET "$path" "$tag"
		want 304
	done
	stop_other
	start_other PASSWORD_LENGTH_MIN=9
	for path in "${PUBLIC[@]}"; do
		api GET "$path"
		tag=$(header ETag)
		BASE_URL=http://$OTHER_LISTEN ask_again GET "$path" "$tag"
		if [[ $path == /v1/config ]]; then want 200; else want 304; fi
	done
}

@test "a page of the app may read them, kept or not; what is kept for one page is not shown to another" { # asvs 3.4.2
	local path
	for path in "${PUBLIC[@]}"; do
		ORIGIN=$CORS_ORIGINS api GET "$path"
		want 200
		same "$(header Access-Control-Allow-Origin) $(header Vary)" "$CORS_ORIGINS Origin"
		ORIGIN=$CORS_ORIGINS ask_again GET "$path" "$(header ETag)"
		want 304
		same "$(header Access-Control-Allow-Origin) $(header Vary)" "$CORS_ORIGINS Origin"
		ORIGIN=https://evil.example api GET "$path"
		want 200
		never header Access-Control-Allow-Origin
		same "$(header Vary)" Origin # a cache between gives neither the other's answer
	done
}

@test "they ask nothing of the database, and are limited as all else is" { # asvs 15.2.2
	local path
	start_other "LIMITS=$LIMITS,source_requests=${#PUBLIC[@]}/600"
	db_stop
	for path in "${PUBLIC[@]}"; do
		BASE_URL=http://$OTHER_LISTEN api GET "$path"
		want 200
	done
	for path in "${PUBLIC[@]}"; do
		BASE_URL=http://$OTHER_LISTEN ask_again GET "$path" '*'
		want 429 too_many_tries
		is_for_nobodys_cache
	done
}
