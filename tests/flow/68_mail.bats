# Mail as the operator has it: texts of a society's own, whom to ask, and the mails that wait or could not be sent.
# bats file_tags=plain

bats_require_minimum_version 1.5.0
load helper
load steps

teardown() {
	db 'DELETE FROM outbox WHERE state IN (OUTBOX_PENDING, OUTBOX_DEAD)'
	stack_restore
}

# A folder of texts of its own: an invitation.
own_templates() {
	templates=$BATS_TEST_TMPDIR/templates
	mkdir "$templates"
	printf 'Subject: %s\nButton: %s\n\n%s {society}\n\n{link}\n\n{until}\n' '【{society}】入会' 次へ ようこそ >"$templates/invitation.ja.txt"
	printf 'Subject: %s\nButton: %s\n\n%s {society}\n\n{link}\n\n{until}\n' 'Join {society}' Next Welcome >"$templates/invitation.en.txt"
}

@test "a society's own text stands in the place of ours, of that mail alone, and its link works" {
	own_templates
	restart_server "MAIL_TEMPLATES_FOLDER=$templates" SOCIETY_CONTACT_JA=$'総務課\n03-1234-5678'
	new_email email
	invite "$email"
	same "$(mail_part "$email" Subject)" "【$SOCIETY_NAME_JA】入会"
	mail_part "$email" text | tr -d "\r" >"$BATS_TEST_TMPDIR/text"
	same "$(head -n 1 "$BATS_TEST_TMPDIR/text")" "ようこそ $SOCIETY_NAME_JA"
	same "$(grep -A2 '^お問い合わせ先' "$BATS_TEST_TMPDIR/text")" $'お問い合わせ先\n総務課\n03-1234-5678'
	mail_part "$email" html | grep -q '>次へ</a></p>'
	captcha_for "$invitation" >/dev/null
	api POST /v1/registration/identity "$(identity_json "$(new_person)")" "$invitation"
	want 200
	mail_part "$email" Subject 2 | grep -q '認証キー入力のご案内'
}

@test "a fault in a text keeps the service from starting, and is said by file and line" {
	own_templates
	sed -i 's/{until}/{untli}/' "$templates/invitation.en.txt"
	never start_other "MAIL_TEMPLATES_FOLDER=$templates"
	rm -f "$STACK/other.pid" # it has ended, as it should
	jq -r 'select(.event == "not_started").why' "$STACK/other.log" | grep -q '^MAIL_TEMPLATES_FOLDER: invitation.en.txt:8: {untli} is no placeholder'
	run env "MAIL_TEMPLATES_FOLDER=$templates" "$BUILD/api/myportald" --check
	same "$status" 78
	[[ $output == *'settings: MAIL_TEMPLATES_FOLDER: invitation.en.txt:8: {untli} is no placeholder'* ]]
}

# Runs the operator's command; $output and $stderr are what was said. Fails unless it ended so.
ended() { # STATUS COMMAND...
	run --separate-stderr ctl "${@:2}"
	[[ $status == "$1" ]] && return 0
	printf 'status %s\n%s\n%s\n' "$status" "$output" "$stderr" >&2
	return 1
}

@test "mail check says each fault by file and line, and ends with the status of a faulty file" {
	own_templates
	ended 0 mail check "$templates"
	[[ $output == *'files:'*2* && $output == *'no fault'* ]]
	MAIL_TEMPLATES_FOLDER=$templates ended 0 --json mail check
	same "$(jq -c . <<<"$output")" '{"files":2,"message":"no fault"}'
	ended 0 mail check
	[[ $output == *'all texts are ours'* ]]
	printf 'x {y}\n' >>"$templates/invitation.ja.txt"
	printf 'x' >"$templates/invitaton.en.txt"
	ended 5 mail check "$templates"
	same "$(sort <<<"$stderr")" "invitation.ja.txt:9: {y} is no placeholder; {society}, {portal} and {contact} are, and those of our own template
invitaton.en.txt: no mail has this name; names are invitation.ja.txt, footer.en.html ...
myportalctl: 2 faults"
	ended 5 mail preview left --folder "$templates"
	ended 5 mail check "$templates/none"
}

@test "mail preview shows what would be sent, ours and a society's own, and mail template prints ours as a file" {
	own_templates
	ended 0 mail preview invitation --folder "$templates"
	[[ $output == "Subject: 【$SOCIETY_NAME_JA】入会"$'\n\n'"ようこそ $SOCIETY_NAME_JA"* ]]
	[[ $output == *"$SOCIETY_CONTACT_JA"* && $output == *"$PORTAL_URL/register/identity#token=xxx"* ]]
	ended 0 mail preview invitation --language en --html
	[[ $output == '<!DOCTYPE html>'*"$SOCIETY_NAME_EN"* ]]
	ended 0 --json mail preview left
	jq -e '(.subject | test("退会")) and (.text | test("約13か月")) and (.html | test("<p>"))' <<<"$output"
	for name in left footer invitation-over; do
		for language in ja en; do
			ended 0 mail template "$name" --language "$language"
			printf '%s\n' "$output" >"$templates/$name.$language.txt"
		done
	done
	ended 0 mail check "$templates"
	same "$(MAIL_TEMPLATES_FOLDER=$templates ctl mail preview left)" "$(ctl mail preview left)"
	ended 3 mail preview invitaton
	[[ $stderr == *'no mail has this name'*$'\n'*'  invitation'* ]]
	same "$(sed -n 's/^  //p' <<<"$stderr" | sort)" \
		"$(sed -n '/^| name | the mail |/,/^$/p' "$TREE/docs/mail.md" | cut -d '|' -f 2 | grep -oE '[a-z]+(-[a-z]+)*' | grep -vx name | sort)"
	ended 3 mail preview footer
	ended 2 mail preview
	ended 2 mail preview left --language fr
}

@test "mail test sends one mail with the settings as they are, prints the steps, and tells by its status" {
	new_email email
	ended 0 mail test - <<<"$email"
	[[ $stderr == *'< 220 '*$'\n'"> RCPT TO:<$email>"*$'\n< 250 '* && $output == *'the relay took the mail'* ]]
	mail_part "$email" Subject | grep -q テストメール
	mail_part "$email" text | grep -qF "$SOCIETY_CONTACT_JA"
	smtp_script 'rcpt 550 5.7.1 relaying denied'
	ended 1 mail test - --language en <<<"$email"
	[[ $stderr == *'< 550 5.7.1 relaying denied'* && $output == *'rejects this server or its account'*'SMTP_USER'* && $output == *'smtp 550 5.7.1'* ]]
	smtp_script 'rcpt 550 5.1.1 no such user'
	ended 1 mail test - <<<"$email"
	[[ $output == *'rejects this recipient for good'* ]]
	smtp_stop
	ended 1 mail test - <<<"$email"
	[[ $output == *'cannot be reached'* ]]
	ended 1 mail test - <<<'no address'
	[[ $stderr == *'this is no mail address'* ]]
	ended 2 mail test "$email"
	never grep -qF "$email" <<<"$stderr"
	same "$(mail_count "$email")" 1
	same "$(db 'SELECT COUNT(*) FROM outbox WHERE state = OUTBOX_PENDING')" 0
}

# A dead mail: its id in $mail, its address in $email.
dead_mail() {
	smtp_script 'rcpt 550 5.1.1 no such user'
	new_email email
	api POST /v1/registration/email "{\"email\":\"$email\"}"
	want 202 || return 1
	wait_until 10 mail_is_finished || return 1
	smtp_script ''
	mail=$(db "SELECT LOWER(HEX(id)) FROM outbox WHERE email = '$email' AND state = OUTBOX_DEAD")
	[[ -n $mail ]]
}

# A mail that waits after a failure, and that no worker holds.
waiting_mail() { # SMTP-RULE
	smtp_script "${1-rcpt 450}"
	new_email email
	api POST /v1/registration/email "{\"email\":\"$email\"}"
	want 202 || return 1
	wait_until 10 eval '[[ $(db "SELECT COUNT(*) FROM outbox WHERE email = \"$email\" AND last_error <> \"\" AND lease_until IS NULL") == 1 ]]' || return 1
	mail=$(db "SELECT LOWER(HEX(id)) FROM outbox WHERE email = '$email'")
	# It waits for longer than the test.
	db "UPDATE outbox SET next_try_at = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR WHERE id = UNHEX('$mail')"
	smtp_script ''
}

audited() { # EVENT
	db "SELECT COUNT(*) FROM audit_event WHERE event = $1 AND operator <> '' AND reason = 'the relay is mended'"
}

readonly WHY=(--reason 'the relay is mended')

state_of() { # MAIL
	ctl --json outbox show "$1" | jq -r .state
}

@test "outbox list shows what waits and what is dead, with the domain and no more of the address, by state, kind and age" {
	db 'DELETE FROM outbox'
	dead_mail
	dead=$mail dead_email=$email
	waiting_mail
	ended 0 --json outbox list
	same "$(jq -r '.mails[] | "\(.mail) \(.state) \(.kind)"' <<<"$output" | sort)" \
		"$(printf '%s\n' "$dead dead invitation" "$mail pending invitation" | sort)"
	same "$(jq -r --arg id "$dead" '.mails[] | select(.mail == $id) | "\(.to) \(.error) \(.tries)"' <<<"$output")" 'm***@example.jp smtp 550 5.1.1 1'
	never grep -qF "${dead_email%@*}" <<<"$output"
	ids() { ctl --json outbox list "$@" | jq -r '.mails[].mail'; }
	same "$(ids --state dead)" "$dead"
	same "$(ids --state pending)" "$mail"
	same "$(ids --state sent)" ''
	same "$(ids --kind password-reset)" ''
	same "$(ids --kind invitation --state dead)" "$dead"
	db "UPDATE outbox SET created_at = created_at - 7200 WHERE id = UNHEX('$dead')"
	same "$(ids --older-than 1h)" "$dead"
	same "$(ids --newer-than 90m)" "$mail"
	same "$(ids --older-than 3h)" ''
	same "$(ids --limit 1)" "$mail"
	ended 0 outbox list
	[[ $output == *"m***@example.jp"* ]]
	ended 2 outbox list --kind nosuch
	ended 2 outbox list --older-than 1w
	ended 2 outbox list --limit 0
	ended 0 --json outbox show "$dead"
	same "$(jq -r '"\(.state) \(.to) \(.language) \(.being_sent) \(.unconfirmed_copies)"' <<<"$output")" 'dead m***@example.jp ja false 0'
	ended 3 outbox show 00000000000000000000000000000000
}

@test "a dead mail is sent once more when an operator says so, with a reason in the audit trail" {
	dead_mail
	before=$(audited AUDIT_MAIL_RETRIED)
	ended 2 outbox retry "$mail"
	ended 0 outbox retry "$mail" "${WHY[@]}"
	mail_arrives "$email"
	wait_until 10 mail_is_finished
	same "$(mail_count "$email") $(state_of "$mail")" '1 sent'
	same "$(db "SELECT email, nickname FROM outbox WHERE id = UNHEX('$mail')")" $'\t'
	same "$(audited AUDIT_MAIL_RETRIED)" $((before + 1))
	api GET /v1/registration/stage '' "$(mail_token "$email")"
	want 200
	ended 1 outbox retry "$mail" "${WHY[@]}"
	[[ $stderr == *'was sent or dropped already'* ]]
	ended 3 outbox retry 00000000000000000000000000000000 "${WHY[@]}"
	same "$(audited AUDIT_MAIL_RETRIED)" $((before + 1))
	same "$(mail_count "$email")" 1
}

@test "of all dead mails those are sent that may be: no third copy, none after three days, and an over link says so" {
	db 'DELETE FROM outbox'
	dead_mail
	fresh=$email
	dead_mail
	over=$email
	db "UPDATE outbox SET created_at = created_at - 86400, expires_at = UNIX_TIMESTAMP() - 120 WHERE id = UNHEX('$mail')"
	dead_mail
	old=$mail old_email=$email
	db "UPDATE outbox SET created_at = created_at - 3 * 86400 - 90 WHERE id = UNHEX('$mail')"
	waiting_mail 'drop after-data'
	twice=$mail twice_email=$email
	smtp_script 'drop after-data'
	ended 0 outbox retry "$mail" "${WHY[@]}"
	wait_until 10 eval '[[ $(state_of "$twice") == dead ]]'
	smtp_script ''
	same "$(mail_count "$twice_email")" 2
	ended 1 outbox retry "$twice" "${WHY[@]}"
	[[ $stderr == *'twice and confirmed neither'* ]]
	ended 1 outbox retry "$old" "${WHY[@]}"
	[[ $stderr == *'more than three days ago'* ]]
	ended 0 --json outbox retry --dead --kind password-reset "${WHY[@]}"
	same "$(jq -c '[.due, .still_dead]' <<<"$output")" '[0,0]'
	ended 0 --json outbox retry --dead "${WHY[@]}"
	same "$(jq -c '[.due, .still_dead]' <<<"$output")" '[2,2]'
	mail_arrives "$fresh"
	mail_arrives "$over"
	wait_until 10 mail_is_finished
	mail_part "$over" text | grep -q '有効期限が過ぎてしまいました'
	mail_link "$fresh" | grep -q '#token='
	same "$(mail_count "$twice_email") $(mail_count "$old_email") $(mail_count "$fresh")" '2 0 1'
	ended 2 outbox retry "${WHY[@]}"
	ended 2 outbox retry "$old" --dead "${WHY[@]}"
	ended 2 outbox retry "$old" --kind left "${WHY[@]}"
}

@test "who leaves leaves no address in a dead mail, and is told all the same" {
	new_account && logged_in "$email"
	wait_until 10 mail_is_finished
	smtp_script 'rcpt 550 5.1.1 no such user'
	change_password "$access" "$PASSWORD" tsukimi9rakuda
	want 204
	wait_until 10 mail_is_finished
	smtp_script ''
	mail=$(db "SELECT LOWER(HEX(id)) FROM outbox WHERE email = '$email' AND state = OUTBOX_DEAD AND kind = MAIL_PASSWORD_CHANGED")
	mail_count "$email" mails
	api DELETE /v1/me "$(json_object current_password=tsukimi9rakuda)" "$access"
	want 204
	mail_arrives "$email" $((mails + 1))
	wait_until 10 mail_is_finished
	same "$(db "SELECT state = OUTBOX_DROPPED, email, nickname, last_error FROM outbox WHERE id = UNHEX('$mail')")" $'1\t\t\tsmtp 550 5.1.1'
	same "$(db "SELECT COUNT(*) FROM outbox WHERE email = '$email'")" 0
	ended 1 outbox retry "$mail" "${WHY[@]}"
}

@test "a mail that a worker holds is left to it: retry and drop say that it is busy, flush leaves it out" {
	smtp_script 'slow rcpt 3'
	new_email email
	api POST /v1/registration/email "{\"email\":\"$email\"}"
	want 202
	wait_until 10 eval '[[ $(db "SELECT COUNT(*) FROM outbox WHERE email = \"$email\" AND lease_until IS NOT NULL") == 1 ]]'
	mail=$(db "SELECT LOWER(HEX(id)) FROM outbox WHERE email = '$email'")
	ended 6 outbox retry "$mail" "${WHY[@]}"
	ended 6 outbox drop "$mail" "${WHY[@]}"
	[[ $stderr == *'is sending this mail just now'* ]]
	same "$(ctl --json outbox show "$mail" | jq .being_sent)" true
	db "UPDATE outbox SET next_try_at = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR WHERE state = OUTBOX_PENDING"
	ended 0 --json outbox flush "${WHY[@]}"
	same "$(jq .due <<<"$output")" 0
	mail_arrives "$email"
	wait_until 10 mail_is_finished
	same "$(mail_count "$email") $(state_of "$mail")" '1 sent'
}

@test "what waits is dropped for good, or due at once" {
	waiting_mail
	dropped=$mail dropped_email=$email
	ended 0 outbox drop "$mail" "${WHY[@]}"
	same "$(db "SELECT state = OUTBOX_DROPPED, email, finished_at IS NOT NULL FROM outbox WHERE id = UNHEX('$mail')")" $'1\t\t1'
	ended 1 outbox drop "$mail" "${WHY[@]}"
	dead_mail
	ended 0 outbox drop "$mail" "${WHY[@]}"
	same "$(db "SELECT COUNT(*) FROM outbox WHERE email = '$email'")" 0
	waiting_mail
	before=$(audited AUDIT_OUTBOX_FLUSHED)
	ended 2 outbox flush
	ended 0 --json outbox flush "${WHY[@]}"
	same "$(jq .due <<<"$output")" 1
	mail_arrives "$email"
	wait_until 10 mail_is_finished
	same "$(audited AUDIT_OUTBOX_FLUSHED)" $((before + 1))
	same "$(mail_count "$dropped_email") $(state_of "$dropped")" '0 dropped'
	ctl --json audit --limit 5 | jq -e '[.events[].event] | index("outbox_flushed") != null and index("mail_dropped") != null'
}

# What docs/mail.md tells to do, as it stands there. Its folder is the test's.
@test "every command of docs/mail.md does what it says" {
	local line
	own_templates
	myportalctl() { ctl "$@"; }
	dead_mail
	while read -r line; do
		line=${line//\/etc\/myportal\/mails/"$templates"}
		(cd "$BATS_TEST_TMPDIR" && eval "$line") <<<"$(new_email)" || return 1
	done < <(sed -n 's/^    \(myportalctl .*\)/\1/p' "$TREE/docs/mail.md" | grep -v 'outbox drop')
	[[ $(<"$BATS_TEST_TMPDIR/invitation.html") == '<!DOCTYPE html>'* && $(<"$BATS_TEST_TMPDIR/invitation.en.txt") == 'Subject: '* ]]
	wait_until 10 mail_is_finished
	same "$(mail_count "$email") $(state_of "$mail")" '1 sent'
	dead_mail
	eval "$(sed -n 's/^    \(myportalctl outbox drop .*\)/\1/p' "$TREE/docs/mail.md")"
	same "$(state_of "$mail")" dropped
}
