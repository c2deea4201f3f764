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
	# What is noted beside the keys is about these persons.
	cp -r "$KEYS_FOLDER" "$BATS_FILE_TMPDIR/keys"
	export SUITE_KEYS=$KEYS_FOLDER KEYS_FOLDER=$BATS_FILE_TMPDIR/keys
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
	DB_NAME=$SUITE_DB KEYS_FOLDER=$SUITE_KEYS stack_restore
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

# What the answer says, and what was counted by it.
answer_and_counts() {
	jq -c 'del(.request_id)' <<<"$body"
	db "SELECT limit_id, count FROM limit_counter WHERE limit_id IN (LIMIT_IDENTITY_TRIES, LIMIT_SOURCE_IDENTITIES, LIMIT_SERVICE_IDENTITIES, LIMIT_SOURCE_PERSONS, LIMIT_NUMBER_FAILURES) ORDER BY 1, 2"
}

@test "wrong, used, ended, voided and missing codes, one of another person, one in no file that counts: a wrong number" { # asvs 6.3.8
	codes 0 "$FILE"
	good=$(code_of 7001)
	wanted=
	try() { # WHAT NUMBER CODE
		db 'DELETE FROM limit_counter'
		invite "$(new_email)"
		identify_with "$invitation" "$2" "$3"
		want 422 identity_mismatch || return 1
		[[ -n $wanted ]] || wanted=$(answer_and_counts)
		same "$1 $(answer_and_counts)" "$1 $wanted"
	}
	try 'a number of nobody' 7009100 "$good"
	try wrong 7001100 AAAA-AAAA-AA
	try "another person's" 7001100 "$(code_of 7002)"
	try 'not insured any more' 7004100 "$good"
	db "UPDATE posted_code SET used_at = 1"
	try used 7001100 "$good"
	db "UPDATE posted_code SET used_at = NULL, expires_at = UNIX_TIMESTAMP() - 1"
	try ended 7001100 "$good"
	db "UPDATE posted_code SET expires_at = 9223372036854775807; UPDATE posted_code_run SET ended_at = NULL"
	try 'in no file that counts' 7001100 "$good"
	db "UPDATE posted_code_run SET ended_at = 1; UPDATE posted_code SET code_hash = REVERSE(code_hash)"
	try voided 7001100 "$good"
	db "UPDATE posted_code SET code_hash = REVERSE(code_hash)"
	db "DELETE FROM posted_code WHERE person_id = (SELECT id FROM insured_person WHERE number = '7003')"
	try missing 7003100 "$good"

	# A right one takes its try back. Many wrong ones lock the number, and nobody is told.
	db 'DELETE FROM limit_counter'
	invite "$(new_email)"
	identify_with "$invitation" 7001100 "$good"
	want 200
	same "$(db 'SELECT SUM(count) FROM limit_counter WHERE limit_id = LIMIT_NUMBER_FAILURES')" 0
	api POST /v1/registration/identity "$identity_body" "$invitation"
	want 200
	db "UPDATE limit_counter SET count = 1000000000 WHERE limit_id = LIMIT_NUMBER_FAILURES"
	invite "$(new_email)"
	identify_with "$invitation" 7001100 "$good"
	want 422 identity_mismatch
	identify_with "$invitation" 7001100 'AAAA_AAAA_AA'
	want 400 invalid_fields
	same "$(faults)" posted_code:bad_character
}

@test "a code is bound to its registration: another one, the setting, a repetition" {
	codes 0 "$FILE"
	code=$(code_of 7001)
	show() { jq -r "$1" <<<"$(ctl member show --json "$(db "SELECT LOWER(HEX(id)) FROM insured_person WHERE number = '$2'")")"; }
	same "$(show '[.posted_code.state, .posted_code.used, .posted_code.until] | @json' 7001)" '["good",null,null]'
	at_account_step_with "$(new_email)" 7001100 "$code"
	first=$stage_token first_link=$invitation first_body=$identity_body
	identify_with "$invitation" 7001100 "$code" # again, with another CAPTCHA
	want 200

	# A lost letter. What was under way with it is over; the new one is counted from the start.
	run --separate-stderr ctl roster codes --reissue --export "$FILE.new" --reason 'ticket 12' --json - <<<'7001 100'
	same "$status $(jq -c '[.codes, has("ambiguous")]' <<<"$output")" '0 [1,false]'
	same "$(wc -l <"$FILE.new")" 2
	create_account "$first" "$(new_email)"
	[[ $status == 401 || $status == 410 ]]
	same "$(db 'SELECT COUNT(*) FROM account')" 0
	api POST /v1/registration/identity "$first_body" "$first_link"
	want 410 registration_over
	invite "$(new_email)"
	identify_with "$invitation" 7001100 "$code"
	want 422 identity_mismatch
	same "$(db "SELECT event = AUDIT_POSTED_CODES_MADE, event = AUDIT_POSTED_CODE_REISSUED, person_id = '', reason FROM audit_event WHERE operator <> '' ORDER BY event" | tr '\t' ' ')" \
		$'1 0 0 a test\n0 1 0 ticket 12'

	# Who began before the setting goes on only without it.
	stop_other
	start_other
	email=$(new_email)
	at_account_step "$email" 7002100
	stop_other
	start_other IDENTITY_POSTED_CODE=yes
	create_account "$stage_token" "$email"
	want 410 registration_over
	same "$(show .posted_code.state 7002)" good
	stop_other
	start_other
	create_account "$stage_token" "$email"
	want 201
	# Without the setting a code that is sent must be right, and is used.
	invite "$(new_email)"
	identify_with "$invitation" 7001100 "$code"
	want 422 identity_mismatch
	email=$(new_email)
	at_account_step_with "$email" 7001100 "$(code_of 7001 "$FILE.new")"
	create_account "$stage_token" "$email"
	want 201
	same "$(show '[.posted_code.state, (.posted_code.used != null)] | @json' 7001)" '["used",true]'
	# A step that is sent again is the step that it was.
	api POST /v1/registration/identity "$identity_body" "$invitation"
	want 200
	run --separate-stderr ctl roster codes --reissue --export "$FILE.third" --reason x - <<<'7001100'
	same "$status $([[ -e $FILE.third ]] && echo there)" '1 '
	run --separate-stderr ctl roster codes --reissue --export "$FILE.third" --reason x - <<<'7004100'
	same "$status" 3
}

@test "a file counts as a whole: a full disk, a run that was killed, two at once, an end, all anew" {
	# No room: nothing counts, and the file is not there.
	db "INSERT INTO insured_person (id, number, symbol, birth_date, kana_name, eligible_from, roster_run)
		SELECT RANDOM_BYTES(16), 8000 + seq, '100', '1980-01-01', REPEAT('ア', 99), '2010-04-01', '' FROM seq_1_to_2500"
	run --separate-stderr bash -c 'ulimit -f 400; trap "" XFSZ; exec "$@"' _ "$BUILD/tools/ctl/myportalctl" roster codes --export "$FILE" --reason x </dev/null
	same "$status" 1
	grep -q 'the file cannot be written' <<<"$stderr"
	[[ ! -e $FILE ]]
	same "$(db 'SELECT COUNT(*) > 0, SUM(r.ended_at IS NOT NULL) FROM posted_code c JOIN posted_code_run r ON r.id = c.run')" $'1\t0'

	# That run holds nobody up when its lease is over; its persons get codes, and the operator is told.
	codes 6 "$FILE"
	[[ ! -e $FILE ]]
	db 'UPDATE posted_code_run SET lease_until = 0'
	codes 0 "$FILE" --json
	same "$(jq -c '[.codes, .ambiguous, .broken_off != null]' <<<"$output")" '[2503,0,true]'
	same "$(wc -l <"$FILE") $(sed 1d "$FILE" | cut -d, -f 1 | sort -u | wc -l)" '2504 2503'
	same "$(db 'SELECT COUNT(*), SUM(r.ended_at IS NOT NULL), COUNT(DISTINCT c.code_hash) FROM posted_code c JOIN posted_code_run r ON r.id = c.run')" $'2503\t2503\t2503'
	codes 1 "$FILE" # it is there
	codes 0 "$FILE.2" --json
	same "$(jq -c '[.codes, .broken_off]' <<<"$output")" '[0,null]'

	# With an end, for everybody: the codes of before are void. One number that spells another's gets none.
	db "DELETE FROM insured_person WHERE kana_name LIKE 'ア%'"
	person 700 x
	db "UPDATE insured_person SET symbol = '2100' WHERE number = '700'"
	before=$(code_of 7001)
	POSTED_CODE_LIVES_DAYS=30 codes 0 "$FILE.3" --replace --json
	same "$(jq -c '[.codes, .ambiguous]' <<<"$output")" '[2,2]'
	same "$(sed -n 's/^"7001".*,"\([0-9-]*\)"\r$/\1/p' "$FILE.3")" "$(TZ=Asia/Tokyo date -d '30 days' +%F)"
	invite "$(new_email)"
	identify_with "$invitation" 7001100 "$before"
	want 422 identity_mismatch
	identify_with "$invitation" 7001100 "$(code_of 7001 "$FILE.3")"
	want 200
	# The whole of the last day, and no longer.
	same "$(db "SELECT DISTINCT FROM_UNIXTIME(expires_at - 1 + 9 * 3600) LIKE '%23:59:59' FROM posted_code WHERE expires_at BETWEEN UNIX_TIMESTAMP() + 1 AND 9223372036854775806")" 1

	# A backup of before the void ones: they are void again.
	db "UPDATE posted_code SET created_at = 1, expires_at = 9223372036854775807"
	cp -r "$KEYS_FOLDER" "$BATS_TEST_TMPDIR/keys"
	grep -qE '^[^ ]+ posted_codes_replaced -$' "$KEYS_FOLDER/acts"
	same "$(KEYS_FOLDER=$BATS_TEST_TMPDIR/keys ctl after-restore --reason x --json | jq -c '[.accounts[] | select(.now == "needs a new posted code") | .person]')" '["everybody"]'
	same "$(db 'SELECT MAX(expires_at) <= UNIX_TIMESTAMP() FROM posted_code')" 1
	same "$(KEYS_FOLDER=$BATS_TEST_TMPDIR/keys ctl after-restore --reason x --json | jq -c '[.accounts[].person]')" '[]'
}

# The order of docs/roster.md: letters first, then the setting. Who registered between them has no use for the letter.
@test "a code does not outlive an account that was made without it, nor that of the next letter" {
	codes 0 "$FILE"
	stop_other
	start_other
	email=$(new_email)
	at_account_step "$email" 7001100
	create_account "$stage_token" "$email"
	want 201
	stop_other
	start_other IDENTITY_POSTED_CODE=yes
	logged_in "$email"
	api DELETE /v1/me "$(json_object "current_password=$PASSWORD")" "$access"
	want 204
	invite "$(new_email)"
	identify_with "$invitation" 7001100 "$(code_of 7001)"
	want 422 identity_mismatch
	# All of before are void, also of a person who gets none now.
	db "UPDATE insured_person SET eligible_until = '2020-01-01' WHERE number = '7002'"
	codes 0 "$FILE.2" --replace
	same "$(db "SELECT p.number, c.expires_at > UNIX_TIMESTAMP() FROM posted_code c JOIN insured_person p ON p.id = c.person_id ORDER BY 1" | xargs)" \
		'7001 1 7002 0 7003 1'
}

@test "all anew, broken off: what was begun with a letter of before is over all the same, also one that ran out" {
	local -A address token begun
	codes 0 "$FILE"
	for number in 7001 7002; do
		address[$number]=$(new_email)
		invite "${address[$number]}"
		identify_with "$invitation" "${number}100" "$(code_of $number)"
		want 200
		token[$number]=$invitation begun[$number]=$identity_body
	done
	db "UPDATE posted_code c JOIN insured_person p ON p.id = c.person_id SET c.expires_at = UNIX_TIMESTAMP() - 60 WHERE p.number = '7002'"
	# Those before these persons fill the disk. They have codes, too: some batches.
	db "INSERT INTO insured_person (id, number, symbol, birth_date, kana_name, eligible_from, roster_run)
		SELECT RANDOM_BYTES(16), 1000 + seq, '100', '1980-01-01', REPEAT('ア', 99), '2010-04-01', '' FROM seq_1_to_2500;
		INSERT INTO posted_code (person_id, run, issue, code_hash, created_at, expires_at)
		SELECT p.id, r.id, 1, RANDOM_BYTES(32), r.created_at, 9223372036854775807 FROM posted_code_run r JOIN insured_person p WHERE p.number < 7000"
	run --separate-stderr bash -c 'ulimit -f 400; trap "" XFSZ; exec "$@"' _ "$BUILD/tools/ctl/myportalctl" roster codes --replace --export "$FILE.2" --reason x </dev/null
	same "$status" 1
	grep -q 'the file cannot be written' <<<"$stderr"
	mail_interval_ends
	for number in 7001 7002; do
		same "$number: $(db "SELECT r.ended_at IS NOT NULL FROM posted_code c JOIN posted_code_run r ON r.id = c.run JOIN insured_person p ON p.id = c.person_id WHERE p.number = '$number'")" "$number: 1"
		api POST /v1/registration/identity "${begun[$number]}" "${token[$number]}"
		want 410 registration_over
		wait_until 10 mail_is_finished
		same "$number: $(mail_count "${address[$number]}")" "$number: 2"
	done
	same "$(db 'SELECT COUNT(*) > 2500, MIN(issue) > 1 FROM posted_code')" $'1\t1'
}

@test "a new letter leaves an operator's invitation, and ends what was begun with the old one" {
	email=$(new_email)
	stop_other
	start_other IDENTITY_POSTED_CODE=yes REGISTRATION_EMAIL_DOMAINS=corp.example
	codes 0 "$FILE"
	ctl member invite --reason x - <<<"7001100"$'\n'"$email"
	invitation=$(mail_token "$email")
	run --separate-stderr ctl roster codes --reissue --export "$FILE.new" --reason x - <<<'7001100'
	same "$status" 0
	identify_with "$invitation" 7001100 "$(code_of 7001)"
	want 422 identity_mismatch
	identify_with "$invitation" 7001100 "$(code_of 7001 "$FILE.new")"
	want 200
	key=$(field .authentication_key)
	second_link=$(mail_token "$email" 2)
	run --separate-stderr ctl roster codes --reissue --export "$FILE.third" --reason x - <<<'7001100'
	same "$status" 0
	confirm_key "$second_link" "$key"
	want 401 token_spent
}

# bats test_tags=plain
@test "a write to the file that fails once: no code counts, and the file is not there" {
	strace -o "$BATS_TEST_TMPDIR/trace" true || skip "this machine does not let strace trace"
	db "INSERT INTO insured_person (id, number, symbol, birth_date, kana_name, eligible_from, roster_run)
		SELECT RANDOM_BYTES(16), 8000 + seq, '100', '1980-01-01', 'ア', '2010-04-01', '' FROM seq_1_to_500"
	run --separate-stderr strace -f -qq -o "$BATS_TEST_TMPDIR/trace" -P "$FILE" -e trace=write -e inject=write:error=ENOSPC:when=3 \
		"$BUILD/tools/ctl/myportalctl" roster codes --export "$FILE" --reason x </dev/null
	grep -q 'ENOSPC.*INJECTED' "$BATS_TEST_TMPDIR/trace"
	same "$status" 1
	[[ ! -e $FILE ]]
	db 'UPDATE posted_code_run SET lease_until = 0'
	codes 0 "$FILE" --json
	same "$(jq .codes <<<"$output") $(wc -l <"$FILE")" '503 504'
}
