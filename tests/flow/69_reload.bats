# SIGHUP: what is read anew, what a fault does, and that no moment is the wrong one.
# bats file_tags=plain

load helper
load steps

lines() { # EVENT: of the other service so far
	grep -c "\"event\":\"$1\"" "$STACK/other.log" || true
}

# Has the other service written more than N lines of this event?
lines_over() { # EVENT N
	(($(lines "$1") > $2))
}

# Sends SIGHUP to the other service and waits until it says that it was taken.
reload() {
	local before
	before=$(lines reloaded)
	kill -HUP "$(process_pid other)"
	wait_until 5 lines_over reloaded "$before"
}

level_now() {
	grep '"event":"reloaded"' "$STACK/other.log" | tail -n 1 | jq -r .log_level
}

# How many lines a request adds to the log.
lines_of_a_request() {
	local before
	before=$(lines request)
	BASE_URL=http://$OTHER_LISTEN api GET /v1/config
	want 200 || return 1
	echo "$(($(lines request) - before))"
}

@test "SIGHUP reads the log level anew; what is wrong is said, and all stays as it was" {
	local level=$BATS_TEST_TMPDIR/level
	[[ ! -e $STACK/other.log ]] || mv "$STACK/other.log" "$STACK/other-$BATS_TEST_NUMBER.log" # its answers count
	echo warning >"$level"
	start_other LOG_LEVEL_FILE="$level"
	same "$(lines_of_a_request)" 0
	same "$(lines started)" 0
	echo info >"$level"
	same "$(lines_of_a_request)" 0 # not before it is told
	reload
	same "$(level_now) $(lines_of_a_request)" 'info 1'
	echo loud >"$level"
	reload
	same "$(level_now) $(lines_of_a_request)" 'info 1'
	grep '"event":"not_reloaded"' "$STACK/other.log" | tail -n 1 |
		jq -e '.setting == "LOG_LEVEL" and (.why | test("must be info\\|notice\\|warning; it is .loud"))'
	rm "$level"
	reload
	same "$(level_now) $(lines not_reloaded)" 'info 2'
	echo notice >"$level"
	reload
	same "$(level_now) $(lines_of_a_request) $(lines not_reloaded)" 'notice 0 2'
	# What is wrong is a line at every level; and that it stops is one from notice on.
	db_stop
	BASE_URL=http://$OTHER_LISTEN log_in nobody@example.jp
	want 503
	same "$(lines request)" "$(($(grep -c '"code":"ok"' "$STACK/other.log") + 1))"
	stop_other
	same "$(lines draining) $(lines stopped)" '1 1'
}

@test "SIGHUP reads the mail templates anew; a faulty one changes nothing" {
	local folder=$BATS_TEST_TMPDIR/mails
	mkdir "$folder"
	server_stop # the other one sends
	start_other MAIL_TEMPLATES_FOLDER="$folder"
	printf 'Subject: はじめての件名\nButton: 開く\n\n{link}\n\n{until}まで\n' >"$folder/invitation.ja.txt"
	printf 'Subject: The first subject\nButton: Open\n\n{link}\n\nUntil {until}\n' >"$folder/invitation.en.txt"
	reload
	new_email email
	BASE_URL=http://$OTHER_LISTEN api POST /v1/registration/email "{\"email\":\"$email\"}"
	wait_mail "$email" >/dev/null
	same "$(mail_part "$email" Subject)" はじめての件名

	echo 'no template' >"$folder/invitation.en.txt"
	reload
	grep '"event":"not_reloaded"' "$STACK/other.log" | tail -n 1 | jq -e '.setting == "MAIL_TEMPLATES_FOLDER" and (.why | test("invitation.en.txt"))'
	new_email email
	BASE_URL=http://$OTHER_LISTEN api POST /v1/registration/email "{\"email\":\"$email\"}"
	wait_mail "$email" >/dev/null
	same "$(mail_part "$email" Subject)" はじめての件名
}

# Has a thread of it bit 0 of the mask, which is SIGHUP? (One that waits for signals shows none.)
blocks_hangup() {
	cat "/proc/$1/task/"*/status 2>/dev/null | grep -qE '^SigBlk:.*[13579bdf]$'
}

hang_up_until_it_ends() {
	while kill -HUP "$1" 2>/dev/null; do
		sleep 0.002
	done
}

# main() blocks the signal before anything else. What it is to the few milliseconds before that, in which the
# loader works, the unit knows (RestartForceExitStatus=SIGHUP).
@test "SIGHUP never ends the service: not while it starts, not under load, not while it stops" {
	local pid hangs_up code=0
	new_account
	[[ ! -e $STACK/other.log ]] || mv "$STACK/other.log" "$STACK/other-$BATS_TEST_NUMBER.log" # its answers count
	env -u DB_OWNER_PASSWORD_FILE LISTEN="$OTHER_LISTEN" LISTEN_INSIDE="$OTHER_LISTEN_INSIDE" DRAIN_MS=500 \
		"$BUILD/api/myportald" </dev/null >"$STACK/other.log" 2>&1 3>&- &
	pid=$!
	wait_until 5 blocks_hangup "$pid"
	hang_up_until_it_ends "$pid" 3>&- &
	hangs_up=$!
	wait_until 10 server_ready "$OTHER_LISTEN_INSIDE"
	for _ in {1..5}; do
		BASE_URL=http://$OTHER_LISTEN log_in "$email"
		want 201 || break
	done
	kill -TERM "$pid"
	wait "$pid" || code=$?
	wait "$hangs_up" || true
	want 201
	same "$code $(tail -n 1 "$STACK/other.log" | jq -r .event)" '0 stopped'
	lines_over reloaded 10
	grep -qx 'RestartForceExitStatus=SIGHUP' "$TREE/deploy/systemd/myportald@.service"
}
