# Sessions: begin, refresh, list, end; and that what is over is over at once, on every replica.

load helper
load steps

teardown() {
	let_go
	heal
	stack_restore
}

# Tries to log in stay where they are counted, so that others can come in between.
meet_at_counter() {
	db 'CREATE TRIGGER sessions BEFORE INSERT ON limit_counter FOR EACH ROW SET @slept = IF(NEW.limit_id IN (LIMIT_LOGIN_FAILURES, LIMIT_KNOWN_SOURCE_FAILURES) AND NEW.count = 1, SLEEP(1.7), 0)' # below the longest time of a statement
}

sleepers() {
	db 'SELECT COUNT(*) FROM information_schema.processlist WHERE state = "User sleep"'
}

heal() {
	db 'DROP TRIGGER IF EXISTS sessions'
}

@test "log in, be known, log out" { # asvs 7.2.1 7.2.2 7.2.4 7.4.1 14.2.6 15.3.1
	new_account
	logged_in "$email"
	same "$(field .token_type) $(field .expires_in) $(field .refresh_expires_in)" "Bearer 600 604800"
	first=$access
	api GET /v1/me '' "$access"
	want 200
	same "$(jq -c '[.login_id, .nickname, .email, .pending_email, .insured_number, .language]' <<<"$body")" \
		"[\"$email\",\"はなこ\",\"$email\",null,\"*******00\",\"ja\"]"
	same "$(jq -r 'keys | join(" ")' <<<"$body")" \
		"access_until created_at eligible_until email insured_number language login_id nickname password_changed_at pending_email"
	logged_in "$email"
	never [ "$first" = "$access" ]

	start_other
	BASE_URL=http://$OTHER_LISTEN is_logged_in "$access"
	api DELETE /v1/sessions/current '' "$access"
	want 204
	for base in "http://$LISTEN" "http://$OTHER_LISTEN"; do
		BASE_URL=$base api GET /v1/me '' "$access"
		want 401 login_required
	done
	refresh_login "$refresh"
	want 401 login_required
	is_logged_in "$first"
}

@test "whoever may not log in gets the same answer" { # asvs 6.3.8
	new_account
	disabled=$email
	db "UPDATE account SET state = ACCOUNT_DISABLED WHERE login_id = '$disabled'"
	new_account
	ineligible=$email
	db "UPDATE insured_person p JOIN account a ON a.person_id = p.id SET p.eligible_until = '2020-01-01' WHERE a.login_id = '$ineligible'"
	new_account
	log_in "$email" wrong7rakuda
	want 401 login_failed
	wanted=$(body_without_id)
	for row in "nobody-$email $PASSWORD" "$disabled $PASSWORD" "$ineligible $PASSWORD" "$email ${PASSWORD}x" "$email ${PASSWORD^}"; do
		log_in ${row% *} "${row##* }"
		want 401 login_failed
		same "$(body_without_id)" "$wanted"
	done
	logged_in "$email"
}

@test "a login ID is found however its letters are typed" {
	new_account
	logged_in "${email^^}"
	logged_in " ${email/@/＠} "
}

@test "refresh gives the next pair; the old token again soon gives the same, later ends the session" { # asvs 7.2.4
	new_account
	logged_in "$email"
	first=$refresh
	refresh_login "$first"
	want 200
	take_tokens
	second=$refresh
	never [ "$first" = "$second" ]
	is_logged_in "$access"

	refresh_login "$first" # its answer was lost
	want 200
	same "$(field .refresh_token)" "$second"
	REQUEST_HEADERS=('User-Agent: another client')
	refresh_login "$first" # a thief
	want 401 login_required
	REQUEST_HEADERS=()
	refresh_login "$second"
	want 401 login_required
	never is_logged_in "$access"
}

@test "a used token after half a minute, and the one by which clocks differ, ends the session" {
	new_account
	logged_in "$email"
	first=$refresh
	refresh_login "$first"
	want 200
	take_tokens
	db "UPDATE session s JOIN account a ON a.id = s.account_id SET s.rotated_at = s.rotated_at - 91 WHERE a.login_id = '$email'"
	refresh_login "$first"
	want 401 login_required
	never is_logged_in "$access"
	same "$(db "SELECT COUNT(*) FROM audit_event e JOIN account a ON a.id = e.account_id WHERE a.login_id = '$email' AND event = AUDIT_REFRESH_REUSED")" 1
}

@test "a refresh that can not be answered uses no token" {
	new_account
	logged_in "$email"
	row="FROM session s JOIN account a ON a.id = s.account_id WHERE a.login_id = '$email'"
	began=$(db "SELECT s.created_at $row")
	db "UPDATE session s JOIN account a ON a.id = s.account_id SET s.created_at = 0 WHERE a.login_id = '$email'" # no token may say so
	before=$(db "SELECT HEX(s.refresh_hash) $row")
	refresh_login "$refresh"
	want 500 internal_error
	same "$(db "SELECT HEX(s.refresh_hash) $row")" "$before"
	db "UPDATE session s JOIN account a ON a.id = s.account_id SET s.created_at = $began WHERE a.login_id = '$email'"
	refresh_login "$refresh"
	want 200
}

@test "two refreshes at once get the same pair's refresh token, and the session lives" {
	local refreshing=()
	new_account
	logged_in "$email"
	# Each has found its token good before any is written.
	hold_rows "SELECT s.id FROM session s JOIN account a ON a.id = s.account_id WHERE a.login_id = '$email' FOR UPDATE"
	for n in {1..4}; do
		(refresh_login "$refresh"; printf '%s %s\n' "$status" "$(field .refresh_token)" >"$BATS_TEST_TMPDIR/refreshed.$n") &
		refreshing+=($!)
	done
	wait_until 10 waiting 4
	let_go
	wait "${refreshing[@]}"
	same "$(cat "$BATS_TEST_TMPDIR"/refreshed.* | sort -u | wc -l)" 1
	read -r wanted next <"$BATS_TEST_TMPDIR/refreshed.1"
	same "$wanted" 200
	refresh_login "$refresh" # one that was written twice would not know it any more
	want 200
	same "$(field .refresh_token)" "$next"
	refresh_login "$next"
	want 200
}

@test "a token that was used before the one before ends the session" { # asvs 7.2.4
	for used in 0 1; do # the first of all, the one that took its place
		new_account
		logged_in "$email"
		tokens=("$refresh")
		for _ in 1 2 3; do
			refresh_login "$refresh"
			want 200
			take_tokens
			tokens+=("$refresh")
		done
		refresh_login "${tokens[used]}"
		want 401 login_required
		never is_logged_in "$access"
		same "$(events "$email")" 1,2,7
	done
}

@test "who knows a session's id from an access token can not end it by making up a refresh token" { # asvs 7.2.3
	new_account
	logged_in "$email"
	theirs=$refresh # of somebody who has an account, too
	new_account
	logged_in "$email"
	first=$refresh
	refresh_login "$first"
	want 200
	take_tokens
	bytes() { tr -- '-_' '+/' <<<"$1==" | base64 -d 2>/dev/null; }
	sid=$(cut -d. -f2 <<<"$access" | tr -- '-_' '+/' | base64 -d 2>/dev/null | jq -r .sid)
	same "${#sid} ${refresh:0:21}" "22 ${sid:0:21}"
	made_up=$({ bytes "$sid"; head -c 32 /dev/urandom; } | base64 -w0 | tr -- '+/' '-_')
	changed=$({ bytes "$sid"; bytes "$theirs" | tail -c 32; } | base64 -w0 | tr -- '+/' '-_')
	same "${#made_up} ${#changed} ${changed:22}" "64 64 ${theirs:22}"
	for token in "$made_up" "$changed" "${made_up:0:53}${refresh:53}" "${first:0:53}${refresh:53}"; do
		refresh_login "$token"
		want 401 login_required
		is_logged_in "$access"
	done
	same "$(events "$email")" 1,2
	refresh_login "$refresh"
	want 200
}

@test "another derive.key ends no session" {
	new_account
	logged_in "$email"
	first=$refresh
	cp -r "$KEYS_FOLDER" "$BATS_TEST_TMPDIR/keys"
	chmod u+w "$BATS_TEST_TMPDIR/keys/derive.key"
	head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' | sed 's/$/\n/' >"$BATS_TEST_TMPDIR/keys/derive.key"
	chmod 400 "$BATS_TEST_TMPDIR/keys/derive.key"
	start_other KEYS_FOLDER="$BATS_TEST_TMPDIR/keys"
	export BASE_URL=http://$OTHER_LISTEN
	refresh_login "$first"
	want 200
	take_tokens
	REQUEST_HEADERS=('User-Agent: another client')
	refresh_login "$first" # a thief
	want 401 login_required
	REQUEST_HEADERS=()
	never is_logged_in "$access"
	unset -v BASE_URL
}

@test "nonsense is no refresh token" {
	new_account
	logged_in "$email"
	for token in x "${refresh%?}" "${refresh%?}?" "$access" "$(printf 'A%.0s' {1..64})"; do
		refresh_login "${token:0:64}"
		want 401 login_required
	done
	refresh_login "$refresh"
	want 200
	refresh_login "${refresh}x"
	want 400 invalid_fields
	api POST /v1/sessions/refresh '{}'
	want 401 login_required
}

@test "a single-page app has its refresh token in a cookie that only our pages may use" { # asvs 3.3.1 3.3.2 3.3.3 3.3.4 3.3.5 3.5.1
	new_account
	log_in "$email" "$PASSWORD" refresh=cookie
	want 201
	same "$(jq -r .refresh_token <<<"$body")" null
	access=$(field .access_token)
	cookie=$(header Set-Cookie)
	[[ $cookie =~ ^__Host-refresh=([A-Za-z0-9_-]{64})\;\ Path=/\;\ Secure\;\ HttpOnly\;\ SameSite=Strict\;\ Max-Age=604800$ ]]
	jar="Cookie: other=1; __Host-refresh=${BASH_REMATCH[1]}"

	REQUEST_HEADERS=("$jar")
	api POST /v1/sessions/refresh '{}'
	want 403 origin_refused
	for origin in https://evil.example null "${PORTAL_URL}0" "http://127.0.0.1"; do
		ORIGIN=$origin api POST /v1/sessions/refresh '{}'
		want 403 origin_refused
		ORIGIN=$origin api DELETE /v1/sessions/current
		want 403 origin_refused
	done
	for path in /v1/me /v1/sessions; do
		ORIGIN=$PORTAL_URL api GET "$path"
		want 401 login_required
	done
	ORIGIN=$PORTAL_URL api POST /v1/sessions/refresh '{}'
	want 200
	same "$(header Access-Control-Allow-Origin) $(header Access-Control-Allow-Credentials)" "$PORTAL_URL true"
	[[ $(header Set-Cookie) =~ ^__Host-refresh=([A-Za-z0-9_-]{64})\; ]]
	REQUEST_HEADERS=("Cookie: __Host-refresh=${BASH_REMATCH[1]}")
	for _ in 1 2; do # sent again after a lost answer
		ORIGIN=$PORTAL_URL api DELETE /v1/sessions/current
		want 204
		same "$(header Set-Cookie)" "__Host-refresh=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"
	done
	never is_logged_in "$access"
	ORIGIN=$PORTAL_URL api POST /v1/sessions/refresh '{}'
	want 401 login_required
	same "$(header Set-Cookie)" "__Host-refresh=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"
	REQUEST_HEADERS=()
	api DELETE /v1/sessions/current
	want 401 login_required
}

@test "who logs out with any refresh token that their session ever had ends it, whoever has gone on with it" { # asvs 7.4.1
	for used in 0 1 2 3; do
		new_account
		logged_in "$email"
		tokens=("$refresh")
		for _ in 1 2 3; do
			refresh_login "$refresh"
			want 200
			take_tokens
			tokens+=("$refresh")
		done
		is_logged_in "$access"
		REQUEST_HEADERS=("Cookie: __Host-refresh=${tokens[used]}")
		ORIGIN=$PORTAL_URL api DELETE /v1/sessions/current
		want 204
		REQUEST_HEADERS=()
		never is_logged_in "$access"
		refresh_login "$refresh"
		want 401 login_required
		same "$(events "$email")" 1,2,4
	done
}

@test "no other answer sets a cookie" { # asvs 3.3.1
	cat "$STACK"/answers/* | grep -ai '^set-cookie:' >"$BATS_TEST_TMPDIR/cookies"
	grep -q '^Set-Cookie: __Host-refresh=.' "$BATS_TEST_TMPDIR/cookies"
	never grep -vE '^Set-Cookie: __Host-refresh=[A-Za-z0-9_-]*; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=[0-9]+$' "$BATS_TEST_TMPDIR/cookies"
}

@test "list sessions, end one, end all others" { # asvs 7.4.3 7.5.2
	new_account
	REQUEST_HEADERS=('User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1')
	logged_in "$email"
	phone=$access
	REQUEST_HEADERS=()
	logged_in "$email"
	laptop=$access
	logged_in "$email"
	api GET /v1/sessions '' "$access"
	want 200
	same "$(jq -c '[.sessions | length, (map(select(.current)) | length), (map(.device) | sort | join("|"))]' <<<"$body")" '[3,1,"Safari, iPhone|curl|curl"]'
	same "$(jq -r '.sessions[0] | keys | join(" ")' <<<"$body")" "created_at current device expires_at id used_at"
	id=$(field '.sessions[] | select(.device == "Safari, iPhone") | .id')

	for wrong in x "${id%?}" "${id}A" "${id%?}%20"; do
		api DELETE "/v1/sessions/$wrong" '' "$access"
		want 404 not_found
	done
	api DELETE "/v1/sessions/$id" '' "$access"
	want 204
	never is_logged_in "$phone"
	api DELETE /v1/sessions '' "$access"
	want 204
	never is_logged_in "$laptop"
	is_logged_in "$access"
}

# An id of a row, as paths have it.
id_of() { # COLUMN FROM...
	db "SELECT REPLACE(REPLACE(TRIM(TRAILING '=' FROM TO_BASE64($1)), '+', '-'), '/', '_') $2"
}

@test "an id that is not one's own is nobody's, whatever it is the id of: one answer, and nothing ends" { # asvs 8.2.2
	same "$("$BUILD/tests/describe" | jq -r '.public[] | select(.path | contains("{")) | .method + " " + .path' | xargs)" "DELETE /v1/sessions/{id}"
	local -A foreign=()
	own="FROM account WHERE login_id = '@'" session='FROM session s JOIN account a ON a.id = s.account_id WHERE a.login_id'

	new_account
	disabled=$email
	logged_in "$disabled"
	foreign["of a disabled account"]=$(id_of s.id "$session = '$disabled'")
	db "UPDATE account SET state = ACCOUNT_DISABLED WHERE login_id = '$disabled'"
	new_account
	other=$email
	logged_in "$other"
	foreign["that was ended by its owner"]=$(id_of s.id "$session = '$other'")
	api DELETE /v1/sessions/current '' "$access"
	want 204
	logged_in "$other"
	others=$access others_refresh=$refresh
	ask_reset "$other"
	foreign["of another account"]=$(id_of s.id "$session = '$other'")
	foreign["the id of another account"]=$(id_of id "${own/@/"$other"}")
	foreign["the id of another person"]=$(id_of person_id "${own/@/"$other"}")
	foreign["the id of a mail"]=$(id_of id "FROM outbox LIMIT 1")
	foreign["the jti of a link"]=$(id_of jti "FROM outbox WHERE kind = MAIL_PASSWORD_RESET LIMIT 1")

	new_account
	logged_in "$email"
	foreign["that the member has ended"]=$(id_of s.id "$session = '$email'")
	api DELETE /v1/sessions/current '' "$access"
	want 204
	logged_in "$email"
	foreign["the id of the member's own account"]=$(id_of id "${own/@/"$email"}")
	foreign["the id of the member's own person"]=$(id_of person_id "${own/@/"$email"}")
	wait_until 10 mail_is_finished
	before=$(rows account session outbox audit_event spent_token)
	api DELETE /v1/sessions/AAAAAAAAAAAAAAAAAAAAAA '' "$access"
	want 404 not_found
	nobodys=$(body_without_id)
	for kind in "${!foreign[@]}"; do
		same "$kind ${#foreign[$kind]}" "$kind 22"
		api DELETE "/v1/sessions/${foreign[$kind]}" '' "$access"
		same "$kind $status $(body_without_id)" "$kind 404 $nobodys"
	done
	same "$(rows account session outbox audit_event spent_token)" "$before"
	is_logged_in "$others"
	is_logged_in "$access"
}

@test "an account has at most twenty sessions: the longest unused goes" { # asvs 7.1.2
	new_account
	logged_in "$email"
	first=$access
	db "INSERT INTO session SELECT RANDOM_BYTES(16), account_id, generation, refresh_hash, NULL, client_hash, rotated_at, device, created_at, used_at + seq, expires_at FROM session, seq_1_to_19 WHERE account_id = (SELECT id FROM account WHERE login_id = '$email')"
	is_logged_in "$first"
	logged_in "$email"
	same "$(db "SELECT COUNT(*) FROM session s JOIN account a ON a.id = s.account_id WHERE a.login_id = '$email'")" 20
	never is_logged_in "$first"
	is_logged_in "$access"
}

@test "nor has it more when several begin at once" { # asvs 7.1.2
	local -a clients=()
	new_account
	logged_in "$email"
	db "INSERT INTO session SELECT RANDOM_BYTES(16), account_id, generation, refresh_hash, NULL, client_hash, rotated_at, device, created_at - seq, used_at - seq, expires_at FROM session, seq_1_to_18 WHERE account_id = (SELECT id FROM account WHERE login_id = '$email')"
	meet_at_counter
	for n in {1..4}; do # fewer than a lock comes after
		(log_in "$email"; printf '%s\n' "$status" >"$BATS_TEST_TMPDIR/begun.$n") &
		clients+=($!)
	done
	wait_until 10 eval '(($(sleepers) == 4))'
	wait "${clients[@]}"
	heal
	same "$(cat "$BATS_TEST_TMPDIR"/begun.* | sort | uniq -c | xargs)" '4 201'
	same "$(db "SELECT COUNT(*) FROM session s JOIN account a ON a.id = s.account_id WHERE a.login_id = '$email'")" 20
}

@test "a log-in that meets a new password, or the end of its account, fails, and makes no source known" { # asvs 7.4.3
	for change in "UPDATE account SET generation = generation + 1" "UPDATE account SET state = ACCOUNT_DISABLED" "DELETE FROM account"; do
		new_account
		meet_at_counter
		(log_in "$email"; printf '%s %s\n' "$status" "$(field .code)" >"$BATS_TEST_TMPDIR/met") &
		wait_until 10 eval '(($(sleepers) == 1))'
		db "$change WHERE login_id = '$email'"
		wait "$!"
		heal
		same "$(<"$BATS_TEST_TMPDIR/met")" '401 login_failed'
		same "$(db "SELECT COUNT(*) FROM session s JOIN account a ON a.id = s.account_id WHERE a.login_id = '$email'")" 0
		same "$(db 'SELECT limit_id, count FROM limit_counter WHERE limit_id IN (LIMIT_LOGIN_FAILURES, LIMIT_KNOWN_SOURCE_FAILURES)')" "7	1"
		db 'DELETE FROM limit_counter'
	done

	new_account
	logged_in "$email"
	meet_at_counter
	log_in "$email" wrong7rakuda &
	wait_until 10 eval '(($(sleepers) == 1))'
	db 'DELETE FROM limit_counter WHERE limit_id = LIMIT_KNOWN_SOURCE_FAILURES'
	wait "$!"
	heal
	same "$(db 'SELECT count, window_ends_at > UNIX_TIMESTAMP() - 50 FROM limit_counter WHERE limit_id = LIMIT_KNOWN_SOURCE_FAILURES')" "1	0" # over, also where a clock is behind
}

@test "a session ends when it is not used, and in any case" { # asvs 7.3.1 7.3.2
	new_account
	logged_in "$email"
	set_back() { # COLUMN SECONDS
		db "UPDATE session s JOIN account a ON a.id = s.account_id SET s.$1 = s.$1 - $2 WHERE a.login_id = '$email'"
	}
	set_back used_at 604850 # not a minute longer: a replica whose clock is behind may have written it
	is_logged_in "$access"
	refresh_login "$refresh"
	want 200
	take_tokens
	set_back used_at 604861
	never is_logged_in "$access"
	refresh_login "$refresh"
	want 401 login_required

	logged_in "$email"
	set_back expires_at 2591900
	refresh_login "$refresh"
	want 200
	take_tokens
	((100 >= $(field .refresh_expires_in)))
	set_back expires_at 120 # the same
	refresh_login "$refresh"
	want 200
	same "$(field .refresh_expires_in)" 1
	take_tokens
	is_logged_in "$access"
	set_back expires_at 41
	never is_logged_in "$access"
	refresh_login "$refresh"
	want 401 login_required
}

@test "disabled, no longer insured, or of an earlier generation: the next call is rejected" { # asvs 7.4.2 7.4.5 8.3.2
	new_account
	logged_in "$email"
	db "UPDATE account SET state = ACCOUNT_DISABLED WHERE login_id = '$email'"
	never is_logged_in "$access"
	refresh_login "$refresh"
	want 401 login_required
	db "UPDATE account SET state = ACCOUNT_ACTIVE WHERE login_id = '$email'"
	is_logged_in "$access"
	db "UPDATE insured_person p JOIN account a ON a.person_id = p.id SET p.eligible_until = CURDATE() - INTERVAL 1 DAY WHERE a.login_id = '$email'"
	never is_logged_in "$access"
	refresh_login "$refresh"
	want 401 login_required
	db "UPDATE insured_person p JOIN account a ON a.person_id = p.id SET p.eligible_until = NULL WHERE a.login_id = '$email'"
	is_logged_in "$access"
	# As while "member logout --all" goes on: the rows of the sessions go behind it, in batches.
	db "UPDATE account SET generation = generation + 1 WHERE login_id = '$email'"
	never is_logged_in "$access"
	refresh_login "$refresh"
	want 401 login_required
	logged_in "$email"
	api GET /v1/sessions '' "$access"
	same "$(jq '.sessions | length' <<<"$body")" 1
}

@test "five failures lock a login ID, known or not, and the lock tells nothing" { # asvs 6.3.1 6.3.5 6.3.8
	new_account
	for id in "$email" "nobody-$email"; do
		for _ in {1..5}; do
			log_in "$id" wrong7rakuda
			want 401 login_failed
		done
	done
	plain=$(body_without_id)
	log_in "$email"
	want 401 login_failed
	same "$(body_without_id)" "$plain"
	never header Retry-After
	same "$(db "SELECT GROUP_CONCAT(count) FROM limit_counter WHERE limit_id = LIMIT_LOGIN_FAILURES AND locked_until > UNIX_TIMESTAMP()")" 5,5

	db 'UPDATE limit_counter SET locked_until = UNIX_TIMESTAMP() WHERE limit_id = LIMIT_LOGIN_FAILURES'
	mails=$(mail_count "$email")
	logged_in "$email"
	[[ $(mail_part "$email" text $((mails + 1))) == *ログインの失敗が何度か続いたあと* ]]
	same "$(db 'SELECT COUNT(*) FROM limit_counter WHERE limit_id = LIMIT_LOGIN_FAILURES')" 1
	for _ in {1..4}; do
		log_in "$email" wrong7rakuda
	done
	logged_in "$email"
	same "$(mail_count "$email")" $((mails + 1))
}

@test "who fails elsewhere keeps no member out of a source that the login ID is known from" { # asvs 6.1.1 6.3.1
	new_account
	start_other TRUSTED_PROXIES=127.0.0.1
	home=198.51.100.1 new=198.51.100.2 stranger=198.51.100.66
	from $home logged_in "$email"
	from $stranger failed "$email" 5
	from $new log_in "$email"
	want 401 login_failed
	for _ in 1 2; do
		from $home logged_in "$email"
	done
	from $new log_in "$email" # their failures count on
	want 401 login_failed
	db 'UPDATE limit_counter SET count = 100, locked_until = 0 WHERE limit_id = LIMIT_LOGIN_FAILURES'
	from $home logged_in "$email"
	from $new log_in "$email"
	want 401 login_failed

	db 'UPDATE limit_counter SET count = 99 WHERE limit_id = LIMIT_LOGIN_FAILURES'
	from $new logged_in "$email"
	same "$(db 'SELECT COUNT(*) FROM limit_counter WHERE limit_id = LIMIT_LOGIN_FAILURES')" 0
	same "$(db 'SELECT COUNT(*), SUM(count), MIN(window_ends_at) > UNIX_TIMESTAMP() + 2591900 FROM limit_counter WHERE limit_id = LIMIT_KNOWN_SOURCE_FAILURES')" "2	0	1"
}

@test "a known source is locked for itself, whoever logs in elsewhere" { # asvs 6.1.1 6.3.1
	new_account
	other=$email
	new_account
	start_other TRUSTED_PROXIES=127.0.0.1
	home=198.51.100.1
	from $home logged_in "$email"
	from $home logged_in "$other"
	from $home failed "$email" 5
	for new in 198.51.100.2 198.51.100.3; do
		from $new logged_in "$email"
		from $home log_in "$email"
		want 401 login_failed
	done
	from $home logged_in "$other"
	same "$(db 'SELECT COUNT(*) FROM limit_counter WHERE limit_id = LIMIT_LOGIN_FAILURES')" 0
	db 'UPDATE limit_counter SET locked_until = UNIX_TIMESTAMP() WHERE limit_id = LIMIT_KNOWN_SOURCE_FAILURES'
	from $home logged_in "$email"
	from $home failed "$email" 4 # from the start
	from $home logged_in "$email"
}

@test "a source is known for 30 days, and to those alone who were let in there" {
	new_account
	start_other TRUSTED_PROXIES=127.0.0.1
	db "UPDATE account SET state = ACCOUNT_DISABLED WHERE login_id = '$email'"
	from 198.51.100.1 log_in "$email"
	want 401 login_failed
	db "UPDATE account SET state = ACCOUNT_ACTIVE WHERE login_id = '$email'"
	from 198.51.100.1 failed "$email" 1
	same "$(db 'SELECT COUNT(*) FROM limit_counter WHERE limit_id = LIMIT_KNOWN_SOURCE_FAILURES')" 0
	from 198.51.100.1 logged_in "$email"
	from 198.51.100.66 failed "$email" 5
	from 198.51.100.1 failed "nobody-$email" 1
	same "$(db 'SELECT GROUP_CONCAT(count ORDER BY count) FROM limit_counter WHERE limit_id = LIMIT_LOGIN_FAILURES')" 1,5
	db 'UPDATE limit_counter SET window_ends_at = UNIX_TIMESTAMP() + 60 WHERE limit_id = LIMIT_KNOWN_SOURCE_FAILURES'
	from 198.51.100.1 failed "$email" 1
	same "$(db 'SELECT count, window_ends_at <= UNIX_TIMESTAMP() + 60 FROM limit_counter WHERE limit_id = LIMIT_KNOWN_SOURCE_FAILURES')" "1	1"
	from 198.51.100.1 logged_in "$email"
	same "$(db 'SELECT count, window_ends_at > UNIX_TIMESTAMP() + 2591900 FROM limit_counter WHERE limit_id = LIMIT_KNOWN_SOURCE_FAILURES')" "0	1"
	db 'UPDATE limit_counter SET window_ends_at = UNIX_TIMESTAMP() WHERE limit_id = LIMIT_KNOWN_SOURCE_FAILURES'
	from 198.51.100.1 log_in "$email"
	want 401 login_failed
}

@test "the member is told of failures elsewhere, once" { # asvs 6.3.5
	new_account
	start_other TRUSTED_PROXIES=127.0.0.1
	home=198.51.100.1
	from $home logged_in "$email"
	from 198.51.100.66 failed "$email" 4
	from $home logged_in "$email"
	same "$(mail_count "$email")" 3
	from 198.51.100.66 failed "$email" 1
	from $home logged_in "$email"
	[[ $(mail_part "$email" text 4) == *ログインの失敗が何度か続いたあと* ]]
	from $home logged_in "$email"
	from 198.51.100.66 log_in "$email" # rejected, not failed
	from $home logged_in "$email"
	db 'UPDATE limit_counter SET locked_until = 0'
	from 198.51.100.66 failed "$email" 1
	from $home logged_in "$email"
	mail_arrives "$email" 5
	db 'UPDATE limit_counter SET locked_until = 0'
	from 198.51.100.2 logged_in "$email" # they were told already
	from $home failed "$email" 5
	db 'UPDATE limit_counter SET locked_until = 0'
	from $home logged_in "$email"
	mail_arrives "$email" 6
	from $home logged_in "$email"
	sleep 1
	same "$(mail_count "$email")" 6
}

@test "what fails on a login ID that nobody has is counted for a day, on an account's for a year" {
	new_account
	failed "$email" 1
	same "$(db 'SELECT window_ends_at - UNIX_TIMESTAMP() BETWEEN 31535900 AND 31536000 FROM limit_counter WHERE limit_id = LIMIT_LOGIN_FAILURES')" 1
	failed "nobody-$email" 5
	same "$(db 'SELECT count, locked_until > UNIX_TIMESTAMP(), window_ends_at - UNIX_TIMESTAMP() BETWEEN 86300 AND 86400 FROM limit_counter WHERE limit_id = LIMIT_LOGIN_FAILURES ORDER BY window_ends_at LIMIT 1')" "5	1	1"
}

@test "what failed on a login ID that nobody had is nothing to who has it now" { # asvs 6.1.1
	local forecast
	forecast=$(new_email)
	failed "$forecast" 1
	failed "new.$forecast" 1
	db 'UPDATE limit_counter SET count = 100 WHERE limit_id = LIMIT_LOGIN_FAILURES'
	registered "$forecast" "$(new_person)"
	logged_in "$forecast"
	api PUT /v1/me/login-id "{\"login_id\":\"new.$forecast\",\"current_password\":\"$PASSWORD\"}" "$access"
	want 204
	same "$(db 'SELECT COUNT(*) FROM limit_counter WHERE limit_id IN (LIMIT_LOGIN_FAILURES, LIMIT_KNOWN_SOURCE_FAILURES)')" 0
	logged_in "new.$forecast"

	# nor are the sources of who had it before
	new_account
	logged_in "$email"
	before=$(db 'SELECT COUNT(*) FROM limit_counter WHERE limit_id = LIMIT_KNOWN_SOURCE_FAILURES')
	api DELETE /v1/me "{\"current_password\":\"$PASSWORD\"}" "$access"
	want 204
	same "$(db 'SELECT COUNT(*) FROM limit_counter WHERE limit_id = LIMIT_KNOWN_SOURCE_FAILURES')" $((before - 1))
}

@test "locks grow to a quarter of an hour, and end at a hundred" { # asvs 6.1.1
	new_account
	for limit_id in LIMIT_LOGIN_FAILURES LIMIT_KNOWN_SOURCE_FAILURES; do
		locks=
		for tries in 4 5 6 7 8 9 10 50 98; do
			db 'DELETE FROM limit_counter'
			[[ $limit_id == LIMIT_LOGIN_FAILURES ]] || logged_in "$email"
			log_in "$email" wrong7rakuda
			db "UPDATE limit_counter SET count = $tries WHERE limit_id = $limit_id"
			log_in "$email" wrong7rakuda
			locks+=" $(db "SELECT ROUND((locked_until - UNIX_TIMESTAMP()) / 10) * 10 FROM limit_counter WHERE limit_id = $limit_id")"
		done
		same "$locks" " 30 60 120 240 480 900 900 900 900"
		db 'UPDATE limit_counter SET locked_until = 0'
		same "$(db "SELECT count FROM limit_counter WHERE limit_id = $limit_id")" 99
		log_in "$email" wrong7rakuda
		db 'UPDATE limit_counter SET locked_until = 0'
		log_in "$email" # the 101st, with the right password
		want 401 login_failed
		same "$(db "SELECT count FROM limit_counter WHERE limit_id = $limit_id")" 100
	done
}

@test "a source that fails a hundred times is told to wait; others are not" { # asvs 2.3.2 2.4.1 4.1.3 6.3.1 15.3.4
	new_account
	log_in "nobody-$email"
	want 401 login_failed
	db 'UPDATE limit_counter SET count = 99 WHERE limit_id = LIMIT_SOURCE_FAILURES'
	log_in "nobody-$email"
	want 401 login_failed
	log_in "$email"
	want 429 too_many_tries
	(($(header Retry-After) > 800 && $(header Retry-After) <= 900))
	start_other TRUSTED_PROXIES=127.0.0.1
	REQUEST_HEADERS=('X-Forwarded-For: 198.51.100.7')
	BASE_URL=http://$OTHER_LISTEN log_in "$email"
	want 201
	REQUEST_HEADERS=('X-Forwarded-For: 198.51.100.8') # nobody is trusted here
	log_in "$email"
	want 429 too_many_tries
	REQUEST_HEADERS=()
}

@test "success takes no try from a source" {
	new_account
	for _ in 1 2 3; do
		logged_in "$email"
	done
	same "$(db 'SELECT COUNT(*) FROM limit_counter WHERE limit_id = LIMIT_SOURCE_FAILURES')" 0
}

@test "a hash made at a lower cost is made anew at log-in" { # asvs 11.2.2 11.4.2
	new_account
	cost() {
		db "SELECT SUBSTRING_INDEX(password_hash, '\$', 4) FROM account WHERE login_id = '$email'"
	}
	same "$(cost)" '$argon2id$v=19$m=19456,t=2,p=1'
	start_other ARGON2_MEMORY_KIB=24576
	BASE_URL=http://$OTHER_LISTEN log_in "$email" wrong7rakuda
	same "$(cost)" '$argon2id$v=19$m=19456,t=2,p=1'
	BASE_URL=http://$OTHER_LISTEN logged_in "$email"
	same "$(cost)" '$argon2id$v=19$m=24576,t=2,p=1'
	is_logged_in "$access"
	BASE_URL=http://$OTHER_LISTEN logged_in "$email"
}
