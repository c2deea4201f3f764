# What breaks outside: database, mail server, the process itself. Nothing acknowledged is lost.
# bats file_tags=both

load helper
load steps

teardown() {
	db_admin -e 'SET GLOBAL read_only = OFF' 2>/dev/null || true # where a test could not
	stack_restore
}

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
	new_email email
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
	mail_arrives "$email" 3
	wait_until 10 mail_is_finished
}

ask_invitations() { # ADDRESS...
	local address
	for address; do
		api POST /v1/registration/email "{\"email\":\"$address\"}"
		want 202 || return 1
	done
}

metric() { # NAME{LABELS}
	curl -s --noproxy '*' "http://$LISTEN_INSIDE/metrics" | sed -n "s/^$1 //p"
}

@test "the mail server away: nothing lost, nothing twice, and all of it at once when it is back" { # asvs 16.5.2
	local -a emails
	for i in 1 2 3 4 5; do
		emails[i]=$(new_email)$i.jp
	done
	away=$(third_failures)
	smtp_stop
	ask_invitations "${emails[@]}"
	wait_until 10 eval '(($(third_failures) > away))'
	(($(metric 'myportal_mails_total{outcome="relay_away"}') >= 3))
	wait_until 5 eval '[[ $(db "SELECT COUNT(*), SUM(tries) FROM outbox WHERE state = OUTBOX_PENDING AND lease_until IS NULL") == 5*0 ]]' # no try of theirs
	# What an earlier process left, which waits for the relay as well; and one that waits for its own mailbox.
	db "UPDATE outbox SET relay_failures = 8, next_try_at = UTC_TIMESTAMP(6) + INTERVAL 2 HOUR WHERE state = OUTBOX_PENDING AND email = '${emails[1]}';
		UPDATE outbox SET relay_failures = 0, next_try_at = UTC_TIMESTAMP(6) + INTERVAL 2 HOUR WHERE state = OUTBOX_PENDING AND email = '${emails[2]}'"
	started=$EPOCHREALTIME
	smtp_start
	for i in 1 3 4 5; do
		mail_arrives "${emails[i]}"
	done
	(($(bc_ms "$started") < 9000)) # a pause of the mailer
	logs | grep '"event":"mail_relay_back"' | tail -n 1 | jq -e '.failures >= 3 and .woken >= 1'
	same "$(mail_count "${emails[2]}")" 0
	db 'UPDATE outbox SET next_try_at = UTC_TIMESTAMP(6) WHERE state = OUTBOX_PENDING'
	mail_arrives "${emails[2]}"
	wait_until 10 mail_is_finished
	for i in 1 2 3 4 5; do
		same "$(mail_count "${emails[i]}")" 1
	done
}

third_failures() {
	logs | grep '"event":"mail_relay_away"' | grep -c '"failures":3' || true
}

# A mail that was asked for while the relay rejects us so, and what becomes of it.
rejects_us() { # RULES ERROR
	local before
	before=$(metric 'myportal_mails_total{outcome="relay_rejects"}')
	smtp_script "$1"
	new_email email
	ask_invitations "$email"
	wait_until 10 eval '(($(metric "myportal_mails_total{outcome=\"relay_rejects\"}") > before))' || return 1
	wait_until 5 eval '[[ $(db "SELECT COUNT(*) FROM outbox WHERE state = OUTBOX_PENDING AND lease_until IS NULL") == 1 ]]' || return 1
	same "$(db 'SELECT tries, relay_failures > 0, last_error FROM outbox WHERE state = OUTBOX_PENDING')" "0	1	$2" || return 1
	logs | grep '"event":"mail_relay_rejects"' | tail -n 1 | jq -e --arg error "$2" '.error == $error' || return 1
	smtp_script ''
	db 'UPDATE outbox SET next_try_at = UTC_TIMESTAMP(6) WHERE state = OUTBOX_PENDING'
	mail_arrives "$email"
	wait_until 10 mail_is_finished
}

@test "a relay that rejects our server or account is said, and costs no mail" { # asvs 16.3.4
	rejects_us 'rcpt 550 5.7.1 relaying denied' 'smtp 550 5.7.1'
	rejects_us 'after-data 550 5.4.5 daily quota' 'smtp 550 5.4.5'
	rejects_us 'mail 530 5.7.0 log in first' 'smtp 530 5.7.0'
}

@test "a relay that greets late, drips and confirms late gets each mail once, and requests do not wait" {
	local id lease
	smtp_stop # and with it the connections that are kept
	smtp_script $'slow connect 3.3\nslow after-data 6.5\ndrip 0.2'
	smtp_start
	new_email email
	ask_invitations "$email"
	wait_until 12 eval '(($(mail_count "$email") == 1))' # taken, not confirmed
	read -r id lease < <(db 'SELECT HEX(id), lease_until FROM outbox WHERE state = OUTBOX_PENDING')
	started=$EPOCHREALTIME
	api GET /v1/registration/stage
	want 401
	(($(bc_ms "$started") < 1000))
	wait_until 10 mail_is_held_longer "$lease"
	smtp_script ''
	wait_until 10 mail_is_finished
	same "$(mail_count "$email")" 1
	same "$(db "SELECT state = OUTBOX_SENT, tries FROM outbox WHERE id = UNHEX('$id')")" $'1\t1'
}

mail_is_held_longer() { # LEASE
	[[ $(db 'SELECT lease_until FROM outbox WHERE state = OUTBOX_PENDING') > $1 ]]
}

mail_is_under_way() {
	[[ $(db 'SELECT COUNT(*) FROM outbox WHERE state = OUTBOX_PENDING AND lease_until IS NOT NULL') == 1 ]]
}

@test "a relay that hangs keeps no stop: what was not sent goes out after the next start, once" {
	smtp_script 'stall rcpt'
	new_email email
	ask_invitations "$email"
	wait_until 10 mail_is_under_way
	started=$EPOCHREALTIME
	server_stop
	(($(bc_ms "$started") < 4000))
	same "$(db 'SELECT tries, lease_until IS NULL FROM outbox WHERE state = OUTBOX_PENDING')" $'0\t1'
	smtp_script ''
	server_start
	mail_arrives "$email"
	wait_until 10 mail_is_finished
	same "$(mail_count "$email")" 1
}

@test "a worker that lost its lease ends what it sends, and the mail comes once" {
	lost=$(logs | grep -c '"event":"mail_not_finished"' || true)
	smtp_script 'stall rcpt'
	new_email email
	ask_invitations "$email"
	wait_until 10 mail_is_under_way
	db "UPDATE outbox SET lease_owner = REPEAT('x', 16) WHERE state = OUTBOX_PENDING"
	wait_until 10 eval '(($(logs | grep -c "\"event\":\"mail_not_finished\"") > lost))'
	smtp_script ''
	leases_end
	mail_arrives "$email"
	wait_until 10 mail_is_finished
	same "$(mail_count "$email")" 1
}

# Starts a second service in a mount namespace of its own, where the name server takes every question and
# answers none.
spawn_other_without_names() { # SETTING=value...
	local address=127.53.$((RANDOM % 250 + 1)).$((RANDOM % 250 + 1)) # other runs have others
	python3 -c 'import socket, sys, time
names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
names.bind((sys.argv[1], 53))
print("bound", flush=True)
time.sleep(60)' "$address" >"$BATS_TEST_TMPDIR/name-server" 2>&1 3>&- &
	name_server=$!
	disown "$name_server"
	wait_until 5 eval '[[ -s $BATS_TEST_TMPDIR/name-server ]]'
	grep -qx bound "$BATS_TEST_TMPDIR/name-server" || skip "port 53 of the loopback cannot be had"
	printf 'nameserver %s\noptions timeout:30\n' "$address" >"$BATS_TEST_TMPDIR/resolv.conf"
	# shellcheck disable=SC2016 # expanded by that shell
	process_start other unshare --mount sh -c 'mount --bind "$0" /etc/resolv.conf && exec "$@"' "$BATS_TEST_TMPDIR/resolv.conf" \
		env -u DB_OWNER_PASSWORD_FILE LISTEN="$OTHER_LISTEN" LISTEN_INSIDE="$OTHER_LISTEN_INSIDE" "$@" "$BUILD/api/myportald"
}

@test "a dead name server keeps no stop, and no lease ends under its worker" {
	server_stop
	spawn_other_without_names SMTP_URL=smtp://relay.kenpo.example:2525 SMTP_TLS=required
	server_wait other "$OTHER_LISTEN_INSIDE"
	new_email email
	BASE_URL=http://$OTHER_LISTEN ask_invitations "$email"
	wait_until 10 mail_is_under_way
	wait_until 10 mail_is_held_longer "$(db 'SELECT lease_until FROM outbox WHERE state = OUTBOX_PENDING')"
	started=$EPOCHREALTIME
	stop_other
	kill "$name_server"
	(($(bc_ms "$started") < 4000))
	same "$(db 'SELECT tries, lease_until IS NULL FROM outbox WHERE state = OUTBOX_PENDING')" $'0\t1'
	server_start
	mail_arrives "$email"
}

# The one mail that is not finished was handed over so often without a reply, and nobody holds it.
mail_is_unconfirmed() { # TIMES
	[[ $(db 'SELECT unconfirmed FROM outbox WHERE state = OUTBOX_PENDING AND lease_until IS NULL') == "$1" ]]
}

dead_mails() {
	grep -c '"event":"mail_not_sent"' "$STACK/myportald.log" || true
}

@test "a relay that takes a mail and never confirms it gets two copies, and no more" {
	dead=$(dead_mails)
	smtp_script 'drop after-data'
	new_email email
	ask_invitations "$email"
	wait_until 10 mail_is_unconfirmed 1
	same "$(mail_count "$email")" 1
	same "$(db 'SELECT tries, TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), next_try_at) BETWEEN 280 AND 300 FROM outbox WHERE state = OUTBOX_PENDING')" $'1\t1'
	db 'UPDATE outbox SET next_try_at = UTC_TIMESTAMP(6) WHERE state = OUTBOX_PENDING'
	wait_until 10 eval '(($(dead_mails) == dead + 1))'
	wait_until 5 mail_is_finished
	same "$(mail_count "$email")" 2
	same "$(mail_part "$email" Message-ID 1)" "$(mail_part "$email" Message-ID 2)"
	same "$(db 'SELECT state = OUTBOX_DEAD, email, unconfirmed, last_error LIKE "curl %" FROM outbox ORDER BY finished_at DESC LIMIT 1')" $'1\t'"$email"$'\t2\t1'
}

@test "a relay that did not confirm a mail, and confirms the next copy, has it sent" {
	smtp_script 'drop after-data'
	new_email email
	ask_invitations "$email"
	wait_until 10 mail_is_unconfirmed 1
	smtp_script 'after-data 451' # this one is known not to be taken
	db 'UPDATE outbox SET next_try_at = UTC_TIMESTAMP(6) WHERE state = OUTBOX_PENDING'
	wait_until 10 eval '[[ $(db "SELECT unconfirmed, tries FROM outbox WHERE state = OUTBOX_PENDING AND lease_until IS NULL") == 1*2 ]]'
	smtp_script ''
	db 'UPDATE outbox SET next_try_at = UTC_TIMESTAMP(6) WHERE state = OUTBOX_PENDING'
	wait_until 10 mail_is_finished
	same "$(mail_count "$email")" 2
	same "$(db 'SELECT state = OUTBOX_SENT FROM outbox ORDER BY finished_at DESC LIMIT 1')" 1
}

@test "a worker that died while it waited for the reply has perhaps sent the mail: one more copy, and no other" {
	smtp_script 'stall after-data'
	new_email email
	ask_invitations "$email"
	wait_until 10 eval '[[ $(db "SELECT unconfirmed FROM outbox WHERE state = OUTBOX_PENDING") == 1 ]]'
	process_kill myportald
	smtp_script 'drop after-data'
	leases_end
	server_start
	wait_until 10 mail_is_finished
	same "$(mail_count "$email")" 2
	# A second one that died so: the mail is not handed over again.
	smtp_script 'rcpt 450'
	new_email email
	ask_invitations "$email"
	wait_until 10 letter_was_tried
	db 'UPDATE outbox SET unconfirmed = 2, next_try_at = UTC_TIMESTAMP(6) WHERE state = OUTBOX_PENDING'
	smtp_script ''
	wait_until 10 mail_is_finished
	same "$(mail_count "$email")" 0
	same "$(db 'SELECT state = OUTBOX_DEAD, last_error FROM outbox ORDER BY finished_at DESC LIMIT 1')" $'1\tnot confirmed'
}

@test "a mail that is confirmed while the database is away is finished when it is back, and not sent again" {
	sent=$(metric 'myportal_mails_total{outcome="sent"}')
	smtp_script 'slow after-data 2'
	new_email email
	ask_invitations "$email"
	wait_until 10 eval '(($(mail_count "$email") == 1))'
	db_stop
	smtp_script ''
	wait_until 10 eval '(($(metric "myportal_mails_total{outcome=\"sent\"}") == sent + 1))'
	db_start
	wait_until 10 mail_is_finished
	same "$(mail_count "$email")" 1
}

@test "a mail server that answers 451 gets the mail again under the same Message-ID" {
	new_email email
	smtp_script 'after-data 451'
	api POST /v1/registration/email "{\"email\":\"$email\"}"
	want 202
	wait_until 10 eval '[[ $(db "SELECT COUNT(*) FROM outbox WHERE state = OUTBOX_PENDING AND last_error LIKE \"smtp 451%\"") == 1 ]]'
	id=$(db "SELECT LOWER(HEX(id)) FROM outbox WHERE state = OUTBOX_PENDING")
	smtp_script ''
	db "UPDATE outbox SET next_try_at = UTC_TIMESTAMP(6) WHERE state = OUTBOX_PENDING"
	mail_arrives "$email"
	[[ $(mail_part "$email" Message-ID) == "<$id@"* ]]
}

@test "a mail server that rejects an address for good makes a dead letter" {
	smtp_script 'rcpt 550'
	api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
	want 202
	wait_until 10 eval '[[ $(db "SELECT COUNT(*) FROM outbox WHERE state = OUTBOX_DEAD AND last_error LIKE \"smtp 550%\" AND email <> \"\"") -ge 1 ]]'
}

@test "a mail that could not be sent in nine tries is a dead one, and the log says so" { # asvs 16.3.4
	smtp_script 'rcpt 450'
	api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
	want 202
	wait_until 10 letter_was_tried
	dead=$(dead_mails)
	db "UPDATE outbox SET tries = 7, next_try_at = UTC_TIMESTAMP(6) WHERE state = OUTBOX_PENDING"
	wait_until 10 eval '[[ $(db "SELECT COUNT(*) FROM outbox WHERE state = OUTBOX_PENDING AND tries = 8 AND lease_until IS NULL") == 1 ]]'
	db "UPDATE outbox SET next_try_at = UTC_TIMESTAMP(6) WHERE state = OUTBOX_PENDING"
	wait_until 10 eval '[[ $(db "SELECT COUNT(*) FROM outbox WHERE state = OUTBOX_DEAD AND tries = 9 AND email <> \"\"") == 1 ]]'
	same "$(dead_mails)" $((dead + 1))
}

# The one mail was tried once, in vain, and nobody holds it.
letter_was_tried() {
	[[ $(db 'SELECT COUNT(*) FROM outbox WHERE state = OUTBOX_PENDING AND tries = 1 AND lease_until IS NULL') == 1 ]]
}

@test "a worker that died leaves a lease, and another sends the mail" {
	smtp_script 'rcpt 450'
	new_email email
	api POST /v1/registration/email "{\"email\":\"$email\"}"
	want 202
	wait_until 10 letter_was_tried
	process_kill myportald
	db "UPDATE outbox SET lease_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND, lease_owner = REPEAT('x', 16), next_try_at = UTC_TIMESTAMP(6) WHERE state = OUTBOX_PENDING"
	smtp_script ''
	server_start
	mail_arrives "$email"
	wait_until 10 mail_is_finished
	same "$(mail_count "$email")" 1
}

# Lets what was asked for wait, with a link that ended so many seconds ago.
waits_until_over() { # SECONDS
	wait_until 10 letter_was_tried
	smtp_script ''
	db "UPDATE outbox SET created_at = created_at - 86400, expires_at = UNIX_TIMESTAMP() - $1, next_try_at = UTC_TIMESTAMP(6) WHERE state = OUTBOX_PENDING"
}

says_to_begin_again() { # ADDRESS N
	mail_part "$1" text "$2" >"$BATS_TEST_TMPDIR/text"
	grep -q '有効期限が過ぎてしまいました' "$BATS_TEST_TMPDIR/text" && never grep -q '#token=' "$BATS_TEST_TMPDIR/text"
}

@test "a mail whose link was over before it went out says to begin again, of every kind, and tells nothing more" {
	new_email email
	smtp_script 'rcpt 450'
	ask_invitations "$email"
	waits_until_over 90
	says_to_begin_again "$email" 1
	db 'DELETE FROM limit_counter'
	invite "$email" # the way it says

	captcha_for "$invitation" >/dev/null
	smtp_script 'rcpt 450'
	api POST /v1/registration/identity "$(identity_json "$(new_person)")" "$invitation"
	want 200
	waits_until_over 90
	says_to_begin_again "$email" 3

	new_account && logged_in "$email"
	new_email other
	smtp_script "rcpt 450"
	api PUT /v1/me/email "$(json_object "email=$other" "current_password=$PASSWORD")" "$access"
	want 202
	wait_until 10 eval '[[ $(db "SELECT COUNT(*) FROM outbox WHERE state = OUTBOX_PENDING AND tries = 1 AND lease_until IS NULL") == 2 ]]'
	smtp_script ''
	db "UPDATE outbox SET expires_at = UNIX_TIMESTAMP() - 90, next_try_at = UTC_TIMESTAMP(6) WHERE state = OUTBOX_PENDING"
	says_to_begin_again "$other" 1
	wait_until 10 mail_is_finished

	smtp_script 'rcpt 450'
	mail_count "$email" mails
	api POST /v1/recovery/password "{\"login_id\":\"$email\"}"
	want 202
	waits_until_over 90
	says_to_begin_again "$email" $((mails + 1))
}

@test "a mail that waited for three days is not sent any more" {
	smtp_script 'rcpt 450'
	new_email email
	ask_invitations "$email"
	wait_until 10 letter_was_tried
	smtp_script ''
	db "UPDATE outbox SET created_at = UNIX_TIMESTAMP() - 3 * 86400 - 61, next_try_at = UTC_TIMESTAMP(6) WHERE state = OUTBOX_PENDING"
	wait_until 10 eval '[[ $(db "SELECT COUNT(*) FROM outbox WHERE state = OUTBOX_DROPPED AND last_error = \"expired\"") -ge 1 ]]'
	same "$(mail_count "$email")" 0
}

@test "a mail says until when its link works, as its token has it, and not how long" {
	local ends until
	smtp_script 'rcpt 450'
	new_email email
	ask_invitations "$email"
	wait_until 10 letter_was_tried
	smtp_script ''
	db 'UPDATE outbox SET created_at = created_at - 3000, expires_at = expires_at - 3000, next_try_at = UTC_TIMESTAMP(6) WHERE state = OUTBOX_PENDING'
	mail_token "$email" 1 invitation
	api GET /v1/registration/stage '' "$invitation"
	want 200
	field .expires_at ends
	until=$(TZ=Asia/Tokyo date -d "$ends" '+%-m月%-d日 %-H時%M分まで')
	wait_mail "$email" | grep -qF "このリンクは、$until"
}

@test "a mail of a replica whose clock is behind is sent, however short its link lives" {
	smtp_script 'rcpt 450'
	new_email email
	api POST /v1/registration/email "{\"email\":\"$email\"}"
	want 202
	wait_until 10 letter_was_tried
	db "UPDATE outbox SET created_at = UNIX_TIMESTAMP() - 630, expires_at = UNIX_TIMESTAMP() - 30 WHERE state = OUTBOX_PENDING"
	smtp_script ''
	db "UPDATE outbox SET next_try_at = UTC_TIMESTAMP(6) WHERE state = OUTBOX_PENDING"
	mail_token "$email" 1 invitation
	api GET /v1/registration/stage '' "$invitation"
	want 200
}

@test "mails that were sent or dropped keep no address" { # asvs 14.2.4 14.2.7
	registered "$(new_email)" "$(new_person)"
	wait_until 10 mail_is_finished
	same "$(db "SELECT COUNT(*) FROM outbox WHERE state IN (OUTBOX_SENT, OUTBOX_DROPPED) AND (email <> '' OR nickname <> '')")" 0
}

@test "a stop is graceful: not ready first, running requests end, within ten seconds" {
	restart_server DRAIN_MS=4000
	process_stop myportald 10 &
	stopping=$!
	wait_until 3 eval 'BASE_URL=http://$LISTEN_INSIDE api GET /readyz; [[ $status == 503 ]]'
	api GET /v1/registration/stage
	want 401
	same "$(header Connection)" close
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
		mail_arrives "$email"
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

@test "a database that takes no changes: not ready after five seconds, and it is said why" { # asvs 16.3.4 16.5.2
	local started log=$STACK/myportald.log logged
	new_account
	logged=$(wc -l <"$log")
	db_admin -e 'SET GLOBAL read_only = ON'
	started=$EPOCHREALTIME
	BASE_URL=http://$LISTEN_INSIDE
	api GET /readyz
	want 200 # a failover may be as short as that
	BASE_URL=http://$LISTEN api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
	want 503 unavailable
	run ctl member disable --reason "a test" - <<<"$email"
	same "$status" 7
	[[ $output == *"myportalctl: the database: the server is read-only (error 1290)"* ]]
	wait_until 10 not_ready
	(($(bc_ms "$started") > 4500))
	api GET /metrics
	(($(awk '$1 == "myportal_db_failing_seconds" { print $2 }' <<<"$body") >= 5))
	same "$(tail -n +$((logged + 1)) "$log" | jq -r 'select(.event == "db_writes_fail") | "\(.error) \(.why)"')" '1290 the server is read-only'
	db_admin -e 'SET GLOBAL read_only = OFF'
	wait_until 5 is_ready
	BASE_URL=http://$LISTEN api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
	want 202
	same "$(tail -n +$((logged + 1)) "$log" | jq -r 'select(.event == "db_writes_back") | .event')" db_writes_back
}

@test "a disk without room is no error of ours, and the log says so once" { # asvs 16.3.4 16.5.2
	local logged tried _
	logged=$(wc -l <"$STACK/myportald.log")
	db "CREATE TRIGGER no_room BEFORE INSERT ON outbox FOR EACH ROW SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1021"
	for _ in 1 2; do
		api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
		tried+=" $status"
	done
	db 'DROP TRIGGER no_room'
	same "$tried" ' 503 503'
	api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
	want 202
	same "$(tail -n +$((logged + 1)) "$STACK/myportald.log" | jq -r 'select(.event | startswith("db_")) | "\(.event) \(.error)"' | xargs)" \
		'db_writes_fail 1021 db_writes_back null'
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

@test "a name server that is silent holds up no request and no stop" { # asvs 13.2.6 16.5.2
	local name_server started
	spawn_other_without_names DB_SOCKET= DB_HOST=db.test
	wait_until 10 eval 'BASE_URL=http://$OTHER_LISTEN_INSIDE api GET /healthz; [[ $status == 200 ]]'
	started=$EPOCHREALTIME
	BASE_URL=http://$OTHER_LISTEN api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
	want 503 unavailable
	(($(bc_ms "$started") < 5200))
	started=$EPOCHREALTIME
	stop_other
	(($(bc_ms "$started") < 7000))
	tail -n 2 "$STACK/other.log" | grep '"event":"stopped"' # who was left behind may still say "db_away"
	kill "$name_server"
}
