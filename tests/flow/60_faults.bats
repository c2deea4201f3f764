# What breaks outside: database, mail server, the process itself. Nothing acknowledged is lost.
# bats file_tags=both

load helper
load steps

@test "the database away: 503 with Retry-After in time, not ready, back by itself" { # asvs 13.2.6 16.5.2
	db_stop
	for _ in 1 2 3; do
		started=$EPOCHREALTIME
		api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
		want 503 unavailable
		same "$(header Retry-After)" 1
		(($(bc_ms "$started") < 5000))
	done
	BASE_URL=http://$LISTEN_INSIDE api GET /readyz
	want 503
	BASE_URL=http://$LISTEN_INSIDE api GET /healthz
	want 200
	db_start
	wait_until 15 eval 'BASE_URL=http://$LISTEN_INSIDE api GET /readyz; [[ $status == 200 ]]'
	registered "$(new_email)" "$(new_person)"
}

# Milliseconds since a moment of $EPOCHREALTIME.
bc_ms() { # MOMENT
	local now=${EPOCHREALTIME/./}
	echo $(((now - ${1/./}) / 1000))
}

@test "the service starts while the database is away, and serves once it is there" {
	server_stop
	db_stop
	server_spawn myportald
	wait_until 30 eval 'BASE_URL=http://$LISTEN_INSIDE api GET /healthz; [[ $status == 200 ]]'
	api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
	want 503 unavailable
	db_start
	wait_until 15 eval 'BASE_URL=http://$LISTEN_INSIDE api GET /readyz; [[ $status == 200 ]]'
	invite "$(new_email)"
}

@test "a database that dies in the middle loses nothing that was acknowledged" { # asvs 2.3.3
	email=$(new_email)
	at_account_step "$email" "$(new_person)"
	wait_until 10 mail_is_finished
	process_kill mariadbd
	create_account "$stage_token" "$email"
	want 503
	db_start
	wait_until 10 eval 'create_account "$stage_token" "$email"; [[ $status == 201 ]]'
	process_kill mariadbd
	db_start
	same "$(db "SELECT COUNT(*) FROM account WHERE login_id = '$email'")" 1
	leases_end
	wait_mail "$email" 3 >/dev/null
	wait_until 10 mail_is_finished
}

# What was being sent when something was killed waits for the end of the lease: cut short.
leases_end() {
	db "UPDATE outbox SET lease_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE lease_until IS NOT NULL"
}

@test "the mail server away: nothing lost, nothing twice" { # asvs 16.5.2
	smtp_stop
	declare -a emails
	for i in 1 2 3 4 5; do
		emails[i]=$(new_email)
		api POST /v1/registration/email "{\"email\":\"${emails[i]}\"}"
		want 202
	done
	wait_until 10 eval '[[ $(db "SELECT COUNT(*) FROM outbox WHERE state = 0 AND tries > 0 AND last_error <> \"\"") == 5 ]]'
	smtp_start
	db "UPDATE outbox SET next_try_at = UTC_TIMESTAMP(6) WHERE state = 0" # the pause, cut short
	for i in 1 2 3 4 5; do
		wait_mail "${emails[i]}" >/dev/null
	done
	sleep 1.5
	for i in 1 2 3 4 5; do
		same "$(mail_count "${emails[i]}")" 1
	done
	wait_until 10 mail_is_finished
}

@test "a mail server that answers 451 gets the letter again under the same Message-ID" {
	email=$(new_email)
	smtp_script 'after-data 451'
	api POST /v1/registration/email "{\"email\":\"$email\"}"
	want 202
	wait_until 10 eval '[[ $(db "SELECT COUNT(*) FROM outbox WHERE state = 0 AND last_error LIKE \"smtp 451%\"") == 1 ]]'
	id=$(db "SELECT LOWER(HEX(id)) FROM outbox WHERE state = 0")
	smtp_script ''
	db "UPDATE outbox SET next_try_at = UTC_TIMESTAMP(6) WHERE state = 0"
	wait_mail "$email" >/dev/null
	[[ $(mail_part "$email" Message-ID) == "<$id@"* ]]
}

@test "a mail server that refuses an address for good makes a dead letter" {
	smtp_script 'rcpt 550'
	api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
	want 202
	wait_until 10 eval '[[ $(db "SELECT COUNT(*) FROM outbox WHERE state = 2 AND last_error LIKE \"smtp 550%\" AND email = \"\"") -ge 1 ]]'
}

@test "a letter that could not be sent in nine tries is a dead one, and the log says so" { # asvs 16.3.4
	smtp_stop
	api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
	want 202
	wait_until 10 letter_was_tried
	dead=$(grep -c '"event":"mail_not_sent"' "$STACK/myportald.log" || true)
	db "UPDATE outbox SET tries = 7, next_try_at = UTC_TIMESTAMP(6) WHERE state = 0"
	wait_until 10 eval '[[ $(db "SELECT COUNT(*) FROM outbox WHERE state = 0 AND tries = 8 AND lease_until IS NULL") == 1 ]]'
	db "UPDATE outbox SET next_try_at = UTC_TIMESTAMP(6) WHERE state = 0"
	wait_until 10 eval '[[ $(db "SELECT COUNT(*) FROM outbox WHERE state = 2 AND tries = 9 AND email = \"\"") == 1 ]]'
	same "$(grep -c '"event":"mail_not_sent"' "$STACK/myportald.log")" $((dead + 1))
}

# The one letter was tried once, in vain, and nobody holds it.
letter_was_tried() {
	[[ $(db 'SELECT COUNT(*) FROM outbox WHERE state = 0 AND tries = 1 AND lease_until IS NULL') == 1 ]]
}

@test "a worker that died leaves a lease, and another sends the letter" {
	smtp_stop
	email=$(new_email)
	api POST /v1/registration/email "{\"email\":\"$email\"}"
	want 202
	wait_until 10 letter_was_tried
	process_kill myportald
	db "UPDATE outbox SET lease_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND, lease_owner = REPEAT('x', 16), next_try_at = UTC_TIMESTAMP(6) WHERE state = 0"
	smtp_start
	server_start
	wait_mail "$email" >/dev/null
	sleep 1.2
	same "$(mail_count "$email")" 1
}

@test "a letter whose link has expired is not sent any more" {
	smtp_stop
	email=$(new_email)
	api POST /v1/registration/email "{\"email\":\"$email\"}"
	want 202
	wait_until 10 letter_was_tried
	db "UPDATE outbox SET expires_at = 1, next_try_at = UTC_TIMESTAMP(6) WHERE state = 0"
	smtp_start
	wait_until 10 eval '[[ $(db "SELECT COUNT(*) FROM outbox WHERE state = 3 AND last_error = \"expired\"") -ge 1 ]]'
	same "$(mail_count "$email")" 0
}

@test "a letter of a replica whose clock is behind is sent, however short its link lives" {
	smtp_stop
	email=$(new_email)
	api POST /v1/registration/email "{\"email\":\"$email\"}"
	want 202
	sleep 1.2
	db "UPDATE outbox SET created_at = UNIX_TIMESTAMP() - 630, expires_at = UNIX_TIMESTAMP() - 30 WHERE state = 0"
	smtp_start
	db "UPDATE outbox SET next_try_at = UTC_TIMESTAMP(6) WHERE state = 0"
	invitation=$(mail_token "$email")
	api GET /v1/registration/stage '' "$invitation"
	want 200
}

@test "settled letters keep no address" { # asvs 14.2.4 14.2.7
	registered "$(new_email)" "$(new_person)"
	wait_until 10 mail_is_finished
	same "$(db "SELECT COUNT(*) FROM outbox WHERE state <> 0 AND (email <> '' OR nickname <> '')")" 0
}

@test "a stop is graceful: not ready first, running requests end, within ten seconds" {
	restart_server DRAIN_MS=4000
	process_stop myportald 10 &
	stopping=$!
	wait_until 3 eval 'BASE_URL=http://$LISTEN_INSIDE api GET /readyz; [[ $status == 503 ]]'
	api GET /v1/registration/stage
	want 401
	wait "$stopping"
	tail -n 1 "$STACK/myportald.log" | jq -e '.event == "stopped"'
}

@test "a stop in the middle of requests loses none that was answered" {
	local -a clients=()
	for i in {1..20}; do
		email=$(new_email)$i.jp
		(api POST /v1/registration/email "{\"email\":\"$email\"}"; [[ $status != 202 ]] || echo "$email" >>"$BATS_TEST_TMPDIR/accepted") &
		clients+=($!)
	done
	server_stop
	wait "${clients[@]}"
	server_start
	while read -r email; do
		wait_mail "$email" >/dev/null
		same "$(mail_count "$email")" 1
	done < <(cat "$BATS_TEST_TMPDIR/accepted" 2>/dev/null)
}

@test "a lock on one login ID's counter: 503 in time while it is held, and no wait once it is gone" { # asvs 13.2.6 16.5.2
	new_account
	log_in "$email" wrong7rakuda # its row
	want 401 login_failed
	db 'START TRANSACTION; SELECT count FROM limit_counter WHERE limit_id = LIMIT_LOGIN_FAILURES FOR UPDATE; SELECT SLEEP(4); ROLLBACK' >/dev/null 3>&- &
	local holder=$!
	sleep 0.5
	started=$EPOCHREALTIME
	log_in "$email"
	want 503 unavailable
	(($(bc_ms "$started") < 3000))
	wait "$holder"
	started=$EPOCHREALTIME
	log_in "$email"
	want 201
	(($(bc_ms "$started") < 1000))
}

@test "a database that hangs keeps nobody from asking whether the process lives" { # asvs 13.1.2
	local -a asking=()
	local mariadb wrong=
	mariadb=$(<"$STACK/db/mariadbd.pid")
	BASE_URL=http://$LISTEN_INSIDE
	api GET /readyz
	want 200
	# Eight logins wait for a table: then there are eight connections, each of which can hang.
	db 'LOCK TABLES account WRITE; SELECT SLEEP(2)' >/dev/null 3>&- &
	asking+=($!)
	sleep 0.3
	for _ in {1..8}; do
		BASE_URL=http://$LISTEN log_in nobody@example.jp 3>&- &
		asking+=($!)
	done
	wait "${asking[@]}"
	asking=()
	kill -STOP "$mariadb"
	for _ in {1..8}; do # more than there are workers inside
		curl --silent --noproxy '*' --max-time 12 --output /dev/null "$BASE_URL/readyz" 3>&- &
		asking+=($!)
	done
	sleep 0.5
	for _ in 1 2 3 4 5; do # who waits for the database waits longer
		curl --silent --fail --fail-early --noproxy '*' --max-time 3 "$BASE_URL/healthz" "$BASE_URL/metrics" >/dev/null || wrong+=' late'
	done
	wait_until 15 not_ready || wrong+=' ready'
	kill -CONT "$mariadb"
	same "$wrong" ''
	wait "${asking[@]}" || true
	wait_until 15 is_ready
}
not_ready() { api GET /readyz && [[ $status == 503 ]]; }
is_ready() { api GET /readyz && [[ $status == 200 ]]; }
