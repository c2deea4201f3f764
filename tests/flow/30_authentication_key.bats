# The authentication key step: link and key meet.

load helper
load steps

@test "case, width, spaces and hyphens of the key do not matter" {
	for form in 's/.*/\L&/' 's/-//g' 's/-/ /g' 'y/-/ー/' 'y/ABCDEFGHJKLMNPQRSTUVWXYZ/ＡＢＣＤＥＦＧＨＪＫＬＭＮＰＱＲＳＴＵＶＷＸＹＺ/'; do
		identified "$(new_email)" "$(new_person)"
		confirm_key "$second_link" "$(sed "$form" <<<"$key")"
		want 200
	done
}

@test "wrong keys count down; the fifth ends the link, and the right one comes too late" { # asvs 2.3.2 6.6.3
	identified "$(new_email)" "$(new_person)"
	for left in 4 3 2 1; do
		confirm_key "$second_link" "ABCDEFGHJ$((left + 2))"
		want 422 authentication_key_wrong
		same "$(field .attempts_left)" "$left"
	done
	confirm_key "$second_link" ABCDEFGHJ9
	want 410 registration_over
	confirm_key "$second_link" "$key"
	want 410 registration_over
	api GET /v1/registration/stage '' "$second_link"
	want 410 registration_over
}

@test "the key of one registration does not fit the link of another" { # asvs 6.6.2
	identified "$(new_email)" "$(new_person)"
	foreign=$key
	identified "$(new_email)" "$(new_person)"
	confirm_key "$second_link" "$foreign"
	want 422 authentication_key_wrong
	confirm_key "$second_link" "$key"
	want 200
}

@test "a spent link with another key is told so" {
	identified "$(new_email)" "$(new_person)"
	confirm_key "$second_link" "$key"
	want 200
	confirm_key "$second_link" ABCDEFGHJ9
	want 401 token_spent
}

@test "what can not be a key is no try" {
	identified "$(new_email)" "$(new_person)"
	for typed in '' ABCDEFGHJ ABCDEFGHJKL ABCDEFGHI1 "ABCDEFGHJ'"; do
		confirm_key "$second_link" "$typed"
		want 400 invalid_fields
	done
	api GET /v1/registration/stage '' "$second_link"
	same "$(field .attempts_left)" 5
}

@test "neither the link without the key nor the key is in the database" { # asvs 6.5.2
	identified "$(new_email)" "$(new_person)"
	plain=${key//-/}
	dump >"$BATS_TEST_TMPDIR/dump"
	grep -aq '== outbox' "$BATS_TEST_TMPDIR/dump"
	never grep -aqF -e "$key" -e "$plain" -e "$second_link" -e "$invitation" "$BATS_TEST_TMPDIR/dump"
}
