# Two changes of one account at once: each meets what the other has done. The test holds the account's
# row until both wait for it, so that both have been judged before either is written.

load helper
load steps

readonly FRESH=himawari8kirin

teardown() {
	let_go
	db 'DROP TRIGGER IF EXISTS late'
	stack_restore
}

# Holds the row of $email's account.
hold_account() {
	hold_rows "SELECT id FROM account WHERE id = UNHEX('$id') FOR UPDATE"
}

# A call, its answer in files.
noted() { # NAME COMMAND...
	"${@:2}"
	printf '%s %s\n' "$status" "$(jq -r '.code // empty' <<<"$body")" >"$BATS_TEST_TMPDIR/$1.outcome"
	printf '%s' "$body" >"$BATS_TEST_TMPDIR/$1.body"
}

# One change: METHOD:PATH:MEMBER=VALUE,...
change() { # NAME CHANGE
	local method path members json=
	IFS=: read -r method path members <<<"$2"
	# shellcheck disable=SC2086 # words
	[[ -z $members ]] || json=$(json_object ${members//,/ })
	noted "$1" api "$method" "/v1/me$path" "$json" "$access"
}

outcome() { # NAME
	xargs <"$BATS_TEST_TMPDIR/$1.outcome"
}

# Two commands at once, each of words without spaces: both wait for the account, the first first.
both() { # FIRST SECOND
	local -a changing
	hold_account
	# shellcheck disable=SC2086 # words
	$1 &
	changing=($!)
	wait_until 10 waiting 1
	# shellcheck disable=SC2086 # words
	$2 &
	changing+=($!)
	wait_until 10 waiting 2
	let_go
	wait "${changing[@]}"
	outcomes="$(outcome first), $(outcome second)"
}

# A new account that is logged in: its $id.
new_member() {
	new_account
	logged_in "$email"
	id=$(db "SELECT HEX(id) FROM account WHERE login_id = '$email'")
}

# Both changes, of a new account, the first first; $outcomes are theirs.
at_once() { # FIRST SECOND
	new_member
	wait_until 10 mail_is_finished
	mails=$(mail_count "$email")
	both "change first ${1//@/$email}" "change second ${2//@/$email}"
}

# A new member who has asked for other.@, and the link that confirms it: $confirmation.
new_member_asks_for_address() {
	new_member
	change asked "${EMAIL//@/$email}"
	same "$(outcome asked)" 202
	mail_token "other.$email" 1 confirmation
}

# By the link $confirmation.
confirm_address() {
	noted first api POST /v1/me/email/confirmation '' "$confirmation"
}

# How often something happened to the account, by number of audit.h.
happened() { # WHAT
	db "SELECT COUNT(*) FROM audit_event WHERE account_id = UNHEX('$id') AND event = $1"
}

# Nobody's tries at the current password count.
nothing_is_counted() {
	same "$(db 'SELECT COUNT(*) FROM limit_counter WHERE limit_id IN (LIMIT_CURRENT_PASSWORD, LIMIT_PASSWORD_GUESSES) AND count > 0')" 0
}

readonly RIGHT=current_password=$PASSWORD
readonly TO_FRESH=PUT:/password:$RIGHT,password=$FRESH,password_confirmation=$FRESH
readonly TO_OTHER=PUT:/password:$RIGHT,password=nezumi8tokei,password_confirmation=nezumi8tokei
readonly TO_THE_SAME=PUT:/password:$RIGHT,password=$PASSWORD,password_confirmation=$PASSWORD
readonly EMAIL=PUT:/email:$RIGHT,email=other.@
readonly THIRD=PUT:/email:$RIGHT,email=third.@
readonly LOGIN_ID=PUT:/login-id:$RIGHT,login_id=id.@
readonly LEAVE=DELETE::$RIGHT
readonly NICKNAME=PATCH::nickname=taro
readonly LANGUAGE=PATCH::language=en
readonly WITHDRAW=DELETE:/pending-email:

@test "the same new password twice at once: 204 both times, one notification, and the session lives" { # asvs 2.3.4 15.4.2
	at_once "$TO_FRESH" "$TO_FRESH"
	same "$outcomes" "204, 204"
	is_logged_in "$access"
	nothing_is_counted
	same "$(happened 8)" 1
	wait_until 10 mail_is_finished
	same "$(mail_count "$email")" $((mails + 1))
	logged_in "$email" "$FRESH"
}

@test "two new passwords at once: the second's current one is wrong, which costs no try, and the session lives" { # asvs 2.3.4 6.2.3 15.4.2
	at_once "$TO_FRESH" "$TO_OTHER"
	same "$outcomes" "204, 403 current_password_wrong"
	same "$(jq .attempts_left "$BATS_TEST_TMPDIR/second.body")" 5
	is_logged_in "$access"
	nothing_is_counted
	same "$(happened 8) $(happened 11)" "1 0"
	wait_until 10 mail_is_finished
	same "$(mail_count "$email")" $((mails + 1))
	refresh_login "$refresh"
	want 200
	change_password "$access" "$FRESH" nezumi8tokei
	want 204
}

# The second is let in before the first is written, and compares its current password afterwards.
@test "a change that was let in before another set the password is no guess" { # asvs 2.3.4 6.2.3 15.4.2
	while read -r name wanted; do
		new_member
		hold_account
		change first "$TO_FRESH" &
		changing=($!)
		wait_until 10 waiting 1
		db 'CREATE TRIGGER late BEFORE INSERT ON limit_counter FOR EACH ROW SET @slept = IF(NEW.limit_id = LIMIT_CURRENT_PASSWORD, SLEEP(1.5), 0)'
		change second "${!name//@/$email}" &
		changing+=($!)
		wait_until 5 eval '[[ $(db "SELECT COUNT(*) FROM information_schema.processlist WHERE state = \"User sleep\"") == 1 ]]'
		let_go
		wait "${changing[@]}"
		db 'DROP TRIGGER late'
		same "$name: $(outcome first), $(outcome second)" "$name: 204, $wanted"
		[[ $wanted == 204 ]] || same "$(jq .attempts_left "$BATS_TEST_TMPDIR/second.body")" 5
		is_logged_in "$access"
		nothing_is_counted
		same "$(happened 8) $(happened 11)" "1 0"
	done <<-'ROWS'
		TO_FRESH  204
		TO_OTHER  403 current_password_wrong
		LOGIN_ID  403 current_password_wrong
		EMAIL     403 current_password_wrong
		LEAVE     403 current_password_wrong
	ROWS
}

@test "what else is asked for while the password changes" { # asvs 2.3.4 15.4.2
	while read -r name wanted; do
		at_once "$TO_FRESH" "${!name}"
		same "$name: $outcomes" "$name: 204, $wanted"
		is_logged_in "$access"
		nothing_is_counted
		same "$(db "SELECT login_id, email, COALESCE(pending_email, '-') FROM account WHERE id = UNHEX('$id')")" "$email	$email	-"
		same "$(mail_count "other.$email")" 0
		same "$(db 'SELECT COALESCE(SUM(count), 0) FROM limit_counter WHERE limit_id IN (LIMIT_LOGIN_ID_TRIES, LIMIT_ADDRESS_CHANGES)')" 0
	done <<-'ROWS'
		LOGIN_ID  403 current_password_wrong
		EMAIL     403 current_password_wrong
		LEAVE     403 current_password_wrong
		NICKNAME  200
		WITHDRAW  204
	ROWS
	# The password is still that: it may be sent again as it is.
	at_once "$TO_THE_SAME" "$LOGIN_ID"
	same "$outcomes" "204, 503 unavailable"
	change again "${LOGIN_ID//@/$email}"
	same "$(outcome again)" 204
}

@test "the same login ID, the same address, twice at once: told once" { # asvs 2.3.4 15.4.2
	at_once "$LOGIN_ID" "$LOGIN_ID"
	same "$outcomes" "204, 204"
	same "$(happened 14)" 1
	wait_until 10 mail_is_finished
	same "$(mail_count "$email")" $((mails + 1))

	at_once "$EMAIL" "$EMAIL"
	same "$outcomes" "202, 202"
	wait_until 10 mail_is_finished
	same "$(mail_count "$email") $(mail_count "other.$email")" "$((mails + 1)) 1"
}

@test "a password that changes just after an address was asked for ends that" { # asvs 7.4.3 15.4.2
	at_once "$EMAIL" "$TO_FRESH"
	same "$outcomes" "202, 204"
	api GET /v1/me '' "$access"
	same "$(jq -r .pending_email <<<"$body")" null
	wait_until 10 mail_is_finished
	if [[ $(mail_count "other.$email") != 0 ]]; then
		api POST /v1/me/email/confirmation '' "$(mail_token "other.$email")"
		want 401 token_spent
	fi
}

# The change is let in before the link makes other.@ the proven address, and waits for it.
@test "a change that meets the confirmation of an address is told to that address" { # asvs 6.3.7 15.4.2
	for name in TO_FRESH LOGIN_ID THIRD LEAVE; do
		new_member_asks_for_address
		wait_until 10 mail_is_finished
		mails=$(mail_count "$email")
		both confirm_address "change second ${!name//@/$email}"
		same "$name: $outcomes" "$name: 204, $([[ $name == THIRD ]] && echo 202 || echo 204)"
		wait_until 10 mail_is_finished
		same "$name: $(mail_count "$email") $(mail_count "other.$email")" "$name: $((mails + 1)) 2"
	done
}

# The log-in is judged before the link makes other.@ the proven address.
@test "a log-in after failures that meets the confirmation of an address is told to that address" { # asvs 6.3.5 15.4.2
	new_member_asks_for_address
	failed "$email" 5
	db 'UPDATE limit_counter SET locked_until = 0'
	wait_until 10 mail_is_finished
	mails=$(mail_count "$email")
	both confirm_address "noted second log_in $email"
	same "$outcomes" "204, 201"
	wait_until 10 mail_is_finished
	same "$(mail_count "$email") $(mail_count "other.$email")" "$((mails + 1)) 2"
	[[ $(mail_part "other.$email" text 2) == *ログインの失敗が何度か続いたあと* ]]
}

@test "a log-in that meets another login ID fails, and makes no source known" { # asvs 15.4.2
	new_member
	both "change first ${LOGIN_ID//@/$email}" "noted second log_in $email"
	same "$outcomes" "204, 401 login_failed"
	same "$(db 'SELECT COUNT(*) FROM limit_counter WHERE limit_id = LIMIT_KNOWN_SOURCE_FAILURES AND window_ends_at > UNIX_TIMESTAMP()')" 0
	is_logged_in "$access"
}

@test "a password that meets another login ID makes the source known for that one" { # asvs 15.4.2
	at_once "$LOGIN_ID" "$TO_FRESH"
	same "$outcomes" "204, 204"
	same "$(ctl member show --json "$id" | jq .known_sources)" 1

	new_member
	ask_reset "$email"
	both "change first ${LOGIN_ID//@/$email}" "noted second reset_password $reset $FRESH"
	same "$outcomes" "204, 204"
	same "$(ctl member show --json "$id" | jq .known_sources)" 1
	logged_in "id.$email" "$FRESH"
}

@test "who leaves leaves once; nothing else is done to who has left" { # asvs 2.3.4 15.4.2
	for name in LEAVE TO_FRESH LOGIN_ID EMAIL NICKNAME WITHDRAW; do
		at_once "$LEAVE" "${!name}"
		same "$name: $outcomes" "$name: 204, 401 login_required"
		wait_until 10 mail_is_finished
		same "$(mail_count "$email") $(mail_count "other.$email")" "$((mails + 1)) 0"
		same "$(db "SELECT GROUP_CONCAT(event ORDER BY event) FROM audit_event WHERE account_id = UNHEX('$id')")" 1,2,17
	done
}

@test "nickname and language at once: each answer shows what is stored" {
	at_once "$NICKNAME" "$LANGUAGE"
	same "$outcomes" "200, 200"
	same "$(jq -r '.nickname + " " + .language' "$BATS_TEST_TMPDIR/second.body")" "taro en"
}

# What a change of $email's account would change.
changed() {
	db 'SELECT * FROM outbox; SELECT * FROM audit_event' | sha256sum
	db "SELECT login_id, email, pending_email, HEX(password_hash), nickname FROM account WHERE login_id = '$email'"
}

@test "a session that ends while it changes something changes nothing" { # asvs 7.4.1 7.4.3 7.4.5 15.4.2
	new_account
	id=$(db "SELECT HEX(id) FROM account WHERE login_id = '$email'")
	wait_until 10 mail_is_finished
	for ended in "DELETE FROM session" "UPDATE account SET generation = generation + 1 WHERE login_id = '@'" "UPDATE account SET state = ACCOUNT_DISABLED WHERE login_id = '@'"; do
		for name in TO_FRESH LOGIN_ID EMAIL LEAVE NICKNAME WITHDRAW; do
			db "UPDATE account SET state = ACCOUNT_ACTIVE, pending_email = 'waits.$email' WHERE login_id = '$email'"
			logged_in "$email"
			before=$(changed)
			hold_account
			change first "${!name//@/$email}" &
			wait_until 10 waiting 1
			let_go "${ended/@/$email}"
			wait $!
			same "$name: $(outcome first)" "$name: 401 login_required"
			same "$(changed)" "$before"
			nothing_is_counted
		done
	done
}

@test "one reset link, two passwords at once: the first is set, the second's link is spent" { # asvs 2.3.4 6.5.1 15.4.2
	new_account
	id=$(db "SELECT HEX(id) FROM account WHERE login_id = '$email'")
	ask_reset "$email"
	hold_account
	(reset_password "$reset" "$FRESH"; echo "$status" >"$BATS_TEST_TMPDIR/first.outcome") &
	resetting=($!)
	wait_until 10 waiting 1
	(reset_password "$reset" nezumi8tokei; echo "$status $(field .code)" >"$BATS_TEST_TMPDIR/second.outcome") &
	resetting+=($!)
	wait_until 10 waiting 2
	let_go
	wait "${resetting[@]}"
	same "$(outcome first), $(outcome second)" "204, 401 token_spent"
	logged_in "$email" "$FRESH"
}

@test "two reset links at once: the first sets its password, the second is over" { # asvs 2.3.4 6.4.3 6.5.1 15.4.2
	new_account
	id=$(db "SELECT HEX(id) FROM account WHERE login_id = '$email'")
	ask_reset "$email"
	links=("$reset")
	mail_interval_ends
	wait_until 10 mail_is_finished
	ask_reset "$email"
	links+=("$reset")
	mails=$(mail_count "$email")
	hold_account
	(reset_password "${links[0]}" "$FRESH"; echo "$status" >"$BATS_TEST_TMPDIR/first.outcome") &
	resetting=($!)
	wait_until 10 waiting 1
	(reset_password "${links[1]}" nezumi8tokei; echo "$status $(field .code)" >"$BATS_TEST_TMPDIR/second.outcome") &
	resetting+=($!)
	wait_until 10 waiting 2
	let_go
	wait "${resetting[@]}"
	same "$(outcome first), $(outcome second)" "204, 401 token_spent"
	same "$(happened AUDIT_PASSWORD_RESET)" 1
	logged_in "$email" "$FRESH"
	wait_until 10 mail_is_finished
	same "$(mail_count "$email")" $((mails + 1))
}

# What another transaction has written counts for nobody before it is committed, and for everybody then.
@test "a log-in that meets a change of its account that is not committed yet" { # asvs 7.4.2 7.4.3 15.4.2
	local change finish wanted
	at_account_step "$(new_email)" "$(new_person)"
	create_account "$stage_token" "$(new_email)" "password=$FRESH" "password_confirmation=$FRESH"
	want 201
	fresh=$(db "SELECT password_hash FROM account WHERE login_id = '$(field .account.login_id)'")
	while IFS='|' read -r change finish wanted; do
		new_account
		wait_until 10 mail_is_finished
		rm -f "$BATS_TEST_TMPDIR/met.outcome"
		hold_rows "${change/@/"$email"}"
		log_in "$email" "$FRESH"
		want 401 login_failed
		(log_in "$email"; echo "$status $(jq -r '.code // empty' <<<"$body")" >"$BATS_TEST_TMPDIR/met.outcome") &
		meeting=$!
		wait_until 10 eval 'waiting 1 || [[ -s $BATS_TEST_TMPDIR/met.outcome ]]'
		let_go "$finish"
		wait "$meeting"
		same "$change $finish: $(outcome met)" "$change $finish: $wanted"
		same "$(db "SELECT COUNT(*) FROM session s JOIN account a ON a.id = s.account_id WHERE a.login_id = '$email'")" "$([[ $wanted == 201 ]] && echo 1 || echo 0)"
	done <<-ROWS
		UPDATE account SET password_hash = '$fresh', generation = generation + 1 WHERE login_id = '@'||401 login_failed
		UPDATE account SET password_hash = '$fresh', generation = generation + 1 WHERE login_id = '@'|ROLLBACK|201
		UPDATE account SET state = ACCOUNT_DISABLED WHERE login_id = '@'||401 login_failed
		DELETE FROM account WHERE login_id = '@'||401 login_failed
	ROWS
}
