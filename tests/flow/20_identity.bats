# The identity step: who is found, who is not, and how often one may try.

load helper
load steps

@test "full width, hyphens, dots and spaces all mean the same person" {
	new_person person
	full=$(sed 'y/0123456789/０１２３４５６７８９/' <<<"$person")
	for typed in "$full" "${person:0:6}-${person:6}" "${person:0:6}ー${person:6}" "${person:0:6}・${person:6}" "${person:0:6} ${person:6}" " $person　"; do
		invite "$(new_email)"
		identify "$invitation" "$typed"
		want 200
	done
}

@test "wrong numbers count down; the fifth ends the link, and then nothing of it works" {
	new_email email
	new_person person
	invite "$email"
	for left in 4 3 2 1; do
		identify "$invitation" "99999999$left"
		want 422 identity_mismatch
		same "$(field .attempts_left)" "$left"
	done
	identify "$invitation" 999999990
	want 410 registration_over
	api POST /v1/captcha '{}' "$invitation"
	want 410 registration_over
	api GET /v1/registration/stage '' "$invitation"
	want 410 registration_over
	api POST /v1/registration/identity "$(jq -c --arg n "$person" '.insured_number = $n' <<<"$identity_body")" "$invitation"
	want 410 registration_over
	same "$(mail_count "$email")" 1
}

@test "the fifth try may be the right one" {
	invite "$(new_email)"
	for left in 4 3 2 1; do
		identify "$invitation" "88888888$left"
		want 422 identity_mismatch
	done
	identify "$invitation" "$(new_person)"
	want 200
}

@test "a wrong identity sent again costs no second try" {
	invite "$(new_email)"
	identify "$invitation" 777777771
	want 422 identity_mismatch
	first=$(body_without_id)
	for _ in 1 2 3 4 5 6; do
		api POST /v1/registration/identity "$identity_body" "$invitation"
		want 422 identity_mismatch
		same "$(body_without_id)" "$first"
	done
}

@test "a wrong CAPTCHA costs no try, and is spent whatever was answered" {
	new_person person
	invite "$(new_email)"
	captcha_for "$invitation" >/dev/null
	wrong=$(tr 'A-HJ-NP-Z2-9' 'B-HJ-NP-Z2-9A' <<<"$captcha_answer")
	api POST /v1/registration/identity "{\"insured_number\":\"$person\",\"captcha_token\":\"$captcha_token\",\"captcha_answer\":\"$wrong\"}" "$invitation"
	want 422 captcha_wrong
	same "$(field .attempts_left)" 5
	api POST /v1/registration/identity "{\"insured_number\":\"$person\",\"captcha_token\":\"$captcha_token\",\"captcha_answer\":\"$captcha_answer\"}" "$invitation"
	want 422 captcha_wrong
	identify "$invitation" "$person"
	want 200
}

@test "case and width of the CAPTCHA answer do not matter" {
	invite "$(new_email)"
	captcha_for "$invitation" >/dev/null
	typed=$(sed 's/./& /g; y/ABCDEFGHJKLMNPQRSTUVWXYZ/ａｂｃｄｅｆｇｈｊｋｌｍｎｐｑｒｓｔｕｖｗｘｙｚ/' <<<"$captcha_answer")
	api POST /v1/registration/identity "{\"insured_number\":\"$(new_person)\",\"captcha_token\":\"$captcha_token\",\"captcha_answer\":\"$typed\"}" "$invitation"
	want 200
}

@test "a CAPTCHA is good for one link and one number" { # asvs 8.2.2
	invite "$(new_email)"
	one=$invitation
	captcha_for "$one" >/dev/null
	invite "$(new_email)"
	body_of_one="{\"insured_number\":\"$(new_person)\",\"captcha_token\":\"$captcha_token\",\"captcha_answer\":\"$captcha_answer\"}"
	api POST /v1/registration/identity "$body_of_one" "$invitation"
	want 422 captcha_wrong
	api POST /v1/registration/identity "$body_of_one" "$one"
	want 200
	for token in "$one" "$invitation" not-a-token "$captcha_token.x"; do
		invite "$(new_email)"
		api POST /v1/registration/identity "{\"insured_number\":\"$(new_person)\",\"captcha_token\":\"$token\",\"captcha_answer\":\"ABCDEF\"}" "$invitation"
		want 422 captcha_wrong
	done
}

@test "the link of one number is spent for another" {
	invite "$(new_email)"
	identify "$invitation" "$(new_person)"
	want 200
	api POST /v1/captcha '{}' "$invitation"
	want 201
	identify "$invitation" "$(new_person)"
	want 401 token_spent
}

@test "a used link is no place to guess the number: five others end it, for the right one too" {
	new_person person
	invite "$(new_email)"
	identify "$invitation" "$person"
	want 200
	right=$identity_body
	for guess in 1 2 3 4 5; do
		api POST /v1/registration/identity "$(jq -c --arg n "66666666$guess" '.insured_number = $n' <<<"$right")" "$invitation"
		want 401 token_spent
		same "$(field .attempts_left)" $((5 - guess)) # after 0 it is over
	done
	api POST /v1/registration/identity "$right" "$invitation"
	want 410 registration_over
}

@test "dependents, those not yet and no longer eligible, and strings that mean two people match nobody" {
	db "UPDATE insured_person SET eligible_from = '2199-01-01' WHERE lookup = '$(new_person)'"
	early=$(<"$STACK/persons")900
	new_person late
	db "UPDATE insured_person SET eligible_until = DATE(UTC_TIMESTAMP() + INTERVAL 9 HOUR) WHERE lookup = '$late'"
	db "INSERT IGNORE INTO insured_person (id, number, symbol, birth_date, kana_name, eligible_from, roster_run)
	    VALUES (RANDOM_BYTES(16), '71', '2345', '1980-01-01', 'x', '2000-01-01', ''), (RANDOM_BYTES(16), '712', '345', '1980-01-01', 'x', '2000-01-01', '')"
	for number in "$early" "$late" 712345; do
		invite "$(new_email)"
		identify "$invitation" "$number"
		want 422 identity_mismatch
	done
	db "DELETE FROM insured_person WHERE lookup = '712345'"
}

@test "the birth date: demanded by the setting, and right wherever it is given" {
	new_person person
	invite "$(new_email)"
	identify "$invitation" "$person" 1980-01-02
	want 422 identity_mismatch
	identify "$invitation" "$person" 1980-13-01
	want 400 invalid_fields
	same "$(faults)" birth_date:bad_format
	identify "$invitation" "$person" １９８０/01/01
	want 200

	start_other IDENTITY_BIRTH_DATE=yes
	new_person person
	invite "$(new_email)"
	BASE_URL=http://$OTHER_LISTEN identify "$invitation" "$person"
	want 400 invalid_fields
	same "$(faults)" birth_date:required
	BASE_URL=http://$OTHER_LISTEN identify "$invitation" "$person" 1980-01-01
	want 200
}

@test "a CAPTCHA is good for one birth date, and so is the link that it opened" { # asvs 2.3.2
	new_person person
	invite "$(new_email)"
	identify "$invitation" "$person" 1980-01-02
	want 422 identity_mismatch
	same "$(field .attempts_left)" 4
	for date in 1980-01-01 ''; do # neither would be counted
		api POST /v1/registration/identity "$(identity_json "$person" "$date")" "$invitation"
		want 422 captcha_wrong
	done
	api GET /v1/registration/stage '' "$invitation"
	same "$(field .attempts_left)" 4
	identify "$invitation" "$person" 1980-01-01
	want 200
	for date in 1980-01-02 ''; do
		api POST /v1/registration/identity "$(identity_json "$person" "$date")" "$invitation"
		want 401 token_spent
	done
	api POST /v1/registration/identity "$identity_body" "$invitation"
	want 200
}

@test "the picture is a PNG of at most 20 kB, and no two are alike" {
	invite "$(new_email)"
	api POST /v1/captcha '{"kind":"image"}' "$invitation"
	want 201
	same "$(field .kind) $(field .media_type)" "image image/png"
	field .data | base64 -d >"$BATS_TEST_TMPDIR/one.png"
	same "$(head -c 8 "$BATS_TEST_TMPDIR/one.png" | od -An -tx1 | tr -d ' ')" 89504e470d0a1a0a
	(($(stat -c %s "$BATS_TEST_TMPDIR/one.png") <= 20480))
	field .data first
	api POST /v1/captcha '{}' "$invitation"
	want 201
	[[ $(field .data) != "$first" ]]
}

@test "fields of the identity step: all that is wrong at once" {
	invite "$(new_email)"
	api POST /v1/registration/identity '{}' "$invitation"
	want 400 invalid_fields
	same "$(faults)" "insured_number:required captcha_token:required captcha_answer:required"
	api POST /v1/registration/identity '{"insured_number":"- -","captcha_token":"x","captcha_answer":"IIIIII"}' "$invitation"
	want 400 invalid_fields
	same "$(faults)" "insured_number:required captcha_answer:bad_character"
	long=$(printf '1%.0s' {1..39})
	api POST /v1/registration/identity "{\"insured_number\":\"$long\",\"captcha_token\":\"x\",\"captcha_answer\":\"ABCDE\"}" "$invitation"
	want 400 invalid_fields
	same "$(faults)" "insured_number:too_long captcha_answer:too_short"
	api POST /v1/registration/identity "{\"insured_number\":\"${long:1}\",\"captcha_token\":\"x\",\"captcha_answer\":\"ABCDEF\",\"role\":\"admin\"}" "$invitation"
	want 400 invalid_fields
	same "$(faults)" role:unknown_field
}
