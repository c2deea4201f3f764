# Mails that wait together are claimed and finished together. Whatever happens in the middle of a batch, each mail
# comes as often as if it had been sent alone.
# bats file_tags=both

load helper
load steps

LEASE_S=90 # mailer.c: how long a claim holds a mail

setup() {
	db 'DELETE FROM outbox'
	group=group$RANDOM$RANDOM # of addresses that nobody had before
}

teardown() {
	process_resume myportald
	let_go
	smtp_script ''
	db 'DELETE FROM outbox WHERE state IN (OUTBOX_PENDING, OUTBOX_DEAD)'
	stack_restore
}

# Invitations that are due at once, to 1@$group.jp, 2@$group.jp ... in this order.
mails_wait() { # COUNT
	db "INSERT INTO outbox (id, kind, state, email, language, nickname, jti, person_id, account_id, generation, invitation_jti, created_at, expires_at, next_try_at)
		SELECT RANDOM_BYTES(16), MAIL_INVITATION, OUTBOX_PENDING, CONCAT(seq, '@$group.jp'), 'ja', '', CONCAT(LPAD(seq, 8, '0'), RANDOM_BYTES(8)),
			UNHEX(MD5('$group')), '', 0, '',
			UNIX_TIMESTAMP(), UNIX_TIMESTAMP() + 3600, UTC_TIMESTAMP(6) + INTERVAL CAST(seq AS SIGNED) - $1 SECOND FROM seq_1_to_$1"
}

# One worker, for which the relay is so quick that it claims many mails at once.
quick_worker() {
	local group=quick
	restart_server MAIL_WORKERS=1
	mails_wait 40
	wait_until 20 mail_is_finished
}

# How often each of them came: "1 1 2 0".
copies() { # COUNT
	local n counts=()
	for ((n = 1; n <= $1; n++)); do
		counts+=("$(mail_count "$n@$group.jp")")
	done
	printf '%s\n' "${counts[*]}"
}

# What became of each in the outbox, in the order in which they were due: state, tries, failures of the relay, and "held".
# Their jti begins with their number: of a mail that was sent the address is gone.
outbox_states() {
	db "SELECT CONCAT_WS('/', state, tries, relay_failures, IF(lease_until IS NULL, NULL, 'held')) FROM outbox
		WHERE person_id = UNHEX(MD5('$group')) ORDER BY jti" | xargs
}

# How many Message-IDs they have.
message_ids() { # COUNT
	local n
	for ((n = 1; n <= $1; n++)); do
		grep -lx "X-RcptTo: $n@$group.jp" -r "$STACK/mail/new" | xargs grep -hi '^Message-ID:'
	done | sort -u | wc -l
}

# Statements that changed the table, so far: claims, and outcomes that were written.
updates_of_outbox() {
	db_admin --skip-column-names -e "SHOW GLOBAL STATUS LIKE 'Com_update'" | cut -f 2
}

is_held() { # NUMBER
	[[ $(db "SELECT lease_until IS NOT NULL FROM outbox WHERE email = '$1@$group.jp'") == 1 ]]
}

@test "mails that wait together are sent once each, by many workers of two replicas, and few claims" {
	local claims
	restart_server MAIL_WORKERS=4
	start_other MAIL_WORKERS=4
	mails_wait 300
	wait_until 60 mail_is_finished
	same "$(copies 300 | tr ' ' '\n' | sort | uniq -c | xargs)" '300 1'
	same "$(db "SELECT COUNT(*) FROM outbox WHERE state <> OUTBOX_SENT OR tries <> 1 OR email <> '' OR lease_until IS NOT NULL")" 0
	stop_other
	quick_worker
	claims=$(updates_of_outbox)
	mails_wait 160
	wait_until 20 mail_is_finished
	claims=$(($(updates_of_outbox) - claims))
	echo "$claims changes for 160 mails" >&2
	((claims < 200)) # 320, if each were claimed and finished alone
}

# By the clock of the database: a claim that came by the look of every second would begin 800 ms later.
@test "a worker for which another was sooner takes the next mail at once" {
	local after_ms
	restart_server MAIL_WORKERS=1
	smtp_script "stall rcpt:2@$group"
	process_pause myportald # it looks when both are due and the first is held
	mails_wait 2
	hold_rows "UPDATE outbox SET lease_owner = REPEAT('x', 16) WHERE email = '1@$group.jp'"
	process_resume myportald
	wait_until 10 waiting 1 # it would have the first
	let_go "UPDATE outbox SET lease_until = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR WHERE email = '1@$group.jp'"
	wait_until 10 is_held 2
	after_ms=$(db "SELECT TIMESTAMPDIFF(MICROSECOND, MAX(IF(email = '1@$group.jp', lease_until - INTERVAL 1 HOUR, NULL)),
		MAX(IF(email = '2@$group.jp', lease_until - INTERVAL $LEASE_S SECOND, NULL))) DIV 1000 FROM outbox")
	echo "claimed after $after_ms ms" >&2
	((after_ms >= 0 && after_ms < 500))
	same "$(mail_count "1@$group.jp")" 0
}

@test "a relay that falls silent in the middle of a batch keeps no other mail: what was sent is finished, the rest is free" {
	quick_worker
	smtp_script "stall rcpt:3@$group"
	mails_wait 8
	wait_until 10 is_held 3
	wait_until 4 eval '[[ $(outbox_states) == "1/1/0 1/1/0 0/1/0/held 0/0/0 0/0/0 0/0/0 0/0/0 0/0/0" ]]'
	# Whoever else is there sends them.
	start_other MAIL_WORKERS=1
	for n in 4 5 6 7 8; do
		mail_arrives "$n@$group.jp"
	done
	smtp_script ''
	restart_server
	wait_until 10 mail_is_finished
	same "$(copies 8)" '1 1 1 1 1 1 1 1'
}

@test "a process that is killed in the middle of a batch has sent a few mails that it has not noted: they come twice, once each" {
	quick_worker
	smtp_script "stall after-data:3@$group"
	mails_wait 8
	mail_arrives "3@$group.jp"
	process_kill myportald
	smtp_script ''
	leases_end
	server_start
	wait_until 10 mail_is_finished
	[[ $(copies 8) =~ ^[12]\ [12]\ 2\ 1\ 1\ 1\ 1\ 1$ ]]
	same "$(message_ids 8)" 8
}

@test "what was sent is noted within a second or two, also while the next mail hangs: a kill then sends it no second time" {
	quick_worker
	smtp_script "stall after-data:3@$group"
	mails_wait 8
	mail_arrives "3@$group.jp"
	wait_until 4 eval '[[ $(outbox_states) == "1/1/0 1/1/0 "* ]]'
	process_kill myportald
	smtp_script ''
	leases_end
	server_start
	wait_until 10 mail_is_finished
	same "$(copies 8)" '1 1 2 1 1 1 1 1'
}

@test "a stop in the middle of a batch: what was sent is finished, the rest is free at once, and no try of theirs" {
	quick_worker
	smtp_script "stall rcpt:3@$group"
	mails_wait 8
	mail_arrives "2@$group.jp"
	sleep 0.3 # the third is on its way
	server_stop
	same "$(outbox_states)" '1/1/0 1/1/0 0/0/0 0/0/0 0/0/0 0/0/0 0/0/0 0/0/0'
	smtp_script ''
	server_start
	wait_until 10 mail_is_finished
	same "$(copies 8)" '1 1 1 1 1 1 1 1'
}

@test "a relay that has no time in the middle of a batch costs no try of the others, and a mail that is rejected keeps none" {
	quick_worker
	smtp_script "rcpt:3@ 550 5.1.1 no such user"$'\n''rcpt:5@ 450 busy'$'\n''rcpt:7@ 421 closing'
	mails_wait 8
	wait_until 10 eval '[[ $(outbox_states) =~ ^1/1/0\ 1/1/0\ 2/1/0\ 1/1/0\ 0/1/0\ 1/1/0\ 0/0/[1-9]\ 0/0/0$ ]]'
	same "$(db "SELECT email, last_error FROM outbox WHERE state = OUTBOX_DEAD")" "3@$group.jp	smtp 550 5.1.1"
	smtp_script ''
	wait_until 20 mail_is_finished
	same "$(copies 8)" '1 1 0 1 1 1 1 1'
}

@test "a batch that was sent while the database went away is finished when it is back, and not sent again" {
	quick_worker
	smtp_script "hold after-data:4@$group"
	mails_wait 4
	mail_arrives "4@$group.jp"
	process_kill mariadbd
	smtp_script '' # now the relay has taken it
	sleep 1
	db_start
	wait_until 20 mail_is_finished
	same "$(copies 4)" '1 1 1 1'
}
