# What must be found in the log afterwards: every try to log in or to go a step on, every try to get
# round a guard, and whatever fails outside.

load helper
load steps

# The lines of the last request, or of one of this id.
lines_of() { # [REQUEST-ID]
	grep -hF "\"request\":\"${1-$(header X-Request-Id)}\"" "$STACK/myportald.log" "$STACK/other.log" 2>/dev/null || true
}

# The last request has exactly one line, with this code and the status that was answered.
is_logged() { # CODE ROUTE [REQUEST-ID]
	local lines
	lines=$(lines_of "${3-$(header X-Request-Id)}")
	same "$(grep -c . <<<"$lines")" 1 || return 1
	same "$(jq -r '.code + " " + .route' <<<"$lines")" "$1 $2"
}

# Sends bytes as they are (printf's escapes); sets $answer.
raw() { # BYTES
	exec 7<>"/dev/tcp/${LISTEN%:*}/${LISTEN##*:}"
	(trap '' PIPE && printf '%b' "$1" >&7) 2>/dev/null || true
	answer=$(timeout 8 cat <&7 | tr -d '\r\0') || true
	exec 7>&-
}

raw_is_logged() { # CODE
	is_logged "$1" - "$(sed -n 's/^X-Request-Id: //p' <<<"$answer")"
}

@test "each login, identity and key, right or wrong, has one line" { # asvs 16.3.1
	new_account
	log_in "$email"
	is_logged ok /v1/sessions
	take_tokens
	log_in "$email" wrong7rakuda
	is_logged login_failed /v1/sessions
	log_in "nobody-$email"
	is_logged login_failed /v1/sessions
	refresh_login "$refresh"
	is_logged ok /v1/sessions/refresh
	refresh_login "$(printf 'A%.0s' {1..64})"
	is_logged login_required /v1/sessions/refresh
	change_password "$access" wrong7rakuda himawari8kirin
	is_logged current_password_wrong /v1/me/password
	# In the trail too, under the same id.
	same "$(db "SELECT GROUP_CONCAT(event ORDER BY happened_at, event) FROM audit_event WHERE request_id = UNHEX('$(header X-Request-Id)')")" 11

	invite "$(new_email)"
	identify "$invitation" 999999990
	is_logged identity_mismatch /v1/registration/identity
	identified "$(new_email)" "$(new_person)"
	confirm_key "$second_link" ABCDEFGHJ9
	is_logged authentication_key_wrong /v1/registration/authentication-key
	confirm_key "$second_link" "$key"
	is_logged ok /v1/registration/authentication-key
}

# As myportal_request_seconds has it: the same number.
@test "the time of a request begins behind its head, and its body is in it" {
	local us
	exec 7<>"/dev/tcp/${LISTEN%:*}/${LISTEN##*:}"
	printf 'POST /v1/sessions/refresh HTTP/1.1\r\n' >&7
	sleep 2
	printf 'Host: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n' >&7
	sleep 1
	printf '{}' >&7
	answer=$(timeout 8 cat <&7 | tr -d '\r\0') || true
	exec 7>&-
	us=$(lines_of "$(sed -n 's/^X-Request-Id: //p' <<<"$answer")" | jq .us)
	((us > 400000 && us < 2500000))
}

@test "who tries to get round a guard leaves a line with a code of its own" { # asvs 16.3.3
	new_account
	logged_in "$email"
	api GET /v1/me '' "${access%.*}.$(tr A-Za-z B-ZAb-za <<<"${access##*.}")" # another signature
	is_logged login_required /v1/me
	api GET /v1/registration/stage '' "$access"
	is_logged token_invalid /v1/registration/stage
	api GET '/v1/me?a=1' '' "$access"
	is_logged malformed_request /v1/me
	api POST /v1/sessions '{"login_id":"a@example.jp","login_id":"b@example.jp"}'
	is_logged malformed_request /v1/sessions
	CONTENT_TYPE=text/plain api POST /v1/sessions '{"login_id":"a@example.jp","password":"x"}'
	is_logged unsupported_media_type /v1/sessions
	api PATCH /v1/me '{"state":"1"}' "$access"
	is_logged invalid_fields /v1/me
	api DELETE /v1/sessions/AAAAAAAAAAAAAAAAAAAAAA '' "$access"
	is_logged not_found '/v1/sessions/{id}'
	api GET /.git/config
	is_logged not_found -
	api TRACE /v1/sessions
	[[ $status == 400 ]] || is_logged method_not_allowed -
	REQUEST_HEADERS=("Cookie: __Host-refresh=$refresh")
	ORIGIN=https://evil.example api POST /v1/sessions/refresh '{}'
	is_logged origin_refused /v1/sessions/refresh
	REQUEST_HEADERS=()
	for _ in {1..5}; do
		change_password "$access" wrong7rakuda himawari8kirin
	done
	change_password "$access" "$PASSWORD" himawari8kirin
	is_logged too_many_tries /v1/me/password

	head='POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
	for framing in 'Content-Length: 5\r\nTransfer-Encoding: chunked' 'Content-Length: 5\r\nContent-Length: 6' 'Content-Length: +5'; do
		raw "$head$framing\r\n\r\n{}   "
		raw_is_logged malformed_request
	done
	raw "GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Filler: $(head -c 17000 /dev/zero | tr '\0' a)\r\n\r\n"
	raw_is_logged headers_too_large
}

# bats test_tags=both
@test "TLS that fails is logged: the database's, the mail server's" { # asvs 12.3.1 16.3.4
	server_spawn other LISTEN="$OTHER_LISTEN" LISTEN_INSIDE="$OTHER_LISTEN_INSIDE" DB_SOCKET= DB_HOST=127.0.0.1 DB_PORT="$RUN_DB_PORT" \
		DB_TLS=required DB_CA_FILE="$KEYS_FOLDER/../roster.csv"
	wait_until 10 eval '[[ $(curl -s --noproxy "*" -o /dev/null -w "%{http_code}" "http://$OTHER_LISTEN_INSIDE/healthz") == 200 ]]'
	BASE_URL=http://$OTHER_LISTEN log_in nobody@example.jp
	want 503 unavailable
	wait_until 5 grep -qE '"event":"db_(away|error)"' "$STACK/other.log"
	stop_other

	restart_server SMTP_TLS=required
	new_email email
	api POST /v1/registration/email "{\"email\":\"$email\"}"
	want 202
	wait_until 10 eval 'grep "\"event\":\"mail_later\"" "$STACK/myportald.log" | tail -n 1 | jq -e ".error == \"curl 64\""'
	same "$(mail_count "$email")" 0
	db 'DELETE FROM outbox WHERE state = OUTBOX_PENDING'
}

# A second service whose standard error is a pipe that descriptor 7 holds open and nobody reads.
start_with_log_pipe() { # PIPE
	mkfifo "$1"
	exec 7<>"$1" # process_start closes it for the service
	# shellcheck disable=SC2016 # expanded by that shell
	process_start other env -u DB_OWNER_PASSWORD_FILE LISTEN="$OTHER_LISTEN" LISTEN_INSIDE="$OTHER_LISTEN_INSIDE" \
		bash -c 'exec "$1" 2>"$2"' - "$BUILD/api/myportald" "$1"
	server_wait other "$OTHER_LISTEN_INSIDE"
}

# More lines than a pipe takes.
fill_log_pipe() {
	timeout 20 curl -s --noproxy '*' -o /dev/null "http://$OTHER_LISTEN/nothing-[1-1000]"
}

lines_dropped() {
	curl -s --noproxy '*' --max-time 5 "http://$OTHER_LISTEN_INSIDE/metrics" | sed -n 's/^myportal_log_lines_dropped_total //p'
}

@test "a log that nobody reads stops no request and no stop; what was dropped is counted and told" { # asvs 16.2.1
	local pipe=$BATS_TEST_TMPDIR/log.pipe came=$BATS_TEST_TMPDIR/came dropped
	new_account
	start_with_log_pipe "$pipe"
	fill_log_pipe
	BASE_URL=http://$OTHER_LISTEN logged_in "$email"
	dropped=$(lines_dropped)
	((dropped > 100))

	# The reader returns: whole lines, and by itself the count of those that are missing.
	timeout 3 cat <&7 >"$came" || true
	same "$(tail -c 1 "$came" | od -An -tx1)" ' 0a'
	jq -e . "$came" >/dev/null
	same "$(jq -s 'map(select(.event == "log_lines_dropped").count) | add' "$came")" "$dropped"
	tail -n 1 "$came" | jq -e '.event == "log_lines_dropped"'
	same "$(lines_dropped)" "$dropped"
	same "$(($(jq -r 'select(.route == "-").code' "$came" | wc -l) + dropped >= 1001))" 1
	# And all is as before.
	BASE_URL=http://$OTHER_LISTEN log_in "$email" wrong7rakuda
	timeout 1 cat <&7 >"$came" || true
	same "$(jq -r .code "$came")" login_failed

	# Full again: it stops, within its time.
	fill_log_pipe
	kill -TERM "$(process_pid other)"
	wait_until 5 process_gone other
	rm -f "$STACK/other.pid" # as it should
	exec 7>&-
}

@test "a closed standard error is no socket that lines go to" { # asvs 16.2.3
	# shellcheck disable=SC2016 # expanded by that shell
	process_start other env -u DB_OWNER_PASSWORD_FILE LISTEN="$OTHER_LISTEN" LISTEN_INSIDE="$OTHER_LISTEN_INSIDE" \
		bash -c 'exec "$1" <&- >&- 2>&-' - "$BUILD/api/myportald"
	server_wait other "$OTHER_LISTEN_INSIDE"
	for fd in 0 1 2; do
		same "$(readlink "/proc/$(process_pid other)/fd/$fd")" /dev/null
	done
	stop_other
}

@test "a log whose reader has gone for good stops no request either" {
	local pipe=$BATS_TEST_TMPDIR/log.pipe
	new_account
	start_with_log_pipe "$pipe"
	exec 7>&-
	BASE_URL=http://$OTHER_LISTEN logged_in "$email"
	(($(lines_dropped) > 0))
	kill -TERM "$(process_pid other)"
	wait_until 5 process_gone other
	rm -f "$STACK/other.pid"
}
