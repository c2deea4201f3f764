#!/usr/bin/env bats
# The answer to a COMMIT of an operator's command is lost, or it is a deadlock's: as 63_lost_commit.bats, in a file of its
# own, as it takes minutes.
# bats file_tags=plain

bats_require_minimum_version 1.5.0
load helper
load steps
load db_session
load lost_commit

@test "an answer to COMMIT that is lost, or a deadlock's: the operator's commands" { # asvs 2.3.3
	drive_table "$OPERATOR_TABLE"
}

id_of() { # TABLE CONDITION
	db "SELECT LOWER(HEX(id)) FROM $1 WHERE $2"
}

# An account of a person of the roster.
stored_account() { # LOGIN-ID
	db "INSERT INTO account (id, person_id, login_id, password_hash, email, nickname, language, created_at, password_changed_at)
		SELECT RANDOM_BYTES(16), id, '$1', 'x', '$1', 'x', 'ja', 1, 1 FROM insured_person WHERE lookup = '$(new_person)'"
	id_of account "login_id = '$1'"
}

# A command whose first connection is the last one: it ends at the fault, with the status of a database that is away.
with_the_last_word_lost() { # RULE WORD...
	rules 'pass connect .' "$1" '*drop connect .'
	run --separate-stderr ctl_on_the_wire "${@:2}"
	same "$status $(tail -n 1 "$STACK/lossy-db/used")" "7 $1"
}

# The same rows as in a backup of before the acts, with codes that never end.
rows_come_back() {
	db "INSERT IGNORE INTO insured_person (id, number, symbol, birth_date, kana_name, eligible_from, roster_run) SELECT * FROM kept_person;
		DELETE FROM account; INSERT INTO account SELECT * FROM kept_account; DELETE FROM audit_event; DELETE FROM posted_code_run;
		REPLACE INTO posted_code (person_id, run, issue, code_hash, created_at, expires_at)
			VALUES (UNHEX('$person'), REPEAT('r', 16), 1, REPEAT('h', 32), 1, 9223372036854775807)"
}

@test "what may have been done when the database went away, or the command was killed, is done again after a restore" { # asvs 6.5.1
	local -x KEYS_FOLDER=$BATS_TEST_TMPDIR/keys
	local disabled ended killed erased erased_person person letters=$BATS_TEST_TMPDIR/letters
	ctl keys new >/dev/null
	db 'DELETE FROM account'
	disabled=$(stored_account disabled@acts.jp) ended=$(stored_account ended@acts.jp)
	killed=$(stored_account killed@acts.jp) erased=$(stored_account erased@acts.jp)
	erased_person=$(db "SELECT LOWER(HEX(person_id)) FROM account WHERE id = UNHEX('$erased')")
	number=$(new_person)
	person=$(id_of insured_person "lookup = '$number'")
	db "CREATE OR REPLACE TEMPORARY TABLE kept_account AS SELECT * FROM account;
		CREATE OR REPLACE TEMPORARY TABLE kept_person AS SELECT id, number, symbol, birth_date, kana_name, eligible_from, roster_run
			FROM insured_person WHERE id = UNHEX('$erased_person')"
	rows_come_back

	with_the_last_word_lost 'lose commit UPDATE account' member disable --reason x "$disabled"
	with_the_last_word_lost 'lose commit DELETE FROM account' member end --reason x - <<<ended@acts.jp
	with_the_last_word_lost 'lose commit DELETE FROM insured_person' member erase --reason x "$erased"
	with_the_last_word_lost 'lose statement UPDATE posted_code SET' roster codes --replace --reason x --export "$letters"
	db 'DELETE FROM posted_code_run'
	with_the_last_word_lost 'lose commit INTO posted_code \(' roster codes --reissue --reason x --export "$letters" - <<<"$number"
	rules 'pass connect .' 'lose commit DELETE FROM account' '*hang connect .'
	DB_SOCKET='' DB_HOST=127.0.0.1 DB_PORT=$LOSSY_PORT DB_TLS=none \
		"$BUILD/tools/ctl/myportalctl" member end --reason x - <<<killed@acts.jp >"$BATS_TEST_TMPDIR/killed" 2>&1 3>&- &
	wait_until 30 eval '[[ $(id_of account "login_id = \"killed@acts.jp\"") == "" ]]'
	kill -KILL "$!" 2>/dev/null || true # it may have given up by itself
	wait "$!" || true
	rules

	# All was done, and is noted. Asked for again, what is so already is told.
	same "$(db 'SELECT login_id, state = ACCOUNT_DISABLED FROM account' | xargs)" 'disabled@acts.jp 1'
	same "$(id_of insured_person "id = UNHEX('$erased_person')")" ''
	same "$(cut -d ' ' -f 2- "$KEYS_FOLDER/acts" | sort)" "$(sort <<<"account_disabled $disabled
account_ended_by_operator $ended
account_ended_by_operator $killed
person_erased $erased $erased_person
posted_code_reissued - $person
posted_codes_replaced -")"
	run --separate-stderr ctl member disable --reason x "$disabled"
	same "$status $output" '0 was disabled already'
	for act in end erase; do
		run --separate-stderr ctl member "$act" --reason x "$erased"
		same "$act $status" "$act 3"
	done

	rows_come_back
	same "$(ctl after-restore --reason x --json | jq -r '.accounts[] | "\(.account // .person) \(.now)"' | sort)" \
		"$(sort <<<"$disabled disabled
$ended ended
$killed ended
$erased_person the person is erased
everybody needs a new posted code")"

	# Where it cannot be noted, it is done, and that is said.
	rm "$KEYS_FOLDER/acts"
	mkdir "$KEYS_FOLDER/acts"
	run --separate-stderr ctl member enable --reason x "$disabled"
	same "$status $output" '0 enabled'
	grep -qF 'do it again after a restore' <<<"$stderr"
	db 'DELETE FROM account; DELETE FROM posted_code; DELETE FROM posted_code_run'
}
