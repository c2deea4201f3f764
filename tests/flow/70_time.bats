# Lifetimes: a second replica whose clock runs elsewhere (faketime) sees the same tokens.

load helper
load steps

# A replica whose clock is off by so much; its database and keys are the suite's.
replica_at() { # OFFSET such as +3h
	clock_at "$1"
	start_other "${clock[@]}"
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

@test "a link lives as long as it says also where a clock is ahead" { # asvs 9.2.1
	at_account_step "$(new_email)" "$(new_person)"
	replica_at +1830s # half a minute more than half an hour: the minute by which clocks may differ
	for token in "$second_link" "$stage_token"; do
		ask "$token"
		want 200
	done
	stop_other
	replica_at +10830s
	ask "$invitation"
	want 200
}

@test "wrong keys of a second link count for as long as it is mailed again: until the first one is over" { # asvs 6.6.3
	local lives=(INVITATION_LIVES_S=86400 SECOND_LINK_LIVES_S=86400)
	email=$(new_email) number=$(new_person)
	local BASE_URL=http://$OTHER_LISTEN
	start_other "${lives[@]}"
	identified "$email" "$number"
	for digit in 2 3 4 5; do
		confirm_key "$second_link" "ABCDEFGHJ$digit"
		want 422 authentication_key_wrong
	done
	confirm_key "$second_link" ABCDEFGHJ6
	want 410 registration_over
	stop_other
	clock_at +86280s
	start_other "${clock[@]}" "${lives[@]}"
	api POST /v1/registration/identity "$identity_body" "$invitation"
	want 200
	mail_token "$email" 3 second_link
	stop_other
	for later in 86640s 172500s; do
		clock_at "+$later"
		start_other "${clock[@]}" "${lives[@]}"
		confirm_key "$second_link" "$key"
		want 410 registration_over
		stop_other
	done
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

@test "a clock that was set back asks for a refresh, and for no new log-in" {
	new_account
	logged_in "$email"
	replica_at -1h
	BASE_URL=http://$OTHER_LISTEN api GET /v1/me '' "$access"
	want 401 access_token_expired
	BASE_URL=http://$OTHER_LISTEN refresh_login "$refresh"
	want 200
	take_tokens
	BASE_URL=http://$OTHER_LISTEN api GET /v1/me '' "$access"
	want 200
	# And when the clock is right again:
	api GET /v1/me '' "$access"
	want 401 access_token_expired
	refresh_login "$refresh"
	want 200
}

@test "an access token lives as long as ACCESS_TOKEN_LIVES_S says, and a refresh brings the next" { # asvs 9.2.1
	new_account
	start_other ACCESS_TOKEN_LIVES_S=10
	export BASE_URL=http://$OTHER_LISTEN
	logged_in "$email"
	same "$(field .expires_in) $(lives "$access")" '10 10'
	is_logged_in "$access"
	BASE_URL=http://$LISTEN is_logged_in "$access" # a replica with the default takes it, too
	stop_other
	clock_at +11s
	start_other ACCESS_TOKEN_LIVES_S=10 "${clock[@]}"
	api GET /v1/me '' "$access"
	want 401 access_token_expired
	refresh_login "$refresh"
	want 200
	take_tokens
	same "$(field .expires_in) $(lives "$access")" '10 10'
	is_logged_in "$access"
}

# For how many seconds it says that it lives.
lives() { # ACCESS-TOKEN
	jq -Rr 'split(".")[1] | gsub("-"; "+") | gsub("_"; "/") | @base64d | fromjson | .exp - .iat' <<<"$1"
}

@test "a CAPTCHA lives ten minutes; what comes later is told as that, right or wrong, and costs nothing" {
	new_person person
	invite "$(new_email)"
	captcha_for "$invitation" >/dev/null
	replica_at +11m
	right=$captcha_answer late=()
	for captcha_answer in "$right" AAAAAA "$right"; do
		there api POST /v1/registration/identity "$(identity_json "$person")" "$invitation"
		want 422 captcha_expired
		late+=("$(body_without_id)")
	done
	same "${late[1]}" "${late[0]}"
	same "${late[2]}" "${late[0]}"
	same "$(field .attempts_left)" 5
	captcha_answer=$right
	here api POST /v1/registration/identity "$(identity_json "$person")" "$invitation" # it was not spent
	want 200

	# A link without tries is over, whatever the CAPTCHA.
	invite "$(new_email)"
	captcha_for "$invitation" >/dev/null
	old=$(identity_json "$person")
	for _ in 1 2 3 4 5; do
		here identify "$invitation" 99999999999
	done
	want 410 registration_over
	there api POST /v1/registration/identity "$old" "$invitation"
	want 410 registration_over
}

@test "an identity that was right is right again after its CAPTCHA expired" {
	invite "$(new_email)"
	identify "$invitation" "$(new_person)"
	want 200
	field .authentication_key first
	replica_at +20m
	BASE_URL=http://$OTHER_LISTEN api POST /v1/registration/identity "$identity_body" "$invitation"
	want 200
	same "$(field .authentication_key)" "$first"
}

# Two replicas whose clocks differ: every step of a member's ways, each on the other one than the step before.

here() { # COMMAND...
	BASE_URL=http://$LISTEN "$@"
}

there() { # COMMAND...
	BASE_URL=http://$OTHER_LISTEN "$@"
}

both() { # COMMAND...
	here "$@" && there "$@"
}

registers_across() {
	new_email email
	new_person number
	there invite "$email"
	here stage_lives "$invitation"
	there captcha_for "$invitation" >/dev/null
	identity_body=$(identity_json "$number")
	here api POST /v1/registration/identity "$identity_body" "$invitation"
	want 200
	field .authentication_key key
	there api POST /v1/registration/identity "$identity_body" "$invitation" # the answer was lost
	want 200
	same "$(field .authentication_key)" "$key"
	mail_token "$email" 2 second_link
	there confirm_key "$second_link" "$key"
	want 200
	field .stage_token stage_token
	field .expires_at ends_at
	here confirm_key "$second_link" "$key"
	want 200
	same "$(field .expires_at)" "$ends_at"
	both stage_lives "$stage_token"
	there create_account "$stage_token" "$email"
	want 201
	here create_account "$stage_token" "$email"
	want 201
	mail_arrives "$email" 3
}

stage_lives() { # TOKEN
	api GET /v1/registration/stage '' "$1"
	want 200
}

member_lives() {
	api GET /v1/me '' "$access"
	want 200
}

# The refresh token is good once; its answer is lost, there and then here, and comes again.
refreshes() { # FIRST AGAIN: here or there
	local before=$refresh
	"$1" refresh_login "$before"
	want 200
	take_tokens
	both member_lives
	for again in "$2" "$1" "$2"; do
		"$again" refresh_login "$before"
		want 200
		same "$(field .refresh_token)" "$refresh"
		((1 <= $(field .refresh_expires_in) && $(field .refresh_expires_in) <= 604800))
	done
	both member_lives
}

goes_across() {
	local one other
	for one in here there; do
		if [[ $one == here ]]; then other=there; else other=here; fi
		"$one" logged_in "$email"
		"$other" member_lives
		refreshes "$other" "$one"
		refreshes "$one" "$other"
		refreshes "$one" "$one"
		refreshes "$other" "$other"
		there api GET /v1/sessions '' "$access"
		same "$(jq '[.sessions[] | select(.used_at < .created_at)] | length' <<<"$body")" 0
	done
	here api PATCH /v1/me '{"nickname":"たろう"}' "$access"
	want 200
	there change_password "$access" "$PASSWORD" himawari8kirin
	want 204
	both member_lives
	refreshes here there
	new_email address
	there api PUT /v1/me/email "$(json_object current_password=himawari8kirin "email=$address")" "$access"
	want 202
	here api POST /v1/me/email/confirmation '' "$(mail_token "$address")"
	want 204
	there member_lives
	same "$(field .email)" "$address"
	here api DELETE /v1/sessions/current '' "$access"
	want 204
	never there is_logged_in "$access"
	there refresh_login "$refresh"
	want 401 login_required
}

resets_across() {
	here ask_reset "$email" "$address"
	there reset_password "$reset" tsubaki3penguin
	want 204
	here reset_password "$reset" tsubaki3penguin
	want 204
	there logged_in "$email" tsubaki3penguin
	here member_lives
}

clocks_apart() { # OFFSET of the other's
	local before # lines of other tests
	before=$(wc -l <"$STACK/other.log" 2>/dev/null || echo 0)
	replica_at "$1"
	registers_across
	goes_across
	resets_across
	never grep -h '"status":500' <(tail -n +$((before + 1)) "$STACK/other.log")
}

@test "two replicas, the other's clock 2 s ahead: every way goes across both" { # asvs 9.2.1
	clocks_apart +2s
}

@test "two replicas, the other's clock 2 s behind: every way goes across both" {
	clocks_apart -2s
}

@test "two replicas, the other's clock 45 s ahead: every way goes across both" {
	clocks_apart +45s
}

@test "two replicas, the other's clock 45 s behind: every way goes across both" {
	clocks_apart -45s
}

@test "two replicas, the other's clock 59 s ahead: every way goes across both" {
	clocks_apart +59s
}

@test "two replicas, the other's clock 59 s behind: every way goes across both" {
	clocks_apart -59s
}
