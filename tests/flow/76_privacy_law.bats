#!/usr/bin/env bats
# What the law gives a person a right to (docs/privacy.md): to see what is kept, and to have it deleted.

bats_require_minimum_version 1.5.0
load helper
load steps

teardown() {
	let_go
	[[ -z ${OWN_DB-} ]] || db_admin -e "DROP DATABASE $OWN_DB"
	stack_restore
}

person_id() { # NUMBER
	db "SELECT LOWER(HEX(id)) FROM insured_person WHERE lookup = '$1'"
}

account_id() { # LOGIN-ID
	db "SELECT LOWER(HEX(id)) FROM account WHERE login_id = '$1'"
}

# Runs the operator's command; fails unless it ended so. $output and $stderr are what was said.
ended() { # STATUS COMMAND...
	run --separate-stderr ctl "${@:2}" </dev/null
	[[ $status == "$1" ]] && return 0
	printf 'status %s\n%s\n%s\n' "$status" "$output" "$stderr" >&2
	return 1
}

# --- erase ----------------------------------------------------------------------------------------

# A member with all that there may be: a session, a mail that waits and one that is dead, a link to a new address, and
# registrations of the same person in each state, which came before the account.
member_with_everything() {
	email=$(new_email) number=$(new_person) other=other.$email
	at_account_step "late.$email" "$number"
	late_step=$stage_token
	identified "key.$email" "$number"
	late_link=$second_link late_key=$key
	invite "first.$email"
	late_invitation=$invitation
	registered "$email" "$number"
	mail_arrives "$email" 3
	logged_in "$email"
	account=$(account_id "$email") person=$(person_id "$number")
	smtp_script "rcpt 550 5.1.1"
	api PUT /v1/me/email "$(json_object "current_password=$PASSWORD" "email=$other")" "$access"
	want 202
	wait_until 10 eval '[[ $(db "SELECT COUNT(*) FROM outbox WHERE state = OUTBOX_DEAD AND person_id = UNHEX(\"$person\")") == 2 ]]'
	smtp_script "rcpt 451"
	api POST /v1/recovery/password "{\"login_id\":\"$email\"}"
	want 202
	wait_until 10 eval '[[ $(db "SELECT COUNT(*) FROM outbox WHERE state = OUTBOX_PENDING AND last_error <> \"\" AND lease_until IS NULL") == 1 ]]'
	mail_interval_ends
}

@test "an erased person is nowhere, what was under way ends with a clear answer, and the trail stays" { # asvs 14.2.4 14.2.7
	member_with_everything
	mail_count "$email" mails
	SUDO_USER=madoguchi ended 0 member erase --reason 'request 12' "$account"
	same "$output" 'the person and the account are deleted; a roster that lists the person again brings a new one'
	smtp_script ''

	dump >"$BATS_TEST_TMPDIR/dump"
	never grep -qaF -e "$email" -e "${number%900}" "$BATS_TEST_TMPDIR/dump"
	same "$(db "SELECT COUNT(*) FROM session WHERE account_id = UNHEX('$account')")" 0
	same "$(db "SELECT COUNT(*), SUM(state IN (OUTBOX_PENDING, OUTBOX_DEAD)), SUM(nickname <> ''), SUM(subject_hash <> REPEAT(CHAR(0), 32)) FROM outbox
		WHERE person_id = UNHEX('$person')" | tr '\t' ' ' | sed 's/^[1-9][0-9]* /some /')" 'some 0 0 0'
	same "$(ctl audit --json --person "$person" | jq -r '.events[] | select(.operator) | [.event, .account, .operator, .reason] | join(" ")')" \
		"person_erased $account madoguchi request 12"
	same "$(ctl audit --json --account "$account" | jq '.events | map(select(.event == "account_created")) | length')" 1
	same "$(tail -n 1 "$KEYS_FOLDER/acts" | cut -d ' ' -f 2-)" "person_erased $account $person"

	never is_logged_in "$access"
	want 401 login_required
	refresh_login "$refresh"
	want 401 login_required
	log_in "$email"
	want 401 login_failed
	create_account "$late_step" "late.$email"
	want 401 token_spent
	confirm_key "$late_link" "$late_key"
	want 401 token_spent
	identify "$late_invitation" "$number"
	want 422 identity_mismatch
	wait_until 10 mail_is_finished
	same "$(mail_count "$email")" "$mails"

	for id in "$account" "$person"; do
		ended 3 member erase --reason x "$id"
		ended 3 member end --reason x "$id"
		ended 0 member show --json "$id" # ids, and rows of mails without an address
		same "$(jq -c '[.person, .account, [.sessions[]]]' <<<"$output")" "[{\"id\":\"$person\"},null,[]]"
	done
}

@test "whoever is at the last step when the person goes is told that the registration is over" { # asvs 15.4.2
	new_email email
	new_person number
	at_account_step "$email" "$number"
	hold_rows "DELETE FROM insured_person WHERE lookup = '$number'"
	create_account "$stage_token" "$email" &
	creating=$!
	wait_until 5 waiting 1
	let_go
	wait "$creating"
	create_account "$stage_token" "$email"
	want 410 registration_over
	never grep -q '"event":"db_error","number":1452' "$STACK/myportald.log"
}

# Its token is made at the last moment of the link, and lives longer.
@test "an account step that is younger than its second link ends with another's account, and with a transfer" {
	for act in end move; do
		new_email email
		new_person number
		at_account_step "$email" "$number"
		late_step=$stage_token
		[[ $act == move ]] || registered "other.$email" "$number"
		db "UPDATE outbox SET expires_at = UNIX_TIMESTAMP() - 900 WHERE kind = MAIL_SECOND_LINK"
		if [[ $act == end ]]; then
			ctl member end --reason x "$(account_id "other.$email")"
		else
			ctl member move --reason x "$(person_id "$number")" <<<"7${number%900}"$'\n'901
		fi
		create_account "$late_step" "$email"
		want 401 token_spent
	done
}

# The invitation is of no person: it is known by the link with which the number was typed.
@test "of a person without an account goes the keyed hash of the address that the invitation was for" { # asvs 14.2.7
	new_email email
	new_person number
	at_account_step "$email" "$number"
	wait_until 10 mail_is_finished
	person=$(person_id "$number")
	hash=$(db "SELECT DISTINCT HEX(subject_hash) FROM outbox WHERE person_id = UNHEX('$person')")
	rows() { db "SELECT COUNT(*) FROM outbox WHERE subject_hash = UNHEX('$hash')"; }
	same "$(rows)" 2 # the invitation's and the second link's
	ctl member erase --reason x "$person"
	same "$(rows)" 0
}

@test "an account that is made while its person is being erased goes with the person, or is not made" { # asvs 15.4.2
	new_email email
	new_person number
	at_account_step "$email" "$number"
	person=$(person_id "$number")
	hold_rows "SELECT 1 FROM insured_person WHERE lookup = '$number' LOCK IN SHARE MODE"
	ctl member erase --reason x "$person" >"$BATS_TEST_TMPDIR/erased" 2>&1 3>&- &
	erasing=$!
	wait_until 5 waiting 1
	create_account "$stage_token" "$email" 3>&- &
	creating=$!
	let_go
	wait "$erasing"
	wait "$creating"
	grep -q 'deleted' "$BATS_TEST_TMPDIR/erased"
	same "$(db "SELECT (SELECT COUNT(*) FROM account WHERE login_id = '$email'), (SELECT COUNT(*) FROM insured_person WHERE lookup = '$number')")" $'0\t0'
}

@test "a person without an account is erased, one with a wrong id is not, and a database that was put back erases again" { # asvs 6.5.1
	local -x KEYS_FOLDER=$BATS_TEST_TMPDIR/keys
	ctl keys new >/dev/null
	new_person number
	new_email email
	person=$(person_id "$number")
	row=$(db "SELECT CONCAT_WS(',', QUOTE(number), QUOTE(symbol)) FROM insured_person WHERE lookup = '$number'")
	before=$(rows account insured_person outbox)
	ended 3 member erase --reason x "$(printf '%032x' 7)"
	same "$(rows account insured_person outbox)" "$before"
	ended 0 member erase --reason x "$person"
	same "$output" 'the person is deleted; a roster that lists the person again brings a new one'
	same "$(cut -d ' ' -f 2- "$KEYS_FOLDER/acts")" "person_erased - $person"
	ended 2 member erase "$person" # no reason

	# As a backup has it; with an account, which had not been erased then.
	db "INSERT INTO insured_person (id, number, symbol, birth_date, kana_name, eligible_from, roster_run)
		VALUES (UNHEX('$person'), $row, '1980-01-01', 'x', '2010-04-01', '')"
	db "INSERT INTO account (id, person_id, login_id, password_hash, email, nickname, language, created_at, password_changed_at)
		VALUES (RANDOM_BYTES(16), UNHEX('$person'), '$email', 'x', '$email', 'x', 'ja', 1, 1)"
	ended 0 after-restore --reason 'disk failed' --json
	same "$(command jq -c .accounts <<<"$output")" "[{\"person\":\"$person\",\"now\":\"the person is erased\"}]"
	same "$(db "SELECT (SELECT COUNT(*) FROM insured_person WHERE id = UNHEX('$person')), (SELECT COUNT(*) FROM account WHERE login_id = '$email')")" $'0\t0'
	ended 0 after-restore --reason again --json
	same "$(jq -c .accounts <<<"$output")" '[]'
	ctl audit --json --person "$person" >"$BATS_TEST_TMPDIR/trail"
	same "$(jq '[.events[] | select(.event == "person_erased")] | length' "$BATS_TEST_TMPDIR/trail")" 2

	# What an operator kept of the trail is a journal, too.
	ctl audit --person "$person" >"$BATS_TEST_TMPDIR/kept"
	db "INSERT INTO insured_person (id, number, symbol, birth_date, kana_name, eligible_from, roster_run)
		VALUES (UNHEX('$person'), $row, '1980-01-01', 'x', '2010-04-01', '')"
	rm "$KEYS_FOLDER/acts"
	ended 0 after-restore --reason journal --json --journal "$BATS_TEST_TMPDIR/kept"
	same "$(jq -r '.accounts[].now' <<<"$output")" 'the person is erased'
}

# --- export ---------------------------------------------------------------------------------------

as_a_thief() { # COMMAND...
	local REQUEST_HEADERS=('User-Agent: another')
	"$@"
}

@test "an export has everything about one person and nobody else, no secret, and is an event" { # asvs 14.2.6 16.2.1
	new_account
	elsewhere=$email
	new_account
	logged_in "$email"
	api PUT /v1/me/email "$(json_object "current_password=$PASSWORD" "email=next.$email")" "$access"
	want 202
	failed "$email" 1
	refresh_login "$refresh"
	want 200
	api DELETE /v1/sessions/current "" "$access"
	want 204
	logged_in "$email"
	old=$refresh
	refresh_login "$old"
	want 200
	as_a_thief refresh_login "$old"
	want 401 login_required
	logged_in "$email"
	wait_until 10 mail_is_finished
	account=$(account_id "$email") person=$(person_id "$number")

	SUDO_USER=madoguchi ended 0 member export --reason 'request 7' --to "$BATS_TEST_TMPDIR/out.json" "$account"
	same "$output" ''
	same "$(stat -c %a "$BATS_TEST_TMPDIR/out.json")" 600
	jq -e . "$BATS_TEST_TMPDIR/out.json" >"$BATS_TEST_TMPDIR/pretty"
	export_has() { jq -r "$1" "$BATS_TEST_TMPDIR/out.json"; }
	same "$(export_has '[.person.id, .person.number + .person.symbol, .person.birth_date, .person.eligible_from, .person.eligible_until] | join(" ")')" \
		"$person $number 1980-01-01 $(db "SELECT eligible_from FROM insured_person WHERE lookup = '$number'") "
	same "$(export_has .person.kana_name)" "$(db "SELECT kana_name FROM insured_person WHERE lookup = '$number'")"
	same "$(export_has '[.account.id, .account.state, .account.login_id, .account.address, .account.unconfirmed_address, .account.nickname, .account.language] | join(" ")')" \
		"$account active $email $email next.$email はなこ ja"
	same "$(export_has '.sessions | length')" 1
	same "$(export_has '[.mails[].kind] | sort | unique | join(" ")')" 'completion email-change-asked email-confirmation invitation second-link'
	same "$(export_has '[.events[].event] | unique | join(" ")')" 'account_created email_change_asked logged_out login login_failed person_exported refresh_token_reused'
	same "$(export_has '.events[] | select(.operator) | [.event, .operator, .reason] | join(" ")')" 'person_exported madoguchi request 7'
	same "$(export_has '[.counters[] | select(.limit == "address_changes").count] | join(" ")')" 1
	never grep -qE 'argon2|hash|jti|token' <(jq -r 'paths | map(tostring) | last' "$BATS_TEST_TMPDIR/out.json" | sort -u)
	never grep -qF -e argon2 -e "$elsewhere" -e "$(account_id "$elsewhere")" "$BATS_TEST_TMPDIR/out.json"

	# To standard output the same, whoever asks for text; never into a file that is there.
	ended 0 member export --reason x "$person"
	same "$(jq -c 'del(.exported, .events, .counters)' <<<"$output")" "$(jq -c 'del(.exported, .events, .counters)' "$BATS_TEST_TMPDIR/out.json")"
	ended 1 member export --reason x --to "$BATS_TEST_TMPDIR/out.json" "$person"
	ended 2 member export "$person"
	ended 3 member export --reason x --to "$BATS_TEST_TMPDIR/none.json" "$(printf '%032x' 7)"
	never [ -e "$BATS_TEST_TMPDIR/none.json" ]

	# Of a person who is gone the trail is left, and a registration has no person yet.
	ended 0 member erase --reason x "$person"
	for id in "$person" "$account"; do
		ended 0 member export --reason x "$id"
		same "$(jq -c '[.person, .account, .registration.next_step, (.mails | map(.address, .nickname) | unique)]' <<<"$output")" \
			"[{\"id\":\"$person\"},null,null,[null]]"
		same "$(jq -r '[.events[].event] | map(select(startswith("person_"))) | unique | join(" ")' <<<"$output")" 'person_erased person_exported'
	done
	invite "new.$email"
	wait_until 10 mail_is_finished
	registration=$(ctl member find --json - <<<"new.$email" | jq -r '.found[0].registration')
	ended 0 member export --reason x "$registration"
	same "$(jq -c '[.person, .registration.next_step, [.mails[].kind]]' <<<"$output")" '[{"id":null},"identity",["invitation"]]'
	ended 3 member erase --reason x "$registration"
}

# --- retention ------------------------------------------------------------------------------------

days_ago() { # DAYS
	TZ=UTC-9 date -d "$1 days ago" +%F
}

own() { # SQL
	DB_NAME=$OWN_DB db "$1"
}

own_ctl() { # WORD...
	DB_NAME=$OWN_DB RETENTION_AFTER_LOSS_DAYS=${RETENTION-30} ctl "$@"
}

# A roster of 30 insured persons, 150 who ended 31 days ago or earlier, and one who ended 30 days ago.
own_roster() {
	printf '記号,番号,枝番,被保険者区分,氏名カナ,生年月日,資格取得日,資格喪失日\n'
	seq 7001 7030 | sed 's/.*/100,&,00,1,タメシ ヒト,1980-01-01,2010-04-01,/'
	seq 8001 8149 | sed "s/.*/100,&,00,1,タメシ モト,1980-01-01,2010-04-01,$(days_ago 31)/"
	printf '100,8150,00,1,タメシ モト,1980-01-01,2010-04-01,2015-04-01\n'
	printf '100,8200,00,1,タメシ モト,1980-01-01,2010-04-01,%s\n' "$(days_ago 30)"
}

own_counts() { # ROSTER: what an import counts that adds nobody
	own_ctl roster import --json "$1" | jq -r '[.outcome, .added, .changed, .unchanged, .left_out] | join(" ")'
}

@test "who ended long ago goes with the account, and no roster brings them back but as eligible" { # asvs 14.2.4 14.2.7
	OWN_DB=${DB_NAME}_$BATS_SUITE_TEST_NUMBER
	db_admin -e "CREATE DATABASE $OWN_DB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin; GRANT ALL ON $OWN_DB.* TO '$DB_OWNER_USER'@'%'"
	roster=$BATS_TEST_TMPDIR/roster.csv
	own_roster >"$roster"
	own_ctl migrate --folder "$TREE/schema" >/dev/null
	RETENTION=0 own_ctl roster import "$roster" >/dev/null
	same "$(own 'SELECT COUNT(*) FROM insured_person')" 181
	own "INSERT INTO account (id, person_id, login_id, password_hash, email, nickname, language, created_at, password_changed_at)
			SELECT UNHEX(MD5(number)), id, CONCAT('m', number, '@example.jp'), 'x', CONCAT('m', number, '@example.jp'), 'x', 'ja', 1, 1 FROM insured_person;
		INSERT INTO session (id, account_id, generation, refresh_hash, client_hash, rotated_at, device, created_at, used_at, expires_at)
			SELECT id, id, generation, '', '', 1, '', 1, UNIX_TIMESTAMP(), UNIX_TIMESTAMP() + 3600 FROM account;
		INSERT INTO outbox (id, kind, state, email, language, nickname, jti, person_id, account_id, generation, invitation_jti, created_at, expires_at, next_try_at, finished_at)
			SELECT RANDOM_BYTES(16), MAIL_LEFT, IF(number < 8100, OUTBOX_DEAD, OUTBOX_PENDING), 'x@example.jp', 'ja', 'x', '', person_id, a.id, 1, '', UNIX_TIMESTAMP(), 1, UTC_TIMESTAMP(), NULL
			FROM account a JOIN insured_person p ON p.id = a.person_id"
	former="SELECT GROUP_CONCAT(number ORDER BY number) FROM insured_person WHERE number >= 8000"

	# Kept for ever unless it is set; a preview only counts.
	same "$(RETENTION=0 own_ctl purge --json | jq '.deleted[] | select(.rows_of == "insured_person of former members").rows')" 0
	same "$(own_ctl purge --dry-run --json | jq '.deleted[] | select(.rows_of == "insured_person of former members").rows')" 150
	same "$(own 'SELECT COUNT(*) FROM insured_person')" 181
	same "$(SUDO_USER=yakan own_ctl purge --json | jq '.deleted[] | select(.rows_of == "insured_person of former members").rows')" 150
	same "$(own "$former")" 8200
	same "$(own "SELECT (SELECT COUNT(*) FROM account), (SELECT COUNT(*) FROM session), (SELECT SUM(email <> '') FROM outbox)")" $'31\t31\t31'
	same "$(own_ctl audit --json --limit 500 | jq -r '[.events[] | select(.event == "former_member_deleted")] | [length, (map(.account) | unique | length), (map(.operator, .reason) | unique | join(" "))] | join(" ")')" \
		'150 150 RETENTION_AFTER_LOSS_DAYS=30 yakan'
	same "$(own_ctl purge --json | jq '.deleted[] | select(.rows_of == "insured_person of former members").rows')" 0

	# The same file night after night: nobody is new, whatever the brake.
	local -x ROSTER_NEW_SHARE_MAX=0
	for _ in 1 2; do
		same "$(own_counts "$roster")" 'imported 0 0 31 150'
	done
	same "$(own_ctl roster check --json "$roster" | jq .left_out)" 150
	same "$(own_ctl roster runs --json | jq '.runs[0].left_out')" 150
	same "$(own "$former")" 8200
	RETENTION=0 own_ctl roster import "$roster" >"$BATS_TEST_TMPDIR/told" 2>&1 && false
	grep -q '150 new persons would come to 30 eligible ones' "$BATS_TEST_TMPDIR/told"

	# Who is eligible again comes back, as a new person; who ended today is not old.
	sed -i "s/^\(100,8001,.*,\)[0-9-]*$/\1/; s/^\(100,8002,.*,\)[0-9-]*$/\1$(days_ago 0)/" "$roster"
	same "$(own_counts "$roster")" 'imported 2 0 31 148'
	same "$(own "$former")" 8001,8002,8200
	# A stored person whom the file ends long ago is changed, and goes with the next purge.
	sed -i "s/^\(100,8002,.*,\)[0-9-]*$/\12016-04-01/" "$roster"
	same "$(own_counts "$roster")" 'imported 0 1 32 148'
	own_ctl purge >/dev/null
	same "$(own "$former") $(own_counts "$roster")" '8001,8200 imported 0 0 32 149'
}

@test "a former member who is eligible again while the purge comes to them is kept" { # asvs 15.4.2
	new_person number
	db "UPDATE insured_person SET eligible_until = '1990-01-01' WHERE lookup = '$number'"
	hold_rows "UPDATE insured_person SET eligible_until = NULL WHERE lookup = '$number'"
	RETENTION_AFTER_LOSS_DAYS=3650 ctl purge --json >"$BATS_TEST_TMPDIR/purged" 3>&- &
	purging=$!
	wait_until 5 waiting 1
	let_go
	wait "$purging"
	same "$(jq '.deleted[] | select(.rows_of == "insured_person of former members").rows' "$BATS_TEST_TMPDIR/purged")" 0
	[[ -n $(person_id "$number") ]]
}

@test "the retention is 30 days or more, and doctor says when there is none" {
	for days in 29 -1 3651; do
		RETENTION_AFTER_LOSS_DAYS=$days ended 78 purge --dry-run
		grep -q 'RETENTION_AFTER_LOSS_DAYS must be' <<<"$stderr"
	done
	RETENTION_AFTER_LOSS_DAYS=30 ACCESS_AFTER_LOSS_DAYS=31 ended 78 purge --dry-run
	grep -q 'at least ACCESS_AFTER_LOSS_DAYS' <<<"$stderr"
	run --separate-stderr ctl doctor --folder "$TREE/schema" --json
	same "$(jq -r '.checks[] | select(.check == "retention") | .state, .finding' <<<"$output" | paste -sd' ')" \
		'ok former members are kept for ever; RETENTION_AFTER_LOSS_DAYS ends that (docs/privacy.md)'
}

# --- a former member ends the account ------------------------------------------------------------

is_former() { # NUMBER [UNTIL]
	db "UPDATE insured_person SET eligible_until = '${2-2020-01-01}' WHERE lookup = '$1'"
}

# Whoever asks with this address gets the usual answer, and no mail.
is_silent() { # ADDRESS [MAILBOX]
	local before
	mail_count "${2-$1}" before
	api POST /v1/account-deletion "{\"email\":\"$1\"}"
	want 202 || return 1
	same "$(jq -c . <<<"$body")" "$usual" || return 1
	wait_until 10 mail_is_finished
	same "$(mail_count "${2-$1}")" "$before"
}

@test "a former member ends the account by a mailed link, once, and is told so; everybody gets the same answer" { # asvs 6.3.7 6.3.8
	new_account
	logged_in "$email"
	usual='{"resend_after":1,"link_expires_in":10800}'
	usual=$(api POST /v1/account-deletion "{\"email\":\"$(new_email)\"}" && jq -c . <<<"$body")
	same "$(jq -c keys <<<"$usual")" '["link_expires_in","resend_after"]'
	is_silent "$(new_email)"
	is_silent "$email" # is insured, and ends it in the session
	is_former "$number"
	db "UPDATE account SET state = ACCOUNT_DISABLED WHERE login_id = '$email'"
	mail_interval_ends
	is_silent "$email"
	db "UPDATE account SET state = ACCOUNT_ACTIVE WHERE login_id = '$email'"
	mail_interval_ends

	ask_deletion "$email"
	same "$(jq -c . <<<"$body")" "$usual"
	mail_interval_goes_on
	mail_part "$email" Subject 4 | grep -q '退会手続きのご案内'
	mail_part "$email" text 4 | grep -q '/account-deletion/confirmation#token='
	mail_part "$email" html 4 | grep -q '退会の画面を開く'
	is_silent "$email" # within the mail interval
	mail_interval_ends
	api GET /v1/registration/stage '' "$deletion"
	want 200
	same "$(jq -r '[.stage, .email, .next.path, .attempts_left // "-"] | join(" ")' <<<"$body")" \
		'account-deletion m***@example.jp /v1/account-deletion/confirmation -'
	account=$(account_id "$email") person=$(person_id "$number")
	confirm_deletion "$deletion"
	want 204
	same "$(account_id "$email")" ''
	same "$(db "SELECT COUNT(*) FROM session WHERE account_id = UNHEX('$account')")" 0
	same "$(db "SELECT COUNT(*) FROM audit_event WHERE event = AUDIT_ACCOUNT_LEFT AND account_id = UNHEX('$account') AND person_id = UNHEX('$person')")" 1
	mail_part "$email" Subject 5 | grep -q '退会手続き完了'
	for _ in 1 2; do # an answer that was lost; the page is opened again
		api GET /v1/registration/stage '' "$deletion"
		want 200
		same "$(field .next.path)" /v1/account-deletion/confirmation
		confirm_deletion "$deletion"
		want 204
	done
	wait_until 10 mail_is_finished
	same "$(mail_count "$email") $(db "SELECT COUNT(*) FROM audit_event WHERE event = AUDIT_ACCOUNT_LEFT AND account_id = UNHEX('$account')")" '5 1'
	# Insured again, the person registers anew; the old link does nothing to the new account.
	db "UPDATE insured_person SET eligible_until = NULL WHERE lookup = '$number'"
	registered "$email" "$number"
	confirm_deletion "$deletion"
	want 204
	[[ -n $(account_id "$email") ]]
}

@test "the link to the end of an account is over with its generation, its address and with access that came back" { # asvs 6.5.1
	asked_for_deletion
	ctl member logout --reason x - <<<"$email" >/dev/null
	confirm_deletion "$deletion"
	want 401 token_spent

	asked_for_deletion
	db "UPDATE account SET email = 'other.$email' WHERE login_id = '$email'"
	confirm_deletion "$deletion"
	want 401 token_spent
	mail_interval_ends
	ask_deletion "$email" "other.$email" # by the login ID, to the proven address
	ctl member disable --reason x - <<<"$email" >/dev/null
	confirm_deletion "$deletion"
	want 401 token_spent

	asked_for_deletion
	is_former "$number" "$(TZ=UTC-9 date -d '3 days ago' +%F)"
	start_other ACCESS_AFTER_LOSS_DAYS=4
	for call in 'POST /v1/account-deletion/confirmation' 'GET /v1/registration/stage'; do
		BASE_URL=http://$OTHER_LISTEN api ${call} '' "$deletion"
		want 401 token_spent
	done
	[[ -n $(account_id "$email") ]]
	confirm_deletion "$deletion"
	want 204
}

@test "of several accounts with one address each is ended in its turn, the one whose login ID it is first" {
	new_account
	first=$email first_number=$number
	new_account
	db "UPDATE account SET email = '$first', created_at = 1 WHERE login_id = '$email'"
	is_former "$first_number"
	is_former "$number"
	wait_until 10 mail_is_finished
	ask_deletion "$first"
	confirm_deletion "$deletion"
	want 204
	same "$(account_id "$first") $(account_id "$email")" " $(account_id "$email")"
	mail_interval_ends
	ask_deletion "$first"
	confirm_deletion "$deletion"
	want 204
	same "$(account_id "$email")" ''
}

# --- the document ---------------------------------------------------------------------------------

# What the operator types; `member find` is answered with $typed, `member set-email` with another address. The ids that
# find prints are what later commands name.
myportalctl() {
	local answer=$typed
	[[ $2 != set-email ]] || answer=new.$email
	printf '%s\n' "$*" >>"$BATS_TEST_TMPDIR/typed"
	told=$(setsid --wait "$BUILD/tools/ctl/myportalctl" "$@" <<<"$answer") || return 1
	[[ $2 == find ]] || return 0
	read -r account person <<<"$(setsid --wait "$BUILD/tools/ctl/myportalctl" "$@" --json <<<"$answer" | jq -r '.found[0] | [.account, .person] | join(" ")')"
}

# Runs the commands below a heading of the document, from the n-th of its blocks to the m-th (all).
answer_request() { # HEADING [N M]
	local commands
	commands=$(awk -v heading="## $1" -v first="${2-1}" -v last="${3-99}" '
		index($0, "## ") == 1 { within = index($0, heading) == 1 }
		within && /^```sh$/ { block++; inside = 1; next }
		/^```$/ { inside = 0 }
		inside && block >= first && block <= last' "$TREE/docs/privacy.md")
	[[ -n $commands ]] || return 1
	eval "$(sed 's/$/ || return 1/' <<<"$commands")"
}

@test "docs/privacy.md: each command as it is typed, in a folder of the operator's" {
	cd "$BATS_TEST_TMPDIR"
	new_account
	typed=$number
	answer_request 'Before you answer'
	same "$account $person" "$(account_id "$email") $(person_id "$number")"
	answer_request 'Disclosure (33)'
	same "$(jq -r .account.address disclosure.json) $(stat -c %a disclosure.json)" "$email 600"
	answer_request 'Correction (34)'
	same "$(db "SELECT pending_email FROM account WHERE login_id = '$email'")" "new.$email"
	answer_request 'End of use and deletion (35)' 3 3
	logged_in "$email"
	answer_request 'End of use and deletion (35)' 1 1
	same "$(account_id "$email")$(mail_arrives "$email" 6)" ''
	registered "$email" "$number"
	answer_request 'End of use and deletion (35)' 2 2
	same "$(person_id "$number")" ''
	same "$(grep -c '' typed) $(grep -c '^myportalctl' "$TREE/docs/privacy.md")" '8 8'
}
