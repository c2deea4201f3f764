# Runs last: nothing secret or personal that the other files typed is in a log or, beyond its own
# column, in the database.
# bats file_tags=both

load helper
load steps

@test "no password, key, token, number, name or address of any test is in a log" { # asvs 14.2.1 16.2.5
	new_email email
	new_person person
	registered "$email" "$person"
	logged_in "$email"
	refresh_login "$refresh"
	ask_reset "$email"
	reset_password "$reset" himawari8kirin
	want 204
	logs >"$BATS_TEST_TMPDIR/logs"
	grep -q '"event":"request"' "$BATS_TEST_TMPDIR/logs"
	for secret in "$PASSWORD" "$key" "${key//-/}" "$invitation" "$second_link" "$stage_token" "$captcha_token" "$access" "$refresh" \
		"$reset" himawari8kirin "$person" "$email" はなこ; do
		never grep -qF -- "$secret" "$BATS_TEST_TMPDIR/logs"
	done
	never grep -qE '@|eyJ|[^0-9a-f]10[0-9]{4}900[^0-9a-f]' "$BATS_TEST_TMPDIR/logs" # no address, no token, no number of anybody
}

@test "every log line is one JSON object with a UTC time and an event" { # asvs 16.2.1 16.2.2 16.2.4
	logs >"$BATS_TEST_TMPDIR/logs"
	jq -es 'all(.[]; (.time | test("^[0-9-]{10}T[0-9:]{8}Z$")) and (.event | length > 0))' "$BATS_TEST_TMPDIR/logs"
	jq -es 'map(select(.event == "request")) | length >= 5 and all(.[]; .request and .route and .status and .code)' "$BATS_TEST_TMPDIR/logs"
}

@test "no password, key, token or CAPTCHA answer is in the database" { # asvs 14.2.4
	new_account
	logged_in "$email"
	ask_reset "$email"
	dump >"$BATS_TEST_TMPDIR/dump"
	for secret in "$PASSWORD" "$key" "${key//-/}" "$invitation" "$second_link" "$stage_token" "$captcha_token" "$access" "$refresh" "${refresh:22}" "$reset"; do
		never grep -aqF -- "$secret" "$BATS_TEST_TMPDIR/dump"
	done
	grep -aq argon2id "$BATS_TEST_TMPDIR/dump" # the dump is one
}
