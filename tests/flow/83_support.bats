# A member on the phone: the calls of docs/support.md, with the commands that stand there; and acts that meet others.
# bats file_tags=plain

bats_require_minimum_version 1.5.0
load helper
load steps
load operator

teardown() {
	let_go
	stack_restore
}

@test "1, 2: no mail came: it is sent again with the same link, whatever the pause" {
	new_email email
	new_person number
	invite "$email"
	mail_interval_goes_on
	wait_until 10 mail_is_finished
	typed=("$email" "$email")
	answer_call 1 2
	grep -qE 'invitation +sent' <<<"$told"
	same "$(told_of 'next step') $(told_of 'tries left')" "identity 5"
	typed=("${email^^}" "$email")
	answer_call 1
	same "$(mail_token "$email" 2 | cut -d. -f2 | tr '_-' '/+' | base64 -d 2>/dev/null | jq -r .jti)" \
		"$(cut -d. -f2 <<<"$invitation" | tr '_-' '/+' | base64 -d 2>/dev/null | jq -r .jti)"
	mail_token "$email" 2 invitation
	same "$(db 'SELECT count FROM limit_counter WHERE limit_id = LIMIT_INVITATION_MAIL')" 2

	identify "$invitation" "$number"
	want 200
	field .authentication_key key
	mail_arrives "$email" 3
	wait_until 10 mail_is_finished
	confirm_key "$(mail_token "$email" 3)" ABCDEFGHJ2
	want 422 authentication_key_wrong
	typed=("$number" "$email")
	answer_call 2 2
	same "$(told_of 'next step') $(told_of 'tries left') $(told_of 'link is over')" "authentication-key 4 no"
	typed=("$number" "$email")
	answer_call 2
	mail_token "$email" 4 second_link
	confirm_key "$second_link" "$key"
	want 200
	field .stage_token stage_token

	# Used, over, gone to another address: not sent.
	typed=("$number" "$email")
	never answer_call 2
	create_account "$stage_token" "$email"
	want 201
	run --separate-stderr ctl member resend --reason x - <<<"$email"
	same "$status $stderr" "1 myportalctl: not sent: the person has an account by now"
	invite "other.$email"
	wait_until 10 mail_is_finished
	typed=("other.$email" "$email")
	never answer_call 1
	db "UPDATE outbox SET expires_at = UNIX_TIMESTAMP() WHERE kind = MAIL_INVITATION"
	run --separate-stderr ctl member resend --reason x - <<<"other.$email"
	same "$status $stderr" "1 myportalctl: not sent: its link is over; the member begins again, or member send-reset"
	same "$(ctl member find --json - <<<"other.$email" | jq -r '.found[].by')" registration
	same "$(mail_count "other.$email") $(mail_count "$email")" "1 5"
}

@test "3: another address, with proof by mail; the present one is told" { # asvs 6.3.7 6.4.6
	new_account
	logged_in "$email"
	api PUT /v1/me/email "$(json_object "email=third.$email" "current_password=$PASSWORD")" "$access"
	mail_token "third.$email" 1 third
	wait_until 10 mail_is_finished
	mail_count "$email" mails
	db 'UPDATE limit_counter SET count = 10 WHERE limit_id = LIMIT_ADDRESS_CHANGES' # the member has had ten
	typed=("$number" "new.$email")
	answer_call 3
	mail_token "new.$email" 1 confirmation
	mail_arrives "$email" $((mails + 1))
	is_in_mail "$email" $((mails + 1)) 別のメールアドレスに変える手続きを受け付けました
	same "$(ctl member find --json - <<<"new.$email" | jq -r '.found[].by')" "unconfirmed address"
	same "$(ctl member find --json - <<<"$email" | jq -r '.found[].by')" "login ID, address"
	ask_reset "$email"
	never reset_goes_to_new
	api POST /v1/me/email/confirmation '' "$third"
	want 401 token_spent
	is_logged_in "$access"
	api POST /v1/me/email/confirmation '' "$confirmation"
	want 204
	mail_interval_ends
	ask_reset "$email" "new.$email"
	reset_password "$reset" tsukimi9rakuda
	want 204

	run --separate-stderr ctl member set-email --reason x - <<<"$email
new.$email"
	same "$status $output" "0 it is the account's address already"
	ctl member disable --reason x - <<<"$email"
	run --separate-stderr ctl member set-email --reason x - <<<"$email
fourth.$email"
	same "$status $stderr" "1 myportalctl: the account is disabled, or its person has no access"
	same "$(mail_count "fourth.$email")" 0
}

# The last reset mail went to the new address.
reset_goes_to_new() {
	(($(mail_count "new.$email") > 1))
}

@test "4, 7, 9: locked, a lost phone, eligibility that an import ended" { # asvs 6.3.1 6.4.6 7.4.5
	new_account
	logged_in "$email"
	db 'DELETE FROM limit_counter'
	failed "$email" 5
	log_in "$email"
	want 401 login_failed
	typed=("$email")
	answer_call 4 2
	grep -qE 'login_failures +5 +100 +yes +20' <<<"$told"
	typed=("$email")
	answer_call 4
	log_in "$email"
	want 201
	db "UPDATE limit_counter SET count = 5 WHERE limit_id = LIMIT_CURRENT_PASSWORD"

	mail_count "$email" mails
	api POST /v1/recovery/password "{\"login_id\":\"$email\"}"
	mail_token "$email" $((mails + 1)) older
	mail_interval_goes_on
	typed=("${email^^}")
	answer_call 7
	never is_logged_in "$access"
	reset_password "$older" tsukimi9rakuda
	want 401 token_spent
	reset_password "$(mail_token "$email" $((mails + 2)))" tsukimi9rakuda
	want 204
	logged_in "$email" tsukimi9rakuda

	db "UPDATE insured_person SET eligible_until = '2026-04-01', roster_run = (SELECT MIN(id) FROM roster_run) WHERE lookup = '$number'"
	never is_logged_in "$access"
	typed=("$number")
	answer_call 9
	same "$(told_of eligible) $(told_of 'eligible until')" "no 2026-04-01"
	same "$(told_of 'changed by import')" "$(db 'SELECT LOWER(HEX(MIN(id))) FROM roster_run')"
	db "UPDATE insured_person SET eligible_until = NULL WHERE lookup = '$number'"
	is_logged_in "$access"
}

@test "5: a login ID that is another's address is freed, and its member is not locked out" { # asvs 6.3.7
	new_account
	victim=owner.$email taker=$email
	logged_in "$taker"
	api PUT /v1/me/login-id "$(json_object "login_id=$victim" "current_password=$PASSWORD")" "$access"
	want 204
	wait_until 10 mail_is_finished
	mail_count "$taker" mails
	typed=("$victim")
	answer_call 5
	is_logged_in "$access"
	logged_in "$taker"
	mail_arrives "$taker" $((mails + 1))
	is_in_mail "$taker" $((mails + 1)) 今のログインID
	never is_in_mail "$taker" $((mails + 1)) "$victim"
	registered "$victim" "$(new_person)"
	logged_in "$victim"

	run --separate-stderr ctl member release-login-id --reason x - <<<"$victim"
	same "$status $stderr" "1 myportalctl: not done: the login ID is the account's own proven address"
	# The address of the taker is a login ID of another by now: nobody is locked out for it.
	db "UPDATE account SET login_id = 'else.$taker' WHERE login_id = '$taker'; UPDATE account SET login_id = '$taker' WHERE login_id = '$victim'"
	run --separate-stderr ctl member release-login-id --reason x - <<<"else.$taker"
	same "$status" 1
	[[ $stderr == *"another account has this one's address as its login ID"* ]]
	logged_in "else.$taker"
}

@test "6: an impostor registered first: disabled, ended, and the owner registers" { # asvs 6.3.7
	thief=thief.$(new_email) number=$(new_person)
	at_account_step "$thief" "$number" # a second registration, in hand
	second=$stage_token
	db 'DELETE FROM limit_counter'
	identified "$thief" "$number" # and a third
	third_link=$second_link third_key=$key
	db 'DELETE FROM limit_counter'
	registered "$thief" "$number"
	logged_in "$thief"
	# The same step again would bring a second link as soon as nobody has the account.
	later_links=() later_bodies=() later_keys=()
	begins_later() {
		db 'DELETE FROM limit_counter'
		invite "$thief" && identify "$invitation" "$number" && want 200 || return 1
		later_links+=("$invitation") later_bodies+=("$identity_body") later_keys+=("$(field .authentication_key)")
	}
	begins_later

	new_email owner
	tries() { # what the owner's mail says
		db 'DELETE FROM limit_counter'
		invite "$owner" && identify "$invitation" "$number" && want 200 && mail_arrives "$owner" "$1"
	}
	tries 2
	is_in_mail "$owner" 2 '「パスワードを忘れた方」の手続きはなさらずに'
	is_in_mail "$owner" 2 "$SOCIETY_CONTACT_JA"
	typed=("$number")
	answer_call 6 2
	never is_logged_in "$access"
	tries 4
	never is_in_mail "$owner" 4 忘れた方
	is_in_mail "$owner" 4 利用を停止しています
	is_in_mail "$owner" 4 "$SOCIETY_CONTACT_JA"
	begins_later

	wait_until 10 mail_is_finished
	mail_count "$thief" thiefs_mails
	typed=("$number")
	answer_call 6
	same "$(db "SELECT COUNT(*) FROM account WHERE login_id = '$thief'")" 0
	mail_arrives "$thief" $((thiefs_mails + 1))
	# What the impostor still has in hand makes no account.
	create_account "$second" "$thief"
	want 401 token_spent
	confirm_key "$third_link" "$third_key"
	want 401 token_spent
	api GET /v1/registration/stage '' "$third_link"
	want 401 token_spent
	for i in 0 1; do
		db 'DELETE FROM limit_counter'
		api POST /v1/registration/identity "${later_bodies[i]}" "${later_links[i]}"
		want 200
		confirm_key "$(mail_token "$thief" $((thiefs_mails + 2 + i)))" "${later_keys[i]}"
		want 401 token_spent
	done
	db 'DELETE FROM limit_counter'
	registered "$owner" "$number"
	logged_in "$owner"
	same "$(ctl audit --json --person "$person" | jq -r '[.events[] | select(.operator) | .event] | sort | join(" ")')" \
		"account_disabled account_ended_by_operator"
}

@test "another office: the account stays, and is found by the new number; what was under way for either is over" {
	new_account
	logged_in "$email"
	old=$number new=$(new_person)
	at_account_step "late.$email" "$new"
	db "UPDATE insured_person SET birth_date = '1981-01-01' WHERE lookup = '$new'"
	typed=("$old" "${new%900}" 900)
	never answer_call '"I have moved'
	db "UPDATE insured_person SET birth_date = '1980-01-01', eligible_until = '2030-01-01' WHERE lookup = '$new'"
	typed=("$old" "${new%900}" 900)
	answer_call '"I have moved'
	is_logged_in "$access"
	create_account "$stage_token" "late.$email"
	want 401 token_spent
	same "$(ctl member find --json - <<<"$new" | jq -r '[.found[] | .by, .account != null] | @tsv')" "number	true"
	run ctl member find - <<<"$old"
	same "$status" 3
	same "$(ctl member show --json - <<<"$email" | jq -r .person.eligible_until)" 2030-01-01
	same "$(ctl audit --json --person "$person" | jq -r '[.events[] | select(.operator) | .event] | join(" ")')" person_moved
	# Nobody with an account is joined, and the own pair is no move.
	other=$new number=$(new_person)
	stored_account "$number" "other.$email" "other.$email"
	typed=("$number" "${other%900}" 900)
	never answer_call '"I have moved'
	typed=("$number" "${number%900}" 900)
	never answer_call '"I have moved'
}

@test "8: what an office's gateway and wrong birth dates have locked is unlocked" { # asvs 6.3.1
	start_other IDENTITY_BIRTH_DATE=yes TRUSTED_PROXIES=127.0.0.1 LIMITS=number_failures=1,source_identities=1
	new_email email
	new_person number
	invite "$email"
	from 203.0.113.9 identify "$invitation" "$number" 1980-01-02
	want 422 identity_mismatch
	from 203.0.113.9 identify "$invitation" "$number" 1980-01-01
	want 429 too_many_tries
	from 203.0.113.10 identify "$invitation" "$number" 1980-01-01
	want 422 identity_mismatch
	typed=("$number")
	answer_call 8 2
	grep -qE 'number_failures +1 ' <<<"$told"
	grep -qE 'source_identities +1 ' <<<"$told"
	typed=("$number")
	answer_call 8
	from 203.0.113.9 identify "$invitation" "$number" 1980-01-01
	want 200
}

# An account of a person, as a registration leaves it, but for a password that anybody knows.
stored_account() { # NUMBER LOGIN-ID ADDRESS [UNCONFIRMED]
	db "INSERT INTO account (id, person_id, login_id, password_hash, email, pending_email, nickname, language, created_at, password_changed_at)
		SELECT RANDOM_BYTES(16), id, '$2', 'x', '$3', NULLIF('${4-}', ''), 'x', 'ja', UNIX_TIMESTAMP(), UNIX_TIMESTAMP()
		FROM insured_person WHERE lookup = '$1'"
}

# --- meeting others -------------------------------------------------------------------------------

@test "an address that belongs to several is listed, each with its ids; nothing of it is whole" { # asvs 14.2.6
	new_email shared
	new_person number
	stored_account "$(new_person)" "$shared" "$shared"
	stored_account "$(new_person)" "second.$shared" "second.$shared" "$shared"
	stored_account "$number" "third.$shared" "$shared"
	invite "$shared"
	found=$(ctl member find --json - <<<"$shared")
	same "$(jq -r '.found[].by' <<<"$found" | sort | paste -sd,)" "address,login ID, address,registration,unconfirmed address"
	same "$(jq -r '.found[].account' <<<"$found" | sort -u | wc -l)" 4 # one of them none
	never grep -qE "${shared%@*}|${number%??}" <<<"$found"
	run --separate-stderr ctl member find - <<<"$(new_email)"
	same "$status $output$stderr" "3 myportalctl: nothing was found"
	run --separate-stderr ctl member find - <<<"!!"
	same "$status $output$stderr" "1 myportalctl: this is neither an address nor 番号 and 記号"
}

@test "two operators at once, an account that ended meanwhile, a database that is away" { # asvs 15.4.2
	new_email email
	new_person number
	stored_account "$number" "$email" "$email"
	id=$(db "SELECT LOWER(HEX(id)) FROM account WHERE login_id = '$email'")
	hold_rows "SELECT id FROM account WHERE login_id = '$email' FOR UPDATE"
	for n in 1 2; do
		{ status=0; ctl member disable --reason "operator $n" "$id" || status=$?; echo "$status"; } >"$BATS_TEST_TMPDIR/$n" 2>&1 3>&- &
	done
	wait_until 5 waiting 2
	let_go
	wait
	same "$(sort "$BATS_TEST_TMPDIR/1" "$BATS_TEST_TMPDIR/2" | paste -sd,)" \
		"0,0,disabled; its sessions and mailed links are over,was disabled already"
	same "$(ctl audit --json --account "$id" | jq '[.events[] | select(.event == "account_disabled")] | length')" 1

	# Whoever acts on an account that is being ended finds it gone, and nothing of the next one changes.
	hold_rows "DELETE FROM account WHERE id = UNHEX('$id')"
	{ status=0; ctl member enable --reason x "$id" || status=$?; echo "$status"; } >"$BATS_TEST_TMPDIR/3" 2>&1 3>&- &
	wait_until 5 waiting 1
	let_go
	wait
	same "$(tail -n 1 "$BATS_TEST_TMPDIR/3")" 3
	stored_account "$number" "$email" "$email"
	before=$(rows account outbox)
	for act in disable end logout send-reset release-login-id; do
		run ctl member "$act" --reason x "$id"
		same "$status" 3
	done
	same "$(rows account outbox)" "$before"

	db_stop
	for words in "member find -" "member show $id" "member end --reason x $id" "audit --account $id"; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr ctl $words <<<"$email"
		same "$words $status" "$words 7"
	done
}

@test "an account is ended while another registration of the person would create one: none is there afterwards" { # asvs 15.4.2
	number=$(new_person) first=first.$(new_email) late=late.$(new_email)
	at_account_step "$late" "$number"
	stored_account "$number" "$first" "$first"
	hold_rows "SELECT id FROM account WHERE login_id = '$first' FOR UPDATE"
	ctl member end --reason x - <<<"$first" >"$BATS_TEST_TMPDIR/ended" 2>&1 3>&- &
	ending=$!
	wait_until 5 waiting 1
	create_account "$stage_token" "$late" # the account is there still
	want 410 registration_over
	create_account "$stage_token" "$late" &
	creating=$!
	let_go
	wait "$creating"
	wait "$ending"
	same "$(<"$BATS_TEST_TMPDIR/ended")" "the account is deleted; the person may register again"
	same "$(db "SELECT COUNT(*) FROM account WHERE login_id IN ('$first', '$late')")" 0
	create_account "$stage_token" "$late"
	want 401 token_spent
}
