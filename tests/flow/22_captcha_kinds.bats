# The CAPTCHA in its other kinds: spoken, and as work for the client's machine.

load helper
load steps

# Asks for one of a kind, in Japanese unless $ACCEPT_LANGUAGE says otherwise.
captcha_of() { # KIND TOKEN
	api POST /v1/captcha "{\"kind\":\"$1\"}" "$2"
	want 201 || return 1
	captcha_token=$(field .captcha_token)
}

submit() { # NUMBER ANSWER [TOKEN]
	identity_body=$(jq -nc --arg n "$1" --arg t "$captcha_token" --arg a "$2" '{insured_number: $n, captcha_token: $t, captcha_answer: $a}')
	api POST /v1/registration/identity "$identity_body" "${3-$invitation}"
}

# The claims of a token, as anyone may read them.
claims() { # TOKEN
	cut -d. -f2 <<<"$1" | tr -- -_ +/ | base64 -d 2>/dev/null
}

# --- spoken ---------------------------------------------------------------------------------------

# Prints "channels bytes-a-sample rate" and whether it lasts 3 to 12 seconds and is not silent.
look_at_wav() { # FILE
	python3 - "$1" <<-'END'
		import sys
		import wave

		with wave.open(sys.argv[1]) as wav:
		    frames = wav.readframes(wav.getnframes())
		    assert len(frames) == wav.getnframes(), "the header says more than there is"
		    assert 3 <= wav.getnframes() / wav.getframerate() <= 12
		    assert sum(abs(sample - 128) for sample in frames) / len(frames) > 4
		    print(wav.getnchannels(), wav.getsampwidth(), wav.getframerate())
	END
}

@test "a spoken CAPTCHA is a WAV that plays, in Japanese and in English, and no two are alike" {
	invite "$(new_email)"
	for language in ja en; do
		ACCEPT_LANGUAGE=$language captcha_of audio "$invitation"
		same "$(field .kind) $(field .media_type)" "audio audio/wav"
		same "$(jq -r 'keys | join(" ")' <<<"$body")" "captcha_token data expires_at kind media_type server_time"
		field .data | base64 -d >"$BATS_TEST_TMPDIR/$language.wav"
		same "$(look_at_wav "$BATS_TEST_TMPDIR/$language.wav")" "1 1 8000"
	done
	never cmp -s "$BATS_TEST_TMPDIR/ja.wav" "$BATS_TEST_TMPDIR/en.wav"
}

@test "with a spoken CAPTCHA one registers as with a picture" {
	for language in ja en; do
		invite "$(new_email)"
		ACCEPT_LANGUAGE=$language captcha_of audio "$invitation"
		answer=$(ctl captcha answer - <<<"$captcha_token")
		[[ $answer =~ ^[A-HJ-NP-Z2-9]{6}$ ]]
		submit "$(new_person)" "${answer,,}"
		want 200
		[[ $(field .authentication_key) ]]
	done
}

@test "a wrong answer spends a spoken CAPTCHA and costs no try" {
	person=$(new_person)
	invite "$(new_email)"
	captcha_of audio "$invitation"
	answer=$(ctl captcha answer - <<<"$captcha_token")
	submit "$person" "$(tr 'A-HJ-NP-Z2-9' 'B-HJ-NP-Z2-9A' <<<"$answer")"
	want 422 captcha_wrong
	same "$(field .attempts_left)" 5
	submit "$person" "$answer"
	want 422 captcha_wrong
}

@test "a spoken CAPTCHA is good for its own link and number only" {
	invite "$(new_email)"
	one=$invitation
	captcha_of audio "$one"
	answer=$(ctl captcha answer - <<<"$captcha_token")
	invite "$(new_email)"
	person=$(new_person)
	submit "$person" "$answer"
	want 422 captcha_wrong
	submit "$person" "$answer" "$one"
	want 200
	captcha_of audio "$invitation"
	answer=$(ctl captcha answer - <<<"$captcha_token")
	submit 999999991 "$answer"
	want 422 identity_mismatch
	submit "$(new_person)" "$answer"
	want 422 captcha_wrong
}

@test "a token does not tell a picture's from a sound's" {
	invite "$(new_email)"
	captcha_of image "$invitation"
	picture=$captcha_token
	captcha_of audio "$invitation"
	for token in "$picture" "$captcha_token"; do
		same "$(claims "$token" | jq -c 'del(.jti, .iat, .nbf, .exp) | .ctx |= length')" "$(claims "$picture" | jq -c 'del(.jti, .iat, .nbf, .exp) | .ctx |= length')"
	done
}

# --- proof of work --------------------------------------------------------------------------------

# ALTCHA's own library, of the version and content that tests/node/package-lock.json names.
altcha() {
	"$TREE/tools/node-packages" >&2 3>&- || return 1
	node "$TREE/tests/node/solve_altcha.mjs"
}

# A server that offers it.
offer_work() { # [SETTING=value...]
	start_other CAPTCHA_PROOF_OF_WORK=2000 "$@"
	BASE_URL=http://$OTHER_LISTEN
}

# Sets captcha_token, challenge and payload.
solve_work() { # TOKEN
	captcha_of proof_of_work "$1" || return 1
	challenge=$(field .challenge)
	payload=$(altcha <<<"$challenge")
}

# The payload with a jq filter applied.
bend() { # FILTER
	base64 -d <<<"$payload" | jq -c "$1" | tr -d '\n' | base64 -w0
}

@test "work is not offered unless the operator says so, and no other kind is" {
	invite "$(new_email)"
	for kind in proof_of_work video IMAGE image_ "" audio/wav; do
		api POST /v1/captcha "{\"kind\":\"$kind\"}" "$invitation"
		want 400 invalid_fields
		same "$(faults)" kind:not_offered
	done
	api POST /v1/captcha '{"kind":"proof_of_work_"}' "$invitation"
	want 400 invalid_fields
	same "$(faults)" kind:not_offered
	api POST /v1/captcha '{"kind":"proof_of_work_or_so"}' "$invitation"
	same "$(faults)" kind:too_long
	for number in 1 999 10000001 -1; do
		run env CAPTCHA_PROOF_OF_WORK="$number" "$BUILD/api/myportald"
		((status != 0))
		[[ $output == *"CAPTCHA_PROOF_OF_WORK must be"* ]]
	done
}

@test "the challenge is ALTCHA's, and ends with its token" {
	offer_work
	invite "$(new_email)"
	captcha_of proof_of_work "$invitation"
	same "$(field .kind)" proof_of_work
	same "$(jq -r 'keys | join(" ")' <<<"$body")" "captcha_token challenge expires_at kind server_time"
	jq -e '.challenge | .algorithm == "SHA-256" and .maxnumber == 2000
		and (.challenge | test("^[0-9a-f]{64}$")) and (.signature | test("^[0-9a-f]{64}$"))' <<<"$body"
	same "$(field .challenge.salt | sed 's/.*?expires=\([0-9]*\)&/\1/')" "$(date -d "$(field .expires_at)" +%s)"
	first=$(jq -c .challenge <<<"$body")
	captcha_of proof_of_work "$invitation"
	[[ $(jq -c .challenge <<<"$body") != "$first" ]]
	run ctl captcha answer "$captcha_token"
	((status != 0))
	[[ $output == *"proof of work"* ]]
}

@test "what ALTCHA's library solves registers, the same body twice" {
	offer_work
	invite "$(new_email)"
	solve_work "$invitation"
	submit "$(new_person)" "$payload"
	want 200
	first=$(field .authentication_key)
	api POST /v1/registration/identity "$identity_body" "$invitation"
	want 200
	same "$(field .authentication_key)" "$first"
}

@test "a bent payload is no answer, and spends the token" {
	offer_work
	person=$(new_person)
	invite "$(new_email)"
	for filter in '.number += 1' '.number |= if . == 0 then 1 else 0 end' 'del(.number)' '.salt |= sub("^."; "z")' '.salt |= sub("expires=."; "expires=9")' \
		'.signature |= explode | .signature |= (.[0] |= if . == 97 then 98 else 97 end | implode)' \
		'.challenge = .signature' '.algorithm = "SHA-1"' '{payload: .}' '{}'; do
		solve_work "$invitation"
		submit "$person" "$(bend "$filter")"
		[[ $status == 422 || $status == 400 ]] # {} is shorter than a payload is
		[[ $status == 400 ]] || {
			want 422 captcha_wrong
			same "$(field .attempts_left)" 5
			submit "$person" "$payload"
			want 422 captcha_wrong
		}
	done
	solve_work "$invitation"
	submit "$person" "$(bend '.took = 1 | .more = "of it"')"
	want 200
}

@test "a payload is good for its own token, link and number only" {
	offer_work
	invite "$(new_email)"
	one=$invitation
	solve_work "$one"
	token_of_one=$captcha_token
	payload_of_one=$payload
	invite "$(new_email)"
	solve_work "$invitation"
	submit "$(new_person)" "$payload_of_one" # for the token of another
	want 422 captcha_wrong
	solve_work "$invitation"
	captcha_token=$token_of_one submit "$(new_person)" "$payload_of_one" # with the token of another link
	want 422 captcha_wrong
	submit 999999991 "$payload" # right, but the number is nobody's
	want 422 identity_mismatch
	submit "$(new_person)" "$payload" # the second use
	want 422 captcha_wrong
}

@test "an answer of one kind is none of another" {
	offer_work
	person=$(new_person)
	invite "$(new_email)"
	captcha_of proof_of_work "$invitation"
	submit "$person" K7QM4T
	want 422 captcha_wrong
	solve_work "$invitation"
	captcha_of image "$invitation"
	submit "$person" "$payload"
	want 422 captcha_wrong
	submit "$person" "$(head -c 769 /dev/zero | base64 -w0)"
	want 400 invalid_fields
	same "$(faults)" captcha_answer:too_long
	submit "$person" "$(printf 'A%.0s' {1..64})!"
	want 400 invalid_fields
	same "$(faults)" captcha_answer:too_long
}

@test "work that is done too late is no answer" {
	offer_work
	invite "$(new_email)"
	solve_work "$invitation"
	stop_other
	clock_at +11m
	offer_work "${clock[@]}"
	submit "$(new_person)" "$payload"
	want 422 captcha_expired
}

@test "the server that offers no work any more still takes what it offered" {
	offer_work
	invite "$(new_email)"
	solve_work "$invitation"
	unset BASE_URL
	submit "$(new_person)" "$payload"
	want 200
}
