# Every endpoint that demands a token, with every token it must not take: token_matrix.py has the
# cells, this file the people. A new endpoint needs a row here.

load helper
load steps

setup_file() {
	BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR
	export STORY=$BATS_FILE_TMPDIR/story.json
	tell_member
	tell_spent
	tell_on_the_way
	wait_until 10 mail_is_finished
	rows | jq -s --slurpfile tables <("$BUILD/tests/describe") --argjson tokens "$(tokens)" --argjson open "$(open_bodies)" \
		--arg ended "$ended" --arg cookie "$cookie" --arg origin "$PORTAL_URL" \
		--arg url "http://$LISTEN" --arg keys "$KEYS_FOLDER" --arg log "$STACK/myportald.log" \
		'{$url, $log, $keys, $origin, endpoints: $tables[0].public, rows: ., $open, $tokens, $ended, $cookie}' >"$STORY"
}

matrix() { # PART
	"$TREE/tests/flow/token_matrix.py" "$1" "$STORY"
}

# --- people ---------------------------------------------------------------------------------------

# A member with sessions on many devices: one for most rows, two to end, one that is over, one in a
# browser.
tell_member() {
	new_account
	member=$email
	logged_in "$member"
	to_end=$(api GET /v1/sessions '' "$access" && field '.sessions[] | select(.current) | .id')
	logged_in "$member"
	to_leave=$access
	logged_in "$member"
	ended=$access
	api DELETE /v1/sessions/current '' "$ended"
	want 204
	log_in "$member" "$PASSWORD" refresh=cookie
	want 201
	cookie=$(header Set-Cookie | sed 's/^__Host-refresh=\([^;]*\);.*/\1/')
	logged_in "$member"
}

# Somebody whose every token was used, and who has a link that was not: $reset. Another has $confirmation:
# of one account, either would end the other.
tell_spent() {
	asked_for_deletion
	spent_deletion=$(spent "$deletion") # of an account whose member is insured again
	db "UPDATE insured_person SET eligible_until = NULL WHERE lookup = '$number'"
	asked_for_deletion
	new_email spender
	at_account_step "$spender" "$(new_person)"
	create_account "$stage_token" "$spender" email="first.$spender"
	want 201
	spent_identity=$(spent "$invitation" "$(jq -c '.insured_number = "123456789"' <<<"$identity_body")")
	spent_key=$(spent "$second_link" '{"authentication_key":"K7QM-4TXD-9P"}')
	spent_account=$(spent "$stage_token" "$(account_json "other.$spender")")
	mail_token "first.$spender" >/dev/null

	ask_reset
	reset_to "$reset" nezumi8tokei
	want 204
	spent_reset=$(spent "$reset" "$(new_password suzume2tsukue)")
	mail_interval_ends
	ask_reset

	new_account
	logged_in "$email"
	api PUT /v1/me/email "{\"email\":\"second.$email\",\"current_password\":\"$PASSWORD\"}" "$access"
	want 202
	mail_token "second.$email" 1 confirmation
	spent_confirmation=$(spent "$(mail_token "first.$spender")")
	logged_in "$member"
}

spent() { # TOKEN [BODY]
	jq -nc --arg token "$1" --argjson body "${2-null}" '{$token, $body} | del(.[] | nulls)'
}

new_password() { # PASSWORD
	jq -nc --arg p "$1" '{password: $p, password_confirmation: $p}'
}

ask_reset() {
	local before
	mail_count "$spender" before
	api POST /v1/recovery/password "{\"login_id\":\"$spender\"}"
	want 202
	mail_token "$spender" $((before + 1)) reset
}

reset_to() { # TOKEN PASSWORD
	api POST /v1/recovery/password/reset "$(new_password "$2")" "$1"
}

# Three who are about to: say who they are, type the key, make an account.
tell_on_the_way() {
	identified "$(new_email)" "$(new_person)"
	key_link=$second_link
	key_json="{\"authentication_key\":\"$key\"}"
	new_email newcomer
	at_account_step "$newcomer" "$(new_person)"
	invite "$(new_email)"
	captcha_for "$invitation" >/dev/null
	identity_json=$(identity_json "$(new_person)")
}

tokens() {
	jq -nc --arg identity "$invitation" --arg key "$key_link" --arg account "$stage_token" \
		--arg confirmation "$confirmation" --arg reset "$reset" --arg captcha "$captcha_token" \
		--arg deletion "$deletion" --arg access "$access" --arg refresh "$refresh" '{
			$identity, "authentication-key": $key, $account, "email-confirmation": $confirmation,
			"password-reset": $reset, "account-deletion": $deletion, $captcha, $access, $refresh }'
}

# --- rows: in this order the right calls are made ---------------------------------------------------

row() { # WANT METHOD PATH [BODY] [MEMBER=JSON...]
	local json pair
	json=$(jq -nc --argjson want "$1" --arg endpoint "$2 $3" --argjson body "${4:-null}" \
		'{$endpoint, $want, $body} | del(.[] | nulls)')
	for pair in "${@:5}"; do
		json=$(jq -c --arg k "${pair%%=*}" --argjson v "${pair#*=}" '.[$k] = $v' <<<"$json")
	done
	printf '%s\n' "$json"
}

rows() {
	local current="\"current_password\":\"$PASSWORD\""
	row 200 GET /v1/registration/stage '' spent="$(jq -c 'del(.body)' <<<"$spent_reset")"
	row 201 POST /v1/captcha '{}'
	row 200 POST /v1/registration/identity "$identity_json" spent="$spent_identity"
	row 200 POST /v1/registration/authentication-key "$key_json" spent="$spent_key"
	row 201 POST /v1/registration/account "$(account_json "$newcomer")" spent="$spent_account"
	row 204 POST /v1/me/email/confirmation '' spent="$spent_confirmation"
	row 204 POST /v1/recovery/password/reset "$(new_password sakura9tonbo)" spent="$spent_reset"
	row 204 POST /v1/account-deletion/confirmation '' spent="$spent_deletion"
	row 200 GET /v1/me
	row 200 PATCH /v1/me '{"nickname":"たろう"}'
	row 200 GET /v1/sessions
	row 202 PUT /v1/me/email "{\"email\":\"new.$member\",$current}"
	row 204 DELETE /v1/me/pending-email
	row 204 PUT /v1/me/login-id "{\"login_id\":\"new.$member\",$current}"
	row 204 DELETE '/v1/sessions/{id}' '' path="\"/v1/sessions/$to_end\""
	row 204 DELETE /v1/sessions/current '' token="\"$to_leave\""
	row 204 DELETE /v1/sessions
	row 204 PUT /v1/me/password "$(new_password kujira5momiji | jq -c ". + {$current}")"
	row 204 DELETE /v1/me '{"current_password":"kujira5momiji"}'
}

# Of the endpoints that demand no token, what would be done.
open_bodies() {
	jq -nc --arg new "$(new_email)" --arg member "$member" --arg password "$PASSWORD" --arg refresh "$refresh" '{
		"POST /v1/registration/email": {email: $new},
		"POST /v1/sessions": {login_id: $member, $password},
		"POST /v1/sessions/refresh": {refresh_token: $refresh},
		"POST /v1/recovery/login-id": {email: $member},
		"POST /v1/recovery/password": {login_id: $member},
		"POST /v1/account-deletion": {email: $member}}'
}

# All but what is counted by the day: that is written once a minute, whoever asked.
all_rows() {
	dump | sed '/^== step_count$/,/^== /{/^== /!d}'
}

# Nor the counters of tries.
rows_of_tables() {
	all_rows | sed '/^== limit_counter$/,/^== /{/^== /!d}'
}

# --- tests ----------------------------------------------------------------------------------------

# Every table: neither a mail nor a session, neither the trail nor a counter.
@test "opening a link changes nothing: GET, HEAD and OPTIONS of every path with every token leave every row as it was" { # asvs 3.5.3
	before=$(all_rows | sha256sum)
	matrix read
	same "$(all_rows | sha256sum)" "$before"
}

@test "every wrong token at every endpoint: 401, one body a code, no row changed" { # asvs 2.3.1 6.3.4 6.3.6 7.2.1 8.2.1 8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 9.2.2 9.2.3 9.2.4 15.3.5 16.3.2
	before=$(rows_of_tables | sha256sum)
	matrix refuse
	same "$(rows_of_tables | sha256sum)" "$before"
}

@test "a token with any of its characters changed is none" { # asvs 9.1.1
	matrix flip
}

@test "tokens begin at nbf, give or take the skew, and end at exp" { # asvs 9.2.1
	matrix time
}

@test "nothing but a refresh token is one" { # asvs 9.2.2 9.2.4
	mapfile -t others < <(jq -r '.tokens | del(.refresh)[]' "$STORY")
	right=$(jq -r .tokens.refresh "$STORY")
	for token in "${others[@]}"; do
		refresh_login "$token"
		want 400 invalid_fields
		refresh_login "${token:0:64}"
		want 401 login_required
		refresh_login "${token: -64}"
		want 401 login_required
	done
	for token in "${right%?}" "${right}A" "${right:32}${right:0:32}" "$(printf 'A%.0s' {1..64})" "$(printf '=%.0s' {1..64})"; do
		refresh_login "$token"
		never [ "$status" = 200 ]
	done
	for json in '{}' '{"refresh_token":""}'; do
		api POST /v1/sessions/refresh "$json" "$right"
		want 401 login_required
	done
}

@test "the right token at every endpoint, after all the wrong ones" { # asvs 7.2.1 8.2.1
	matrix right
}
