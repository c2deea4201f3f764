#!/usr/bin/env bats
# The answer to a COMMIT is lost, or it is a deadlock's: the call is the success that it would have been,
# and has its effect once. And however slow the database is, each call is answered in time. The service speaks
# to the database over a wire that loses or delays answers on demand (lossy_db.py).
# bats file_tags=plain

bats_require_minimum_version 1.5.0
load helper
load steps
load db_session
load lost_commit

teardown() {
	bothered_stop
	stack_restore
}

@test "every body that runs in a transaction is in the table" {
	local there
	there=$(cd "$TREE" && grep -roE '^[a-z_]+\(struct db_tx \*tx, void \*context\)' lib/domain tools/ctl | sed 's|.*/||; s/(.*//' | sort -u)
	same "$(grep -ohE '[a-z_]+\.c:[a-z_]+$' <<<"$TABLE$BIRTH_DATE_TABLE$OPERATOR_TABLE$OTHERS" | sort -u)" "$there"
}

@test "an answer to COMMIT that is lost, or a deadlock's: the calls of the service" { # asvs 2.3.3 15.4.2
	server_on_the_wire
	drive_table "$TABLE"
}

@test "an answer to COMMIT that is lost, or a deadlock's: where the birth date is asked for" { # asvs 2.3.3
	server_on_the_wire IDENTITY_BIRTH_DATE=yes
	drive_table "$BIRTH_DATE_TABLE"
}

# The service has the row of a statement block by then, and not the word that it was committed.
@test "an answer that breaks off behind the row of a statement block" { # asvs 2.3.3
	server_on_the_wire
	ONLY='captcha|captcha_wrong|mismatch|identity|identity_again|key|key_wrong|account|account_other|account_taken|reset' FAULTS=half \
		drive_table "$TABLE"
}

# The second overtakes the first, which hears late what came of its try, and spends the link.
@test "a right birth date that is sent twice at once is given back once" { # asvs 2.3.4 6.3.1 15.4.2
	local first
	counted() { same "$(db 'SELECT count FROM limit_counter WHERE limit_id = LIMIT_NUMBER_FAILURES')" "$1"; }
	server_on_the_wire IDENTITY_BIRTH_DATE=yes
	db 'DELETE FROM limit_counter'
	prepare_right_birth_date
	ready_right_birth_date
	rules 'late statement BEGIN NOT ATOMIC.*insured_person'
	call_right_birth_date &
	first=$!
	wait_until 5 rules_are_used
	call_right_birth_date
	counted 1 # the wrong one
	wait "$first"
	counted 1
}

# A few calls of each kind, as a lost quorum looks like a lost answer: what is different is the connection.
@test "an error at COMMIT of a cluster that lost its quorum: done or not, the call is the success it would have been" { # asvs 2.3.3
	server_on_the_wire
	ONLY='mismatch|account|leave' FAULTS='1180 1180-' drive_table "$(grep ' commit ' <<<"$TABLE")"
}

# Mails were claimed and read, and it is not known whether the block came to its end.
@test "a claim of mails whose last word is lost is the claim that it was" { # asvs 2.3.3
	server_on_the_wire
	FAULTS=half drive_table "$(grep 'INTO due FROM' <<<"$TABLE")"
}

@test "mails that were sent and cannot be finished for some seconds are finished then, and not sent again" {
	local mails
	server_on_the_wire
	mails_wait 1
	wait_until 10 mail_is_finished # from now on the relay is quick
	mails=$(mails_there)
	no_mail_trips
	rules 'pass statement INTO due FROM' '*drop statement UPDATE outbox SET state = [0-9]'
	mails_wait 20
	wait_until 10 eval '(($(mails_there) > mails))' # a worker goes on when it has finished what it sent
	sleep 2
	same "$(db 'SELECT COUNT(*) > 0 FROM outbox WHERE state = OUTBOX_PENDING AND lease_until IS NOT NULL')" 1
	rules
	wait_until 20 mail_is_finished
	same "$(mails_there)" $((mails + 20))
}

# On a busy machine a worker asks once more before the mail is known to be finished.
lone_mail_takes_two_trips() {
	prepare_invite && no_mail_trips && call_invite && wait_until 10 mail_is_finished && same "$(mail_trips)" 2
}

# One program asks for all: ten that start one after the other take seconds on a busy machine.
ten_mails_share_trips() {
	local n calls=()
	no_mail_trips || return 1
	for n in 1 2 3 4 5 6 7 8 9 10; do
		calls+=(${calls[0]+--next} --silent --noproxy '*' --output /dev/null --write-out '%{http_code}\n'
			--json "{\"email\":\"$n.$RANDOM.$email\"}" "http://$LISTEN/v1/registration/email")
	done
	same "$(curl --parallel --parallel-immediate "${calls[@]}" | sort | uniq -c | xargs)" '10 202' || return 1
	wait_until 10 mail_is_finished
	(($(mail_trips) < 12))
}

@test "a mail that comes alone costs two trips to the database, and ten that come together share them" {
	server_on_the_wire
	lone_mail_takes_two_trips || lone_mail_takes_two_trips || lone_mail_takes_two_trips
	ten_mails_share_trips || ten_mails_share_trips || ten_mails_share_trips
}

# A batch of a roster is written again, as it was.
@test "an answer to COMMIT that is lost, or a deadlock's: a roster, a migration" { # asvs 2.3.3
	local fault output wanted
	local -x DB_NAME=myportal_lost
	db_admin -e "CREATE OR REPLACE DATABASE $DB_NAME CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
		GRANT ALL ON $DB_NAME.* TO '$DB_OWNER_USER'@'%'"
	rules 'lose statement UPDATE schema_migration'
	ctl_on_the_wire migrate --folder "$TREE/schema"
	rules_are_used
	same "$(ctl migrate --folder "$TREE/schema" --json)" '{"files":[]}'
	wanted=$(ctl_on_the_wire roster import "$TREE/tests/sample/roster.csv")
	for fault in lose drop 1213; do
		db "DELETE FROM $DB_NAME.insured_person; DELETE FROM $DB_NAME.roster_run"
		rules "$fault commit INTO insured_person"
		run --separate-stderr ctl_on_the_wire roster import "$TREE/tests/sample/roster.csv"
		rules_are_used
		same "$status" 0
		same "$output" "$wanted"
		same "$(db "SELECT COUNT(*), MAX(outcome) FROM $DB_NAME.roster_run WHERE in_progress IS NULL")" $'1\t1'
	done
	db_admin -e "DROP DATABASE $DB_NAME"
}

# Deadlocks of one member's transaction, and one that fails for good, cost the others none of their mail.
@test "a transaction that is run again is one mail of the service's" { # asvs 2.4.1 15.4.2
	local _
	local -a deadlocks=()
	for _ in 1 2 3 4 5 6; do
		deadlocks+=('1213 statement INTO outbox')
	done
	server_on_the_wire LIMITS=service_mails=3 MAIL_INTERVAL_S=60
	rules "${deadlocks[@]}" # once more than it is run again
	api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
	want 503 unavailable
	rules_are_used
	rules "${deadlocks[@]:2}"
	for _ in 1 2 3; do
		api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
		want 202
	done
	rules_are_used
	api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
	want 503 overloaded
}

# The place of a right number, and a try, whose COMMIT's answer is lost as often as it is repeated: nobody
# knows whether they count, and they are given back when the database is back.
@test "what may have been counted while the database was going is given back later" { # asvs 2.3.3 16.5.2
	server_on_the_wire IDENTITY_BIRTH_DATE=yes
	prepare_right_birth_date
	rules 'lose statement INTO spent_token' '*drop connect .'
	post_identity
	want 503 unavailable
	same "$(db 'SELECT count FROM limit_counter WHERE limit_id = LIMIT_SOURCE_PERSONS')" 1
	rules
	wait_until 10 eval '[[ $(db "SELECT count FROM limit_counter WHERE limit_id = LIMIT_SOURCE_PERSONS") == 0 ]]'
	wait_until 5 post_identity_succeeds
	same "$(db 'SELECT limit_id, count FROM limit_counter WHERE limit_id IN (LIMIT_SOURCE_PERSONS, LIMIT_NUMBER_FAILURES, LIMIT_IDENTITY_TRIES) ORDER BY 1' | tr '\t' ' ')" \
		"$(db 'SELECT LIMIT_IDENTITY_TRIES, 1 UNION SELECT LIMIT_SOURCE_PERSONS, 1 UNION SELECT LIMIT_NUMBER_FAILURES, 0 ORDER BY 1' | tr '\t' ' ')"
	server_on_the_wire
	new_account
	rules 'lose statement INTO limit_counter' '*drop connect .'
	log_in "$email"
	want 503 unavailable
	same "$(db 'SELECT count FROM limit_counter WHERE limit_id = LIMIT_LOGIN_FAILURES')" 1
	rules
	wait_until 10 eval '[[ $(db "SELECT count FROM limit_counter WHERE limit_id = LIMIT_LOGIN_FAILURES") == 0 ]]'
}

# The last request keeps the service until the database is back.
@test "what may have been counted is given back at a stop, too" { # asvs 2.3.3 16.5.2
	local slow before stopping
	server_on_the_wire DRAIN_MS=0
	before=$(wc -l <"$STACK/myportald.log")
	logged_since() { tail -n +$((before + 1)) "$STACK/myportald.log" | grep -q "\"event\":\"$1\""; }
	new_account
	rules 'lose statement INTO limit_counter' '*drop connect .'
	log_in "$email"
	want 503 unavailable
	exec {slow}<>"/dev/tcp/${LISTEN%:*}/${LISTEN##*:}"
	printf 'POST /v1/sessions/refresh HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n' >&"$slow"
	wait_until 10 eval 'curl -s --noproxy "*" "http://$LISTEN_INSIDE/metrics" | grep -q "^myportal_connections [1-9]"'
	process_stop myportald 30 &
	stopping=$!
	wait_until 10 logged_since draining
	same "$(db 'SELECT count FROM limit_counter WHERE limit_id = LIMIT_LOGIN_FAILURES')" 1
	rules
	wait_until 10 logged_since db_back # others ask the database meanwhile
	printf '{}' >&"$slow"
	wait "$stopping"
	exec {slow}>&-
	same "$(db 'SELECT count FROM limit_counter WHERE limit_id = LIMIT_LOGIN_FAILURES')" 0
}

post_identity_succeeds() { post_identity && [[ $status == 200 ]]; }

# --- five seconds -----------------------------------------------------------------------------------

# What the database does to a server, as rules of lossy_db.py. Where it is about connections, one is lost first.
readonly BOTHERS='
silent            *hang statement .
silent_changes    *hang statement INSERT|UPDATE|DELETE|BEGIN
silent_inside     *hang inside .
silent_commit     *hang commit .
silent_connect    *hang connect .
drip_connect      *drip connect .
drip              *drip statement .
late              *late statement .
'

# The calls, made ready: NAME, METHOD, PATH, BODY, TOKEN, with tabs between ("-": none).
ready_calls() {
	call() { printf '%s\t%s\t%s\t%s\t%s\n' "$@"; }
	prepare_captcha && call identity POST /v1/registration/identity "$identity_body" "$invitation"
	call stage GET /v1/registration/stage - "$invitation"
	call captcha POST /v1/captcha {} "$invitation"
	prepare_key && call key POST /v1/registration/authentication-key "{\"authentication_key\":\"$key\"}" "$second_link"
	prepare_account && call account POST /v1/registration/account "$(account_json "$email")" "$stage_token"
	prepare_member && ask_reset "$email"
	call login POST /v1/sessions "$(json_object "login_id=$email" "password=$PASSWORD")" -
	call refresh POST /v1/sessions/refresh "{\"refresh_token\":\"$refresh\"}" -
	call me GET /v1/me - "$access"
	call settings PATCH /v1/me '{"nickname":"たろう"}' "$access"
	call email PUT /v1/me/email "$(current "email=new.$email")" "$access"
	call password PUT /v1/me/password "$(current password=himawari8kirin password_confirmation=himawari8kirin)" "$access"
	call reset POST /v1/recovery/password/reset "$(json_object password=himawari8kirin password_confirmation=himawari8kirin)" "$reset"
	call remind POST /v1/recovery/login-id "{\"email\":\"$email\"}" -
	call invite POST /v1/registration/email "{\"email\":\"$(new_email)\"}" -
}

# Sends a call; prints whose it was, the status and the seconds.
timed_call() { # BOTHER LISTEN NAME METHOD PATH BODY TOKEN
	local -a options=(--silent --noproxy '*' --max-time 20 --output /dev/null --request "$4")
	[[ $6 == - ]] || options+=(--header 'Content-Type: application/json' --data-binary "$6")
	[[ $7 == - ]] || options+=(--header "Authorization: Bearer $7")
	curl "${options[@]}" --write-out "$1 $3 %{http_code} %{time_total}\n" "http://$2$5"
}

# A server of its own on a wire of its own.
bothered_start() { # NAME PORT
	local folder=$STACK/lossy-db-$1
	rm -rf "$folder" && mkdir "$folder" || return 1
	process_start "lossy-db-$1" "$TREE/tests/flow/lossy_db.py" "$folder/socket" "${RUN_DB_PORT:-3307}" "$folder"
	wait_until 5 test -S "$folder/socket"
	server_spawn "other-$1" LISTEN="127.0.0.1:$2" LISTEN_INSIDE="127.0.0.1:$(($2 + 1))" DB_SOCKET="$folder/socket" \
		MAIL_WORKERS=1
}

bothered_stop() {
	local file name
	for file in "$STACK"/other-*.pid "$STACK"/lossy-db-*.pid; do
		name=${file##*/}
		[[ ! -e $file ]] || process_stop "${name%.pid}" 30
	done
}

@test "no call takes longer than five seconds, whatever the database does" { # asvs 13.2.6 15.2.2 16.5.2
	local bother rule first port call
	local -a calls fields sent=()
	local -A listens=()
	mkdir "$BATS_TEST_TMPDIR/calls"
	db 'DELETE FROM account'
	mapfile -t calls < <(ready_calls)
	same "${#calls[@]}" 14
	port=0
	while read -r bother rule; do
		[[ -n $bother ]] || continue
		((port % 10 != 0)) || first=$(free_ports 10)
		listens[$bother]=127.0.0.1:$((first + port % 10))
		bothered_start "$bother" $((first + port % 10))
		port=$((port + 2))
	done <<<"$BOTHERS"
	while read -r bother rule; do
		[[ -n $bother ]] || continue
		server_wait "other-$bother" "127.0.0.1:$((${listens[$bother]#*:} + 1))"
		[[ $rule != *connect* ]] || rule="drop statement ."$'\n'$rule
		printf '%s\n' "$rule" >"$STACK/lossy-db-$bother/rules"
	done <<<"$BOTHERS"
	for bother in "${!listens[@]}"; do
		for call in "${calls[@]}"; do
			IFS=$'\t' read -ra fields <<<"$call"
			timed_call "$bother" "${listens[$bother]}" "${fields[@]}" >"$BATS_TEST_TMPDIR/calls/$bother.${fields[0]}" &
			sent+=($!)
		done
	done
	wait "${sent[@]}" || true
	bothered_stop
	cat "$BATS_TEST_TMPDIR"/calls/* | sort -k 4 -n >&2
	same "$(cat "$BATS_TEST_TMPDIR"/calls/* | wc -l)" $((8 * 14))
	same "$(cat "$BATS_TEST_TMPDIR"/calls/* | awk '$4 > 5.2 || $3 == "000"')" ''
	# Each was bothered indeed, and told so.
	same "$(cat "$BATS_TEST_TMPDIR"/calls/* | awk '$3 == 503 && $1 != "late" { print $1 }' | sort -u | wc -l)" 7
}
