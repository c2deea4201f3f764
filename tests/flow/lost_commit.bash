# shellcheck shell=bash
# lost_commit.bash - calls whose answer to a COMMIT is lost, or is a deadlock's, and what they must have done: the tables
# of 63_lost_commit.bats and 78_lost_commit_of_operators.bats. `load lost_commit` after helper, steps and db_session.

setup_file() {
	# shellcheck source-path=SCRIPTDIR source=../../tools/stack.bash
	. "$TREE/tools/stack.bash"
	LOSSY_PORT=$(free_ports 1)
	export LOSSY_PORT
	rm -rf "$STACK/lossy-db"
	mkdir "$STACK/lossy-db"
	process_start lossy-db "$TREE/tests/flow/lossy_db.py" "$LOSSY_PORT" "${RUN_DB_PORT:-3307}" "$STACK/lossy-db"
	wait_until 5 lossy_db_listens
}

teardown_file() {
	. "$TREE/tools/stack.bash"
	process_stop lossy-db 5
	db_admin "$DB_NAME" -e 'DROP TABLE IF EXISTS account_kept'
}

lossy_db_listens() {
	! port_is_free "127.0.0.1:$LOSSY_PORT"
}

# The service, with all that it asks of the database on that wire.
server_on_the_wire() { # [SETTING=value...]
	restart_server DB_SOCKET= DB_HOST=127.0.0.1 DB_PORT="$LOSSY_PORT" DB_TLS=none "$@"
}

# An operator's command on that wire.
ctl_on_the_wire() { # WORD...
	DB_SOCKET='' DB_HOST=127.0.0.1 DB_PORT=$LOSSY_PORT DB_TLS=none ctl "$@"
}

rules() { # [RULE...]
	local rule
	: >"$STACK/lossy-db/used"
	for rule; do
		[[ -z $rule ]] || printf '%s\n' "$rule"
	done >"$STACK/lossy-db/rules"
}

rules_are_used() {
	[[ ! -s $STACK/lossy-db/rules ]]
}

# How often the mail workers have claimed mails or written down what they sent, since no_mail_trips().
mail_trips() {
	grep -c -e 'INTO due FROM' -e 'UPDATE outbox SET state = [0-9]' "$STACK/lossy-db/seen" || true
}

# From now on; they have just looked for mails, and will again in a second.
no_mail_trips() {
	: >"$STACK/lossy-db/seen"
	wait_until 5 eval '(($(mail_trips) > 0))' && : >"$STACK/lossy-db/seen"
}

# --- the table ------------------------------------------------------------------------------------
#
# Every body that is run by db_transaction() and changes something, and the call
# that shows it: prepare_CALL, call_CALL (want what would come without a fault). One that commits each
# statement for itself is named with a statement, the others with what is found in their transaction
# (a line a statement); `statement2` is the second such statement of the call.

readonly TABLE='
invite            statement  INTO limit_counter.*INTO outbox
captcha           statement  BEGIN NOT ATOMIC.*insured_person
captcha_wrong     statement  BEGIN NOT ATOMIC.*insured_person
mismatch          statement  BEGIN NOT ATOMIC.*insured_person
mismatch          commit     \A(?!.*INTO spent_token).*INTO limit_counter       identity_limits.c:count_wrong_tx
identity          statement  BEGIN NOT ATOMIC.*INTO outbox
identity_again    statement  BEGIN NOT ATOMIC.*INTO outbox
key               statement  INTO spent_token
key_wrong         statement  INTO spent_token
key_again         statement  UPDATE limit_counter SET count
account           statement  INTO account
account_other     statement  INTO account
account_taken     statement  INTO account
login             statement  source_is_known
login             statement  INTO session
login_wrong       statement  source_is_known
login_wrong       statement  INTO audit_event
login_told        statement  source_is_known
login_told        statement  INTO session
refresh           statement  UPDATE session SET previous_hash
refresh_reused    commit     DELETE FROM session                       session_refresh.c:end_reused_tx
logout            commit     DELETE FROM session                       session_member.c:end_session_tx
logout_by_token   commit     DELETE FROM session                       session_refresh.c:end_by_token_tx
end_one           commit     DELETE FROM session                       session_member.c:end_session_tx
end_others        commit     DELETE FROM session                       session_member.c:end_others_tx
settings          commit     UPDATE account                            profile.c:set_settings_tx
password          commit     UPDATE account                            profile.c:change_password_tx
password          statement  INTO limit_counter
password          statement  DELETE FROM limit_counter
password_wrong    statement  INTO limit_counter
password_wrong    statement  INTO audit_event
guesser           commit     DELETE FROM session                       current_password.c:end_guessing_session_tx
email             commit     UPDATE account                            profile_email.c:change_email_tx
withdrawal        commit     UPDATE account                            profile_email.c:withdraw_email_tx
confirmation      commit     UPDATE account                            profile_email.c:confirm_email_tx
login_id          commit     UPDATE account                            profile.c:change_login_id_tx
leave             commit     DELETE FROM account                       profile.c:delete_account_tx
remind            statement  INTO limit_counter.*INTO outbox
ask_reset         commit     INTO outbox                               recovery.c:ask_reset_tx
ask_deletion      statement  INTO limit_counter.*INTO outbox
delete_former     commit     DELETE FROM account                       account_deletion.c:confirm_deletion_tx
reset             statement  UPDATE account
invite            statement  INTO due FROM
invite            statement2 INTO due FROM
mail_dead         statement  UPDATE outbox SET state = \?
mail_later        statement  UPDATE outbox SET next_try_at = UTC_TIMESTAMP\(6\) \+
mails_released    statement  UPDATE outbox SET tries = tries - 1
'

readonly BIRTH_DATE_TABLE='
right_birth_date  statement  BEGIN NOT ATOMIC.*insured_person
right_birth_date  statement  BEGIN NOT ATOMIC.*INTO outbox
wrong_birth_date  statement  BEGIN NOT ATOMIC.*insured_person
same_again        statement  BEGIN NOT ATOMIC.*insured_person
wrong_birth_date  commit     \A(?!.*INTO spent_token).*INTO limit_counter       identity_limits.c:count_wrong_tx
'

readonly OPERATOR_TABLE='
disable           commit     UPDATE account                            member_acts.c:act_on_account_tx
enable            commit     UPDATE account                            member_acts.c:act_on_account_tx
end_logins        commit     UPDATE account                            member_acts.c:act_on_account_tx
end_account       commit     DELETE FROM account                       member_acts.c:act_on_account_tx
erase             commit     DELETE FROM insured_person                member_erase.c:erase_person_tx
set_email         commit     INTO outbox                               member_acts.c:act_on_account_tx
move              commit     UPDATE insured_person                     member_acts.c:move_person_tx
send_reset        commit     INTO outbox                               member_acts.c:act_on_account_tx
unlock            commit     UPDATE limit_counter                      member_acts.c:unlock_tx
resend            commit     INTO outbox                               member_resend.c:resend_tx
invite_person     commit     INTO outbox                               member_invite.c:invite_person_tx
retry_mail        commit     UPDATE outbox                             outbox_support.c:act_on_mail_tx
drop_mail         commit     UPDATE outbox                             outbox_support.c:act_on_mail_tx
flush             commit     UPDATE outbox                             outbox_support.c:act_on_mails_tx
disable_again     commit     UPDATE account                            after_restore.c:replay_account_tx
reissue           commit     INTO posted_code_run                      posted_codes.c:begin_run_tx
reissue           commit     INTO posted_code \(                       posted_codes.c:store_batch_tx
reissue           statement  UPDATE posted_code_run SET in_progress = NULL, codes
void_again        commit     UPDATE posted_code                        after_restore.c:replay_code_tx
end_all_logins    statement  INTO audit_event
end_all_logins    statement  DELETE FROM session
purge             statement  DELETE FROM audit_event
purge_former      commit     DELETE FROM insured_person                member_erase.c:erase_former_tx
'

# Other bodies: those that only read or are never committed, and those with a test of their own.
readonly OTHERS='
ready.c:write_and_take_back_tx
identity_limits.c:give_back_person_tx
registration_identify.c:take_try_back_tx
step_count.c:store_steps_tx
roster_import.c:renew_tx
roster_write.c:write_batch_tx
migration.c:count_statement_tx
migration.c:run_statement_tx
'

# --- the calls ------------------------------------------------------------------------------------

prepare_invite() { new_email email; }
call_invite() { api POST /v1/registration/email "{\"email\":\"$email\"}" && want 202; }

prepare_captcha() {
	new_email email
	invite "$email" && captcha_for "$invitation" >/dev/null && identity_json_into identity_body "$(new_person)"
}
post_identity() { api POST /v1/registration/identity "$identity_body" "$invitation"; }
call_captcha() { post_identity && want 200; }
prepare_captcha_wrong() { prepare_captcha && identity_body=$(jq -c '.captcha_answer = "AAAAAA"' <<<"$identity_body"); }
call_captcha_wrong() { post_identity && want 422 captcha_wrong; }
prepare_mismatch() { prepare_captcha && identity_body=$(jq -c '.insured_number = "555500"' <<<"$identity_body"); }
call_mismatch() { post_identity && want 422 identity_mismatch; }
prepare_identity() { prepare_captcha; }
call_identity() { post_identity && want 200; }
prepare_identity_again() { prepare_captcha && call_identity; } # a mail goes out again, as none counts any more
call_identity_again() { call_identity; }
prepare_right_birth_date() { prepare_captcha && identity_body=$(jq -c '.birth_date = "1980-01-01"' <<<"$identity_body"); }
ready_right_birth_date() { # somebody was wrong about the same number: that counts, and stays
	local right=$identity_body
	captcha_for "$invitation" >/dev/null
	identity_body=$(jq -c --arg token "$captcha_token" --arg answer "$captcha_answer" \
		'.captcha_token = $token | .captcha_answer = $answer | .birth_date = "1980-01-02"' <<<"$right")
	call_wrong_birth_date && identity_body=$right
}
call_right_birth_date() { post_identity && want 200; }
prepare_wrong_birth_date() { prepare_captcha && identity_body=$(jq -c '.birth_date = "1980-01-02"' <<<"$identity_body"); }
call_wrong_birth_date() { post_identity && want 422 identity_mismatch; }
prepare_same_again() { prepare_wrong_birth_date; }
ready_same_again() { call_wrong_birth_date; } # it counts, and once
call_same_again() { call_wrong_birth_date; }

prepare_key() { identified "$(new_email)" "$(new_person)"; }
call_key() { confirm_key "$second_link" "$key" && want 200; }
prepare_key_wrong() { prepare_key; }
call_key_wrong() { confirm_key "$second_link" ABCDEFGHJ2 && want 422 authentication_key_wrong; }
prepare_key_again() { prepare_key && call_key; }
ready_key_again() { confirm_key "$second_link" ABCDEFGHJ2 && want 401 token_spent; } # it counts, and stays
call_key_again() { call_key; }

prepare_account() { email=$(new_email) && at_account_step "$email" "$(new_person)"; }
call_account() { create_account "$stage_token" "$email" && want 201; }
prepare_account_other() { prepare_account; }
call_account_other() { create_account "$stage_token" "$email" "login_id=id.$email" "email=other.$email" && want 201; }
prepare_account_taken() {
	an_account && account_taken=$email
	prepare_account
}
call_account_taken() { create_account "$stage_token" "$email" "login_id=$account_taken" && want 409 login_id_taken; }

# An account, its address in $email: the first one is made, and afterwards put back as it was.
an_account() {
	if [[ -s $BATS_FILE_TMPDIR/email ]]; then
		db 'INSERT INTO account SELECT * FROM account_kept'
		email=$(<"$BATS_FILE_TMPDIR/email")
	else
		new_account && db "CREATE TABLE account_kept AS SELECT * FROM account WHERE login_id = '$email'" || return 1
		printf '%s\n' "$email" >"$BATS_FILE_TMPDIR/email"
	fi
}

prepare_login() { an_account; }
call_login() { log_in "$email" && want 201; }
prepare_login_wrong() { an_account; }
call_login_wrong() { log_in "$email" wrong7rakuda && want 401 login_failed; }
prepare_login_told() { an_account; }
ready_login_told() { failed "$email" 5 && db 'UPDATE limit_counter SET locked_until = 0'; }
call_login_told() { log_in "$email" && want 201; }

prepare_member() { an_account && logged_in "$email"; }
prepare_refresh() { prepare_member; }
call_refresh() {
	local access refresh=$refresh # the others of this call come with the same
	refresh_login "$refresh" && want 200 && take_tokens && is_logged_in "$access"
}
prepare_refresh_reused() {
	prepare_member && used=$refresh
	refresh_login "$used" && take_tokens && refresh_login "$refresh" && want 200
}
call_refresh_reused() { refresh_login "$used" && want 401 login_required; }
prepare_logout() { prepare_member; }
call_logout() { api DELETE /v1/sessions/current '' "$access" && want 204; }
prepare_logout_by_token() { prepare_member; }
call_logout_by_token() {
	local -a REQUEST_HEADERS=("Cookie: __Host-refresh=$refresh")
	ORIGIN=$PORTAL_URL api DELETE /v1/sessions/current && want 204
}
prepare_end_one() {
	prepare_member && logged_in "$email"
	api GET /v1/sessions '' "$access"
	other=$(jq -r '.sessions[] | select(.current | not) | .id' <<<"$body")
}
call_end_one() { api DELETE "/v1/sessions/$other" '' "$access" && want 204; }
prepare_end_others() { prepare_member && logged_in "$email"; }
call_end_others() { api DELETE /v1/sessions '' "$access" && want 204; }

current() { # [NAME=VALUE...]
	json_object "current_password=$PASSWORD" "$@"
}
prepare_settings() { prepare_member; }
call_settings() { api PATCH /v1/me '{"nickname":"たろう"}' "$access" && want 200; }
prepare_password() { prepare_member && logged_in "$email"; }
call_password() { change_password "$access" "$PASSWORD" himawari8kirin && want 204 && is_logged_in "$access"; }
prepare_password_wrong() { prepare_member; }
call_password_wrong() { change_password "$access" wrong7rakuda himawari8kirin && want 403 current_password_wrong; }
prepare_guesser() { prepare_member; }
ready_guesser() {
	call_password_wrong && db "UPDATE limit_counter SET count = $(count_of password_guesses) WHERE limit_id = LIMIT_PASSWORD_GUESSES"
}
count_of() { ctl limits --markdown | sed -n "s/^| \`$1\` | [^|]* | \([0-9]*\) |.*/\1/p"; }
call_guesser() { change_password "$access" wrong7rakuda himawari8kirin && want 401 login_required && never is_logged_in "$access"; }
prepare_email() { prepare_member; }
call_email() { api PUT /v1/me/email "$(current "email=new.$email")" "$access" && want 202; }
prepare_withdrawal() { prepare_member && call_email; }
call_withdrawal() { api DELETE /v1/me/pending-email '' "$access" && want 204; }
prepare_confirmation() {
	prepare_member && call_email && link=$(mail_token "new.$email")
}
call_confirmation() { api POST /v1/me/email/confirmation '' "$link" && want 204; }
prepare_login_id() { prepare_member; }
call_login_id() { api PUT /v1/me/login-id "$(current "login_id=new.$email")" "$access" && want 204; }
prepare_leave() { prepare_member; }
call_leave() { api DELETE /v1/me "$(current)" "$access" && want 204; }

prepare_remind() { an_account; }
call_remind() { api POST /v1/recovery/login-id "{\"email\":\"$email\"}" && want 202; }
prepare_ask_reset() { an_account; }
call_ask_reset() { api POST /v1/recovery/password "{\"login_id\":\"$email\"}" && want 202; }
prepare_ask_deletion() { new_account && db "UPDATE insured_person SET eligible_until = '2020-01-01' WHERE lookup = '$number'"; }
call_ask_deletion() { api POST /v1/account-deletion "{\"email\":\"$email\"}" && want 202; }
prepare_delete_former() { asked_for_deletion; }
call_delete_former() { confirm_deletion "$deletion" && want 204; }
prepare_reset() { prepare_member && ask_reset "$email"; }
call_reset() { reset_password "$reset" himawari8kirin && want 204; }

prepare_mail_later() { new_email email; }
call_mail_later() {
	smtp_script 'rcpt 451'
	call_invite
	wait_until 10 eval '[[ $(db "SELECT COUNT(*) FROM outbox WHERE state = OUTBOX_PENDING AND tries = 1 AND lease_until IS NULL AND last_error <> \"\"") == 1 ]]'
	smtp_script ''
	db 'UPDATE outbox SET next_try_at = UTC_TIMESTAMP(6)'
}

prepare_mail_dead() { new_email email; }
call_mail_dead() {
	smtp_script 'rcpt 550 5.1.1 no such user'
	call_invite
	wait_until 10 mail_is_finished || return 1
	smtp_script ''
}

# Workers for which the relay is so quick that they claim several mails at once.
prepare_mails_released() { mails_wait 40; }
call_mails_released() {
	smtp_script 'rcpt 421'
	mails_wait 4
	wait_until 10 eval '[[ $(db "SELECT COUNT(*), MAX(relay_failures) FROM outbox WHERE state = OUTBOX_PENDING AND tries = 0 AND lease_until IS NULL") == 4*1 ]]' || return 1
	smtp_script ''
}
mails_wait() { # COUNT
	db "INSERT INTO outbox (id, kind, state, email, language, nickname, jti, person_id, account_id, generation, invitation_jti, created_at, expires_at, next_try_at)
		SELECT RANDOM_BYTES(16), MAIL_INVITATION, OUTBOX_PENDING, CONCAT(seq, '@released.jp'), 'ja', '', RANDOM_BYTES(16), '', '', 0, '',
			UNIX_TIMESTAMP(), UNIX_TIMESTAMP() + 3600, UTC_TIMESTAMP(6) FROM seq_1_to_$1"
}

# Says the same as without a fault.
says() { # TEXT WORD...
	local text
	text=$(ctl_on_the_wire "${@:2}" </dev/null) && same "$text" "$1"
}
# An act on the account of $email says the same as without a fault.
act_says() { # TEXT VERB [LINE]
	local text
	text=$(ctl_on_the_wire member "$2" --reason "a test" - < <(printf '%s\n' "$email" "${@:3}")) && same "$text" "$1"
}
prepare_disable() { prepare_member; }
call_disable() { act_says 'disabled; its sessions and mailed links are over' disable; }
prepare_enable() { an_account && ctl member disable --reason x - <<<"$email"; }
call_enable() { act_says enabled enable; }
prepare_end_logins() { prepare_member; }
call_end_logins() { act_says 'its sessions and mailed links are over' logout; }
prepare_end_account() { prepare_member; }
call_end_account() { act_says 'the account is deleted; the person may register again' end; }
prepare_erase() { new_account; } # whose person goes, too
call_erase() { act_says 'the person and the account are deleted; a roster that lists the person again brings a new one' erase; }
prepare_set_email() { an_account; }
call_set_email() { act_says 'a link to the new address is pending; the present one is told' set-email "new.$email"; }
prepare_move() { prepare_member; }
call_move() {
	ctl_on_the_wire member move --reason x - <<<"$email
${EPOCHREALTIME/./}
901" >/dev/null && is_logged_in "$access"
}
prepare_unlock() { prepare_member; }
ready_unlock() { failed "$email" 2; }
call_unlock() { act_says 'what was counted does not count any more' unlock; }
prepare_send_reset() { an_account; }
call_send_reset() { act_says 'a mail with a reset link is pending' send-reset; }
prepare_resend() { an_account; }
ready_resend() { call_ask_reset && wait_until 10 mail_is_finished; }
call_resend() { ctl_on_the_wire member resend --reason "a test" - <<<"$email" >/dev/null; }
prepare_invite_person() { email=$(new_email) number=$(new_person); }
call_invite_person() { ctl_on_the_wire member invite --reason x - <<<"$number"$'\n'"$email" >/dev/null; }
# A mail that waits, told by its id in $mail.
prepare_retry_mail() { an_account; }
ready_retry_mail() {
	call_ask_reset && wait_until 10 mail_is_finished || return 1
	db "UPDATE outbox SET state = OUTBOX_PENDING, email = '$email', next_try_at = '2099-01-01', finished_at = NULL"
	mail=$(db 'SELECT LOWER(HEX(id)) FROM outbox')
}
call_retry_mail() { ctl_on_the_wire outbox retry --reason x "$mail" </dev/null >/dev/null; }
prepare_drop_mail() { an_account; }
ready_drop_mail() { ready_retry_mail; }
call_drop_mail() { ctl_on_the_wire outbox drop --reason x "$mail" </dev/null >/dev/null; }
prepare_flush() { an_account; }
ready_flush() { ready_retry_mail; }
call_flush() { says 'due:  1' outbox flush --reason x; }
# After a restore, by a journal; with a folder of keys of its own, as everything of before is over by it.
prepare_disable_again() { prepare_member; }
call_disable_again() {
	local -x KEYS_FOLDER=$BATS_TEST_TMPDIR/keys
	[[ -d $KEYS_FOLDER ]] || ctl keys new
	printf '%s account_disabled %s\n' "$(date -ud '1 minute' +%FT%TZ)" "$(db 'SELECT LOWER(HEX(id)) FROM account')" >"$BATS_TEST_TMPDIR/acts"
	same "$(ctl_on_the_wire after-restore --reason x --journal "$BATS_TEST_TMPDIR/acts" --json | jq -c '[.accounts[].now]')" '["disabled"]'
}
# A letter for the person of a number; what the file says is good. A batch that is written twice is another issue.
prepare_reissue() { an_account && number=$(new_person) && reissue ctl; }
reissue() { # CTL
	local -x KEYS_FOLDER=$BATS_TEST_TMPDIR/keys
	[[ -d $KEYS_FOLDER ]] || ctl keys new >/dev/null
	rm -f "$BATS_TEST_TMPDIR/letter"
	"$1" roster codes --reissue --export "$BATS_TEST_TMPDIR/letter" --reason x --json - <<<"$number" | jq -e '.codes == 1' >/dev/null &&
		same "$(wc -l <"$BATS_TEST_TMPDIR/letter")" 2
}
the_code() { db "SELECT $1 FROM posted_code c JOIN insured_person p ON p.id = c.person_id JOIN posted_code_run r ON r.id = c.run WHERE p.lookup = '$number'"; }
call_reissue() {
	local before
	before=$(the_code 'HEX(c.code_hash)')
	reissue ctl_on_the_wire && same "$(the_code "c.issue BETWEEN 2 AND 3, HEX(c.code_hash) <> '$before', r.ended_at IS NOT NULL, r.codes")" $'1\t1\t1\t1'
}
prepare_void_again() { prepare_reissue; }
call_void_again() {
	local -x KEYS_FOLDER=$BATS_TEST_TMPDIR/keys
	[[ -d $KEYS_FOLDER ]] || ctl keys new
	printf '%s posted_code_reissued - %s\n' "$(date -ud '1 minute' +%FT%TZ)" "$(db "SELECT LOWER(HEX(id)) FROM insured_person WHERE lookup = '$number'")" >"$BATS_TEST_TMPDIR/acts"
	same "$(ctl_on_the_wire after-restore --reason x --journal "$BATS_TEST_TMPDIR/acts" --json | jq -c '[.accounts[].now]')" '["needs a new posted code"]'
}
prepare_end_all_logins() { prepare_member; }
call_end_all_logins() { says 'accounts:  1' member logout --all --reason x; }
prepare_purge() { prepare_member; }
ready_purge() { db 'INSERT INTO audit_event (happened_at, request_id, event, account_id, person_id, source) VALUES (1, REPEAT("x", 8), 1, "", "", "")'; }
call_purge() { ctl_on_the_wire purge >/dev/null; }
prepare_purge_former() { new_account; }
ready_purge_former() { db "UPDATE insured_person SET eligible_until = '1990-01-01' WHERE lookup = '$number'"; }
call_purge_former() { RETENTION_AFTER_LOSS_DAYS=3650 ctl_on_the_wire purge >/dev/null; }

# --- driving it -----------------------------------------------------------------------------------

# What a call and its preparation change; those of REMADE change more. An account that goes takes its sessions with it.
readonly CHANGED='account session spent_token limit_counter outbox audit_event'
readonly REMADE='erase|move|disable_again|reissue|void_again|purge_former'

# Makes what a call needs, $email and what else, and keeps its rows.
prepare() { # CALL
	local table
	prepared=
	db 'DELETE FROM account; DELETE FROM spent_token; DELETE FROM limit_counter'
	"prepare_$1" && wait_until 10 mail_is_finished || return 1
	db 'DELETE FROM outbox; DELETE FROM audit_event; DELETE FROM limit_counter'
	! declare -F "ready_$1" >/dev/null || "ready_$1" || return 1
	for table in $CHANGED; do
		db "CREATE OR REPLACE TEMPORARY TABLE kept_$table AS SELECT * FROM $table"
	done
	[[ $1 =~ ^($REMADE)$ ]] || prepared=$1
}

# Puts the rows back as they were.
put_back() {
	local table sql='DELETE FROM account;'
	for table in $CHANGED; do
		sql+="DELETE FROM $table; INSERT INTO $table SELECT * FROM kept_$table;"
	done
	db "$sql"
}

mails_there() {
	local files=("$STACK"/mail/new/*)
	[[ -e ${files[0]} ]] || files=()
	printf '%s\n' "${#files[@]}"
}

# Once no mail is pending: what there is of everything, without what is different each time, in $effects. `$hash` is the
# password's before.
take_effects() {
	wait_until 10 effects_are_final || return 1
	effects+="mails $(($(mails_there) - mails))"$'\n'
	read_log
	effects+="failures logged $failures"$'\n'
}

# In take_effects(): asks for all at once.
effects_are_final() {
	db_ask "SELECT COUNT(*) FROM outbox WHERE state = OUTBOX_PENDING;
		SELECT 'account', state, generation, COALESCE(pending_email LIKE 'new.%', 0), login_id LIKE 'new.%',
			email LIKE 'new.%', password_hash = '$hash', nickname FROM account ORDER BY created_at;
		SELECT 'session', generation, previous_hash IS NOT NULL, COUNT(*) FROM session GROUP BY 2, 3;
		SELECT 'audit', event, COUNT(*) FROM audit_event GROUP BY 2;
		SELECT 'outbox', kind, state, tries, COUNT(*) FROM outbox GROUP BY 2, 3, 4;
		SELECT 'limit_counter', limit_id, count, rejected, COUNT(*) FROM limit_counter GROUP BY 2, 3, 4;
		SELECT 'spent', kind, outcome, COUNT(*) FROM spent_token GROUP BY 2, 3" && effects=$answer && [[ $effects == 0* ]]
}

# Sets failures: those in the lines of the log, open as $log, that were not read before.
read_log() {
	local line lines
	failures=0
	mapfile -t -u "$log" lines
	for line in "${lines[@]}"; do
		[[ $line != *'"event":"'@(mail_not_finished|db_error)'"'* ]] || failures=$((failures + 1))
	done
}

# One row of the table with one fault ('': none); sets effects. A call that follows itself finds what was made for it.
drive() { # CALL RULE
	if [[ $prepared == "$1" ]]; then
		put_back || return 1
	else
		prepare "$1" || return 1
	fi
	db_ask 'SELECT password_hash FROM account LIMIT 1' && hash=${answer%$'\n'} || return 1
	mails=$(mails_there)
	read_log
	body=
	rules "$2"
	"call_$1" >&2 && take_effects || return 1
	[[ ! $body =~ \"attempts_left\":[0-9]+ ]] || effects+=${BASH_REMATCH[0]}$'\n'
	rules_are_used || { printf 'the rule was not used\n' >&2; return 1; }
}

drive_table() { # TABLE
	local call what rest regex fault rule log prepared='' failed='' effects
	local with_file='^(.*[^ ]) +[a-z_]+\.c:[a-z_]+$'
	local -A wanted=() # of a call, without a fault
	[[ -s $BATS_FILE_TMPDIR/email ]] || an_account || return 1
	exec {log}<"$STACK/myportald.log"
	while read -r call what rest; do
		[[ -n $call ]] || continue
		[[ ${ONLY-} == '' || $call =~ ^($ONLY)$ ]] || continue
		regex=$rest
		[[ ! $rest =~ $with_file ]] || regex=${BASH_REMATCH[1]}
		if [[ ! -v wanted[$call] ]]; then
			drive "$call" '' || { failed+=" $call"; continue; }
			wanted[$call]=$effects
		fi
		for fault in ${FAULTS:-lose drop 1213}; do
			rule="$fault ${what%2} (?s)$regex"
			[[ $what != *2 ]] || rule="pass${rule#"$fault"}"$'\n'$rule
			if drive "$call" "$rule" 2>"$BATS_TEST_TMPDIR/why" && same "$effects" "${wanted[$call]}" 2>>"$BATS_TEST_TMPDIR/why"; then
				continue
			fi
			failed+=" $call:$fault:${rest##*:}"
			printf -- '--- %s, %s, %s\n%s\n' "$call" "$fault" "$rest" "$(tail -n 60 "$BATS_TEST_TMPDIR/why")" >&2
		done
	done <<<"$1"
	exec {log}<&-
	same "$failed" ''
}
