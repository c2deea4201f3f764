# Lifetimes: a second replica whose clock runs elsewhere (faketime) sees the same tokens.

load helper
load story

# A replica whose clock is off by so much; its database and keys are the suite's.
replica_at() { # OFFSET such as +3h
	start_other LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1 FAKETIME="$1" \
		FAKETIME_DONT_FAKE_MONOTONIC=1 ASAN_OPTIONS="${ASAN_OPTIONS-}:verify_asan_link_order=0"
}

ask() { # TOKEN
	BASE_URL=http://$OTHER_LISTEN api GET /v1/registration/stage '' "$1"
}

@test "the invitation lives 3 hours, the second link and the account step 30 minutes" { # asvs 6.4.1 9.2.1
	at_account_step "$(new_email)" "$(new_person)"
	replica_at +29m
	for token in "$invitation" "$second_link" "$stage_token"; do
		ask "$token"
		want 200
	done
	stop_other
	replica_at +31m
	ask "$invitation"
	want 200
	for token in "$second_link" "$stage_token"; do
		ask "$token"
		want 401 token_expired
	done
	stop_other
	replica_at +181m
	ask "$invitation"
	want 401 token_expired
	jq -e '.detail | test("メールアドレス")' <<<"$body" # it says: start again with the address
}

@test "replicas' clocks may differ by a minute, not by an hour" { # asvs 9.2.1
	invite "$(new_email)"
	replica_at -45s
	ask "$invitation"
	want 200
	stop_other
	replica_at -1h
	ask "$invitation"
	want 401 token_invalid
}

@test "a CAPTCHA lives ten minutes" {
	person=$(new_person)
	invite "$(new_email)"
	captcha_for "$invitation" >/dev/null
	replica_at +11m
	BASE_URL=http://$OTHER_LISTEN api POST /v1/registration/identity \
		"{\"insured_number\":\"$person\",\"captcha_token\":\"$captcha_token\",\"captcha_answer\":\"$captcha_answer\"}" "$invitation"
	want 422 captcha_wrong
}

@test "an identity that was right is right again after its CAPTCHA expired" {
	invite "$(new_email)"
	identify "$invitation" "$(new_person)"
	want 200
	first=$(field .authentication_key)
	replica_at +20m
	BASE_URL=http://$OTHER_LISTEN api POST /v1/registration/identity "$identity_body" "$invitation"
	want 200
	same "$(field .authentication_key)" "$first"
}
