# One insurance card and its neighbours: numbers follow one another, so whoever has one can try the
# next. How many right numbers a source may send in a day is the limit `source_persons`.

load helper
load steps

teardown() {
	heal
	stack_restore
}

heal() {
	db 'DROP TRIGGER IF EXISTS neighbours; DROP TRIGGER IF EXISTS neighbours_audit'
}

# A second server on which the limit is so small; asked as if from another address.
few_persons() { # COUNT [SETTING=value...]
	start_other TRUSTED_PROXIES=127.0.0.1 "LIMITS=$LIMITS,source_persons=$1" "${@:2}"
	BASE_URL=http://$OTHER_LISTEN
	at 203.0.113.10
}

at() { # ADDRESS
	REQUEST_HEADERS=("X-Forwarded-For: $1")
}

# A link of its own for a number: sets $email, $invitation and $identity_body.
has_link() { # NUMBER [BIRTH-DATE]
	email=$(new_email)
	invite "$email" && captcha_for "$invitation" >/dev/null && identity_body=$(identity_json "$@")
}

send() {
	api POST /v1/registration/identity "$identity_body" "$invitation"
}

granted() { has_link "$(new_person)" && send && want 200; }
refused() { has_link "$(new_person)" && send && want 429 too_many_tries; }
wrong() { has_link "8888$RANDOM$RANDOM" && send && want 422 identity_mismatch; }

# What is counted: of the source, and of the prefix around it where there is one.
counted() {
	db 'SELECT GROUP_CONCAT(count ORDER BY count) FROM limit_counter WHERE limit_id = LIMIT_SOURCE_PERSONS'
}

# Of the link of the last request: tries, and spent CAPTCHAs and links of all.
spent() {
	db 'SELECT (SELECT COALESCE(SUM(count), 0) FROM limit_counter WHERE limit_id = LIMIT_IDENTITY_TRIES), (SELECT COUNT(*) FROM spent_token)'
}

in_log() {
	grep -c '"event":"limit_reached","limit":"source_persons"' "$STACK/other.log" || true
}

in_trail() {
	db 'SELECT COUNT(*) FROM audit_event WHERE event = AUDIT_IDENTITY_LIMIT_REACHED'
}

# Without what differs in any two answers.
answer() {
	printf '%s\n' "$status"
	grep -v -i -e '^X-Request-Id' -e '^Date' -e '^RateLimit:' <<<"$headers"
	body_without_id
}

@test "of thirty neighbours of one card twenty become accounts in a day, and no more" { # asvs 2.4.1 6.1.1
	local card accounts=0 i
	start_other TRUSTED_PROXIES=127.0.0.1 LIMITS=source_mails=1000000
	BASE_URL=http://$OTHER_LISTEN
	at 203.0.113.11
	card=$(new_person)
	printf '%s\n' "$((${card%900} + 30))" >"$STACK/persons"
	for ((i = 0; i < 30; i++)); do
		has_link "$((${card%900} + i))900"
		send
		[[ $status == 200 ]] || continue
		confirm_key "$(mail_token "$email" 2)" "$(field .authentication_key)"
		create_account "$(field .stage_token)" "$email"
		want 201
		accounts=$((accounts + 1))
	done
	same "$accounts" 20
	want 429 too_many_tries
	# The day begins with the first of them.
	(($(header Retry-After) > 86000 && $(header Retry-After) <= 86400))
	at 203.0.113.12
	granted
}

@test "beyond the limit every number gets one answer, and nothing is spent on it" { # asvs 2.2.3 2.3.2 6.3.8
	few_persons 2
	granted
	at 203.0.113.99
	granted
	has_account=$email
	confirm_key "$(mail_token "$email" 2)" "$(field .authentication_key)"
	create_account "$(field .stage_token)" "$has_account"
	want 201
	person=$(db "SELECT p.lookup FROM insured_person p JOIN account a ON a.person_id = p.id WHERE a.login_id = '$has_account'")
	at 203.0.113.10
	granted
	# One whose number is right, one who has an account, one whose number is nobody's, a wrong date, a wrong CAPTCHA.
	answers=()
	has_link "$(new_person)"
	right_link=$invitation right_body=$identity_body
	before=$(spent)
	send
	first=$(answer)
	want 429 too_many_tries
	same "$(field .attempts_left)" 5
	for number in "$person" "8888$RANDOM$RANDOM" "$(new_person) 1970-01-01"; do
		# shellcheck disable=SC2086 # number and date
		has_link $number
		send
		same "$(answer | sed 's/^Retry-After: 8[56].*/Retry-After: a day/')" "$(sed 's/^Retry-After: 8[56].*/Retry-After: a day/' <<<"$first")"
	done
	identity_body=$(jq -c '.captcha_answer = "AAAAAA"' <<<"$identity_body")
	send
	same "$(answer | sed 's/^Retry-After: 8[56].*/Retry-After: a day/')" "$(sed 's/^Retry-After: 8[56].*/Retry-After: a day/' <<<"$first")"
	same "$(spent)" "$before"
	# Neither link nor CAPTCHA: from elsewhere the same body is good.
	at 203.0.113.12
	invitation=$right_link identity_body=$right_body
	send
	want 200
}

@test "a wrong number costs none of them, nor a wrong CAPTCHA, a wrong date, the same again" { # asvs 2.3.2
	few_persons 2
	for _ in 1 2 3; do
		wrong
		send # the same again
		want 422 identity_mismatch
	done
	same "$(counted)" 0
	has_link "$(new_person)" 1970-01-01
	send
	want 422 identity_mismatch
	same "$(counted)" 0
	has_link "$(new_person)"
	right=$identity_body
	identity_body=$(jq -c '.captcha_answer = "AAAAAA"' <<<"$identity_body")
	send
	want 422 captcha_wrong
	same "$(counted)" 0

	granted
	granted
	same "$(counted)" 2
	# The same step again, with the same CAPTCHA and with another, also beyond the limit.
	for _ in 1 2 3; do
		send
		want 200
	done
	captcha_for "$invitation" >/dev/null
	identity_body=$(jq -c --arg token "$captcha_token" --arg answer "$captcha_answer" '.captcha_token = $token | .captcha_answer = $answer' <<<"$identity_body")
	mail_interval_ends
	send
	want 200
	mail_arrives "$email" 3 # the second link again
	# And another number on a used link is what it always was.
	identity_body=$(jq -c '.insured_number = "888800"' <<<"$identity_body")
	send
	want 401 token_spent
	same "$(counted)" 2
	refused
	same "$(counted)" 2
}

@test "who has an account counts like who has none" { # asvs 6.3.8
	new_account
	taken=$number
	few_persons 1
	has_link "$taken"
	send
	want 200
	refused
}

# Links for these numbers, each sent at once with the others: all have asked whether there is room before the first has taken
# any. Prints how many answers there were of each status.
at_once() { # NUMBER...
	local number i pids=() links=() bodies=()
	for number; do
		has_link "$number"
		links+=("$invitation") bodies+=("$identity_body")
	done
	db 'CREATE TRIGGER neighbours BEFORE INSERT ON limit_counter FOR EACH ROW SET @slept = IF(NEW.limit_id = LIMIT_SOURCE_PERSONS, SLEEP(0.7), 0)'
	for i in "${!links[@]}"; do
		(
			invitation=${links[i]} identity_body=${bodies[i]}
			send
			printf '%s\n' "$status" >"$BATS_TEST_TMPDIR/at_once.$i"
		) &
		pids+=("$!")
	done
	wait "${pids[@]}"
	heal
	sort "$BATS_TEST_TMPDIR"/at_once.* | uniq -c | xargs
}

@test "of many at once exactly so many are granted, and who was wrong holds no place" { # asvs 2.3.2 15.4.2
	local numbers=()
	few_persons 3
	for _ in 1 2 3 4 5 6; do
		numbers+=("$(new_person)")
	done
	same "$(at_once "${numbers[@]}")" '3 200 3 429'
	same "$(counted)" 3

	# Wrong ones take what is left for a moment: beyond that they are refused as right ones are.
	db 'DELETE FROM limit_counter'
	granted
	same "$(at_once 888801 888802 888803 888804 888805 888806 | sed 's/[2-6] 422 [1-4] 429\|6 422/some wrong/')" 'some wrong'
	same "$(counted)" 1
	granted
	granted
	refused
}

# The same body at once: the link is spent once, and counted once.
@test "a double click counts once" { # asvs 15.4.2
	local i pids=()
	few_persons 9
	has_link "$(new_person)"
	db 'CREATE TRIGGER neighbours BEFORE INSERT ON outbox FOR EACH ROW SET @slept = SLEEP(0.5)'
	for i in 1 2 3; do
		(send; printf '%s\n' "$status" >"$BATS_TEST_TMPDIR/click.$i") &
		pids+=("$!")
	done
	wait "${pids[@]}"
	heal
	same "$(cat "$BATS_TEST_TMPDIR"/click.* | xargs)" '200 200 200'
	same "$(counted)" 1
}

# Whoever sends several numbers through one link at once is told of each whether it is right.
@test "a right number counts, also where its link was spent on another at that moment" { # asvs 2.3.2 15.4.2
	local i bodies=() pids=()
	few_persons 2
	logged=$(in_log)
	kept=$(in_trail)
	has_link "$(new_person)"
	bodies=("$identity_body")
	captcha_for "$invitation" >/dev/null
	bodies+=("$(identity_json "$(new_person)")")
	db 'CREATE TRIGGER neighbours BEFORE INSERT ON limit_counter FOR EACH ROW SET @slept = IF(NEW.limit_id = LIMIT_IDENTITY_TRIES, SLEEP(0.5), 0)'
	for i in 0 1; do
		(identity_body=${bodies[i]}; send; printf '%s\n' "$status" >"$BATS_TEST_TMPDIR/one_link.$i") &
		pids+=("$!")
	done
	wait "${pids[@]}"
	heal
	same "$(sort "$BATS_TEST_TMPDIR"/one_link.* | xargs)" '200 401'
	same "$(counted)" 2
	same "$(in_log) $(in_trail)" "$((logged + 1)) $((kept + 1))"
	refused
}

@test "what the database rejected is given back, and the same body counts once" { # asvs 2.3.3 16.5.2
	few_persons 1
	has_link "$(new_person)"
	for error in 'SIGNAL SQLSTATE "HY000" SET MYSQL_ERRNO = 1969' 'SIGNAL SQLSTATE "45000"'; do
		db "CREATE TRIGGER neighbours BEFORE INSERT ON outbox FOR EACH ROW $error"
		send
		heal
		[[ $status == 50[03] ]]
		same "$(counted)" 0
	done
	# While the person is looked up: the table is locked for longer than a statement may take.
	db 'LOCK TABLES insured_person WRITE; DO SLEEP(9)' &
	locked=$!
	wait_until 5 eval '[[ $(db "SELECT COUNT(*) FROM information_schema.processlist WHERE state = \"User sleep\"") == 1 ]]'
	send
	want 503 unavailable
	same "$(counted)" 0
	wait "$locked"
	# The last there is: reached, in one transaction with the trail.
	db 'CREATE TRIGGER neighbours_audit BEFORE INSERT ON audit_event FOR EACH ROW SIGNAL SQLSTATE "HY000" SET MYSQL_ERRNO = 1969'
	send
	heal
	want 503 unavailable
	same "$(counted)" 0
	send
	want 200
	same "$(counted)" 1
	send
	want 200
	refused
}

@test "the limit that is reached is told in the log and in the trail, once" { # asvs 16.3.3
	few_persons 2
	logged=$(in_log)
	kept=$(in_trail)
	granted
	wrong # for a moment it is the second
	wrong
	same "$(in_log) $(in_trail)" "$logged $kept"
	granted
	same "$(in_log) $(in_trail)" "$((logged + 1)) $((kept + 1))"
	at_request=$(header X-Request-Id)
	same "$(ctl audit --json | jq -c ".events[] | select(.request == \"$at_request\") | [.event, .account, .network]")" '["identity_limit_reached",null,"203.0.113.0"]'
	send # the same again
	refused
	refused
	mail_arrives "$email" 1
	same "$(in_log) $(in_trail)" "$((logged + 1)) $((kept + 1))"
	never grep -q -F 203.0.113.10 "$STACK/other.log"
}

@test "behind one gateway there are a hundred times as many, and in a /48 sixteen" { # asvs 6.1.1
	few_persons 1 SHARED_NETWORKS=203.0.113.0/24
	granted
	db 'UPDATE limit_counter SET count = 99 WHERE limit_id = LIMIT_SOURCE_PERSONS'
	granted
	refused
	at 203.0.114.1
	granted
	refused

	db 'DELETE FROM limit_counter'
	at 2001:db8:24:1::1
	granted
	refused
	at 2001:db8:24:2::1
	wrong
	granted
	same "$(counted)" 1,1,2
	db 'UPDATE limit_counter SET count = 15 WHERE limit_id = LIMIT_SOURCE_PERSONS AND count = 2'
	at 2001:db8:24:3::1
	wrong
	granted
	at 2001:db8:24:4::1
	refused
	same "$(counted)" 1,1,1,16 # what the source had taken went with what its prefix refused
	at 2001:db8:25:4::1
	granted
}

@test "a service that asks for no birth date says at its start what that means, once" { # asvs 13.4.2
	said() { grep -c '"event":"birth_date_not_asked"' "$STACK/other.log" || true; }
	start_other
	stop_other # all that it has to say is in its log then
	before=$(said)
	start_other IDENTITY_BIRTH_DATE=yes
	stop_other
	same "$(said)" "$before"
	start_other IDENTITY_BIRTH_DATE=no
	stop_other
	same "$(said)" "$((before + 1))"
	grep '"event":"birth_date_not_asked"' "$STACK/other.log" | tail -n 1 | jq -e '.source_persons == 1000000 and (.why | contains("IDENTITY_BIRTH_DATE"))'
}
