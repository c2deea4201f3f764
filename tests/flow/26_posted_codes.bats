#!/usr/bin/env bats
# The code that a society posts (IDENTITY_POSTED_CODE): made by the operator, typed by the member beside the number.
#
# In a database of its own, with a server of its own: codes are made for everybody without an account.

bats_require_minimum_version 1.5.0
load helper
load steps

setup_file() {
	# shellcheck source-path=SCRIPTDIR source=../../tools/stack.bash
	. "$TREE/tools/stack.bash"
	export SUITE_DB=$DB_NAME DB_NAME=myportal_codes
	db_admin -e "CREATE OR REPLACE DATABASE $DB_NAME CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
		GRANT ALL ON $DB_NAME.* TO '$DB_OWNER_USER'@'%'"
	ctl migrate --folder "$TREE/schema"
	db_admin "$DB_NAME" <"$TREE/schema/rights.sql"
}

teardown_file() {
	. "$TREE/tools/stack.bash"
	process_runs mariadbd || db_start
	sed 's/^GRANT \(.*\) TO /REVOKE \1 FROM /' "$TREE/schema/rights.sql" | db_admin myportal_codes
	db_admin -e "DROP DATABASE myportal_codes"
}

# Four persons, one of them not insured any more; nobody has an account or a code.
setup() {
	db 'DELETE FROM account; DELETE FROM insured_person; DELETE FROM posted_code_run; DELETE FROM audit_event; DELETE FROM limit_counter; DELETE FROM outbox'
	person 7001 'ケンポ ハナコ'
	person 7002 'コンマ, "イン"'
	person 7003 ''
	person 7004 'タイシヨク' 2020-01-01
	FILE=$BATS_TEST_TMPDIR/codes.csv
	export BASE_URL=http://$OTHER_LISTEN
	start_other IDENTITY_POSTED_CODE=yes
}

teardown() {
	DB_NAME=$SUITE_DB stack_restore
}

person() { # NUMBER NAME [ELIGIBLE-UNTIL]
	db "INSERT INTO insured_person (id, number, symbol, birth_date, kana_name, eligible_from, eligible_until, roster_run)
		VALUES (RANDOM_BYTES(16), '$1', '100', '1980-01-01', '$2', '2010-04-01', NULLIF('${3-}', ''), '')"
}

# Makes codes; fails unless it ended so. $output and $stderr are what was said.
codes() { # STATUS FILE [OPTION...]
	run --separate-stderr ctl roster codes --reason 'a test' --export "${@:2}" </dev/null
	[[ $status == "$1" ]] && return 0
	printf 'status %s\n%s\n%s\n' "$status" "$output" "$stderr" >&2
	return 1
}

# The code of a person in the file.
code_of() { # NUMBER [FILE]
	sed -n "s/^\"$1\",\"100\",\".*\",\"\([A-Z0-9-]*\)\",\"[0-9-]*\"\r\$/\1/p" "${2-$FILE}"
}

# The identity step with a code, and a fresh CAPTCHA.
identify_with() { # TOKEN NUMBER CODE [BIRTH-DATE]
	captcha_for "$1" >/dev/null || return 1
	identity_body=$(jq -c --arg code "$3" '. + {posted_code: $code}' <<<"$(identity_json "$2" "${@:4}")")
	api POST /v1/registration/identity "$identity_body" "$1"
}

# Everything up to the account step: sets $stage_token.
at_account_step_with() { # ADDRESS NUMBER CODE
	local mails
	invite "$1" || return 1
	mails=$(mail_count "$1")
	identify_with "$invitation" "$2" "$3" || return 1
	want 200 || return 1
	key=$(field .authentication_key)
	confirm_key "$(mail_token "$1" $((mails + 1)))" "$key"
	want 200 || return 1
	stage_token=$(field .stage_token)
}

@test "posted codes: the file, the letter, the member, once" {
	codes 0 "$FILE"
	same "$(grep -E '^(codes|ambiguous|broken off):' <<<"$output" | tr -s ' ')" $'codes: 3\nambiguous: 0\nbroken off: -'
	same "$(stat -c %a "$FILE")" 600
	same "$(sed 's/"[A-Z0-9-]\{12\}"/"CODE"/' "$FILE")" $'\xEF\xBB\xBF番号,記号,氏名カナ,コード,有効期限\r
"7001","100","ケンポ ハナコ","CODE",""\r
"7002","100","コンマ, ""イン""","CODE",""\r
"7003","100","","CODE",""\r'
	code=$(code_of 7001)
	[[ $code =~ ^([A-HJ-NP-Z2-9]{4}-){2}[A-HJ-NP-Z2-9]{2}$ ]]
	never grep -qF "$code" <<<"$output$stderr"
	# The codes are nowhere else, whole or in pieces.
	for text in "$code" "${code//-/}"; do never grep -qF "$text" < <(dump); done

	# The service says that it asks for one.
	api GET /v1/config
	same "$(field .posted_code_required)" true
	invite "$(new_email)"
	api GET /v1/registration/stage '' "$invitation"
	same "$(field .posted_code_required)" true
	identify "$invitation" 7001100
	want 400 invalid_fields
	same "$(faults)" posted_code:required

	# As people type it; it is used when the account is made, and not before.
	typed=$(sed 'y/ABCDEFGHJKLMNPQRSTUVWXYZ23456789-/ａｂｃｄｅｆｇｈｊｋｌｍｎｐｑｒｓｔｕｖｗｘｙｚ２３４５６７８９ー/' <<<"$code")
	at_account_step_with "$(new_email)" 7001100 " $typed "
	at_account_step_with "$(new_email)" 7001100 "${code,,}"
	second=$stage_token
	email=$(new_email)
	at_account_step_with "$email" 7001100 "$code"
	create_account "$stage_token" "$email"
	want 201
	same "$(db 'SELECT SUM(used_at IS NOT NULL), COUNT(*) FROM posted_code')" $'1\t3'
	create_account "$second" "$(new_email)"
	want 410 registration_over

	# Whoever leaves needs another letter, also with a registration that was under way.
	logged_in "$email"
	api DELETE /v1/me "$(json_object "current_password=$PASSWORD")" "$access"
	want 204
	create_account "$second" "$(new_email)"
	want 410 registration_over
	invite "$(new_email)"
	identify_with "$invitation" 7001100 "$code"
	want 422 identity_mismatch
	codes 0 "$FILE.2" --json
	same "$(jq -c '[.codes, .ambiguous, .broken_off]' <<<"$output")" '[1,0,null]'
	same "$(db 'SELECT GROUP_CONCAT(issue ORDER BY issue) FROM posted_code')" 1,1,2
	invite "$(new_email)"
	identify_with "$invitation" 7001100 "$(code_of 7001 "$FILE.2")"
	want 200
}
