#!/usr/bin/env bats
# roster.bats - what myportalctl roster import takes over, what it rejects, and what it says.
#
# In a database of its own: the persons of the other tests stay as they are.

bats_require_minimum_version 1.5.0
load helper

setup_file() {
	# shellcheck source-path=SCRIPTDIR source=../../tools/stack.bash
	. "$TREE/tools/stack.bash"
	export SUITE_DB=$DB_NAME DB_NAME=myportal_roster
	db_admin -e "CREATE OR REPLACE DATABASE $DB_NAME CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
		GRANT ALL ON $DB_NAME.* TO '$DB_OWNER_USER'@'%'"
	ctl migrate --folder "$TREE/schema"
}

teardown_file() {
	. "$TREE/tools/stack.bash"
	process_runs mariadbd || db_start
	db_admin -e "DROP DATABASE myportal_roster"
}

setup() {
	db 'DELETE FROM insured_person; DELETE FROM roster_run'
	ROSTER=$BATS_TEST_TMPDIR/roster.csv
	sample >"$ROSTER"
}

teardown() {
	DB_NAME=$SUITE_DB stack_restore
}

header='記号,番号,枝番,被保険者区分,氏名カナ,生年月日,資格取得日,資格喪失日'

# Thirty insured persons, on lines 2 to 31, and a dependent.
sample() {
	printf '%s\n' "$header"
	seq 7001 7030 | sed 's/.*/100,&,00,1,タメシ ヒト,1980-01-01,2010-04-01,/'
	printf '100,7001,01,2,タメシ コ,2012-05-05,2012-05-05,\n'
}

# Imports; $output and $stderr are what was said, $status how it ended.
import() { # [OPTION...] FILE
	run --separate-stderr ctl roster import "$@"
}

# The import went well and counted so: "added 3, ended 1"; what is not named is not looked at.
counted() { # "NAME N, ..."
	local pair
	[[ $status == 0 ]] || { printf '%s\n%s\n' "$output" "$stderr" >&2; return 1; }
	tr , '\n' <<<"$1" | while read -r pair; do
		grep -qx "${pair/ /:  *}" <<<"$output" || { printf 'not %s:\n%s\n' "$pair" "$output" >&2; return 1; }
	done
}

# The import was refused with this status, changed nothing, and said this on standard error.
refused() { # STATUS TEXT...
	local text wanted=$1
	shift
	[[ $status == "$wanted" && -z $output ]] || { printf '%s: %s\n' "$status" "$output" >&2; return 1; }
	for text; do
		[[ $stderr == *"$text"* ]] || { printf 'not "%s":\n%s\n' "$text" "$stderr" >&2; return 1; }
	done
	[[ $(persons) == "$before" ]]
}

# Everything stored, to be compared.
persons() {
	db 'SELECT HEX(id), number, symbol, kana_name, birth_date, eligible_from, eligible_until
		FROM insured_person ORDER BY number, symbol'
}

eligible() {
	db "SELECT COUNT(*) FROM insured_person
		WHERE eligible_until IS NULL OR eligible_until > '$(today_in_japan)'"
}

remember() {
	before=$(persons)
}

today_in_japan() {
	TZ=UTC-9 date +%F
}

# --- what is taken over ---------------------------------------------------------------------------

@test "insured persons are stored, dependents are counted" {
	import "$ROSTER"
	counted 'lines 31, insured 30, dependents 1, added 30, changed 0, unchanged 0, ended 0, ambiguous 0'
	[[ -z $stderr ]]
	[[ $(db 'SELECT COUNT(*), COUNT(DISTINCT id) FROM insured_person') == $'30\t30' ]]
	[[ $(db "SELECT lookup, kana_name, birth_date, eligible_from, eligible_until FROM insured_person
		WHERE number = '7001'") == $'7001100\tタメシ ヒト\t1980-01-01\t2010-04-01\tNULL' ]]
}

@test "the run is recorded: file, counts, who, when" {
	SUDO_USER=haruko import "$ROSTER"
	[[ $(db 'SELECT LOWER(HEX(file_hash)), lines_read, dependents, added, changed, ended, ambiguous,
		started_by, in_progress, created_at > UNIX_TIMESTAMP() - 60 FROM roster_run') == \
		"$(sha256sum <"$ROSTER" | cut -d' ' -f1)"$'\t31\t1\t30\t0\t0\t0\tharuko\tNULL\t1' ]]
}

@test "the same file again changes nothing, and says so" {
	import "$ROSTER"
	remember
	import "$ROSTER"
	counted 'added 0, changed 0, unchanged 30, ended 0'
	[[ $output == *'nothing was changed'* && $(persons) == "$before" ]]
	[[ $(db 'SELECT COUNT(*) FROM roster_run') == 2 ]]
}

@test "a changed line changes its person and nobody else, and the id stays" {
	import "$ROSTER"
	remember
	sed -i '/,7002,/s/ヒト/ベツ/; /,7003,/s/1980-01-01/1980-01-02/; /,7004,/s/$/2090-04-01/' "$ROSTER"
	import "$ROSTER"
	counted 'added 0, changed 3, unchanged 27, ended 0'
	[[ $(persons) == "$(sed '/\t7002\t/s/ヒト/ベツ/; /\t7003\t/s/1980-01-01/1980-01-02/
		/\t7004\t/s/NULL/2090-04-01/' <<<"$before")" ]]
}

@test "other ways to write the same are no change" {
	import "$ROSTER"
	sed -i '/,7002,/s/100,7002/１００,７００２/; /,7003,/s/タメシ ヒト/ﾀﾒｼ　ﾋﾄ/; /,7004,/s/2010-04-01/2010\/04\/01/
		/,7005,/s/1980-01-01/１９８００１０１/; s/$/\r/' "$ROSTER"
	import "$ROSTER"
	counted 'changed 0, unchanged 30'
}

@test "the roster in Shift_JIS is the same roster" {
	import "$ROSTER"
	iconv -f UTF-8 -t CP932 "$ROSTER" >"$ROSTER.sjis"
	import "$ROSTER.sjis"
	counted 'added 0, changed 0, unchanged 30, ended 0'
}

@test "who is absent is eligible no longer from today on, and may come back with the same id" {
	import "$ROSTER"
	remember
	sed '/,7030,/d' "$ROSTER" >"$ROSTER.less"
	today=$(today_in_japan)
	import "$ROSTER.less"
	counted 'unchanged 29, ended 1'
	gone=$(db "SELECT eligible_until FROM insured_person WHERE number = '7030'")
	[[ $gone == "$today" || $gone == "$(today_in_japan)" ]]
	import "$ROSTER.less"
	counted 'unchanged 29, ended 0'
	import "$ROSTER"
	counted 'added 0, changed 1, unchanged 29'
	[[ $(persons) == "$before" ]]
}

@test "who ended before and is absent keeps the day it ended" {
	sed -i '/,7030,/s/$/2024-04-01/' "$ROSTER"
	import "$ROSTER"
	sed -i '/,7030,/d' "$ROSTER"
	import "$ROSTER"
	counted 'ended 0'
	[[ $(db "SELECT eligible_until FROM insured_person WHERE number = '7030'") == 2024-04-01 ]]
}

@test "who was to begin later and is absent will not begin" {
	sed -i '/,7030,/s/2010-04-01/2090-04-01/' "$ROSTER"
	import "$ROSTER"
	sed -i '/,7030,/d' "$ROSTER"
	import "$ROSTER"
	counted 'ended 1'
}

@test "who became a dependent counts as absent" {
	import "$ROSTER"
	sed -i '/,7030,/s/,1,/,2,/' "$ROSTER"
	import "$ROSTER"
	counted 'dependents 2, unchanged 29, ended 1'
}

@test "a dry run says what an import then does, and changes nothing" {
	import "$ROSTER"
	remember
	sed -i '/,7002,/s/ヒト/ベツ/; /,7030,/s/7030/7031/' "$ROSTER"
	import --dry-run "$ROSTER"
	counted 'added 1, changed 1, unchanged 28, ended 1'
	[[ $output == *'nothing was changed: this was a check' && $(persons) == "$before" ]]
	[[ $(db 'SELECT COUNT(*) FROM roster_run') == 1 ]]
	dry=$output
	run --separate-stderr ctl roster check "$ROSTER"
	[[ $output == "$dry" ]]
	import "$ROSTER"
	[[ $dry == "$output"$'\nnothing was changed: this was a check' ]]
}

# Of the service's user, who has no rights to write persons or runs.
@test "a check needs no more rights than to read" {
	import "$ROSTER"
	db_admin -e "GRANT SELECT ON $DB_NAME.* TO '$DB_USER'@'%'"
	sed -i '/,7002,/s/ヒト/ベツ/' "$ROSTER"
	DB_OWNER_USER=$DB_USER DB_OWNER_PASSWORD_FILE=$DB_PASSWORD_FILE run --separate-stderr ctl roster check "$ROSTER"
	db_admin -e "REVOKE SELECT ON $DB_NAME.* FROM '$DB_USER'@'%'"
	counted 'changed 1, unchanged 29'
}

@test "many lines, in batches and beyond" {
	"$TREE/tools/dev/make-roster" 1999 >"$ROSTER"
	import "$ROSTER"
	counted 'lines 1999, insured 1200, added 1200'
	[[ $(db 'SELECT COUNT(*) FROM insured_person') == 1200 ]]
	"$TREE/tools/dev/make-roster" 1999 2 >"$ROSTER"
	wanted=$(diff <("$TREE/tools/dev/make-roster" 1999 | grep ,1,) <(grep ,1, "$ROSTER") | grep -c '^<')
	import "$ROSTER"
	counted "added 0, changed $wanted, ended 0"
	((wanted > 0))
}

# --- strings that mean two ------------------------------------------------------------------------

@test "two pairs that spell one string are imported and told" {
	printf '%s\n' 23,1,,1,フタツ,1970-01-01,2000-04-01, 3,12,,1,フタツ,1970-01-01,2000-04-01, >>"$ROSTER"
	import "$ROSTER"
	counted 'added 32, ambiguous 2'
	[[ ${stderr_lines[0]} == "$ROSTER:33: warning: 番号: "*'line 34'* ]]
	[[ ${stderr_lines[1]} == "$ROSTER:34: warning: 番号: "*'line 33'* ]]
	((${#stderr_lines[@]} == 2))
	import "$ROSTER"
	counted 'changed 0, unchanged 32, ambiguous 2'
	[[ $(db 'SELECT MAX(ambiguous), MIN(ambiguous) FROM roster_run') == $'2\t2' ]]
}

@test "one who spells what somebody gone spelled is told, too" {
	printf '%s\n' 23,1,,1,フタツ,1970-01-01,2000-04-01, >>"$ROSTER"
	import "$ROSTER"
	sed -i 's/^23,1,/3,12,/' "$ROSTER"
	import --dry-run "$ROSTER"
	counted 'added 1, ended 1, ambiguous 1'
	[[ $stderr == "$ROSTER:33: warning: 番号: "*'not in the file'* ]]
}

# --- what is refused ------------------------------------------------------------------------------

@test "every faulty line is named, by line and column and never by what stood there" { # asvs 14.2.4
	import "$ROSTER"
	remember
	sed -i '/,7002,/s/,00,/,X9,/; /,7003,/s/7003//; /,7004,/s/,1,/,7,/; /,7005,/s/1980-01-01/昭和64.1.8/
		/,7006,/s/$/2009-09-09/; /,7007,/s/,$//; /,7008,/s/タメシ ヒト//; /,7009,/s/100/＊秘密＊/' "$ROSTER"
	import "$ROSTER"
	refused 5 "$ROSTER:3: 枝番: " "$ROSTER:4: 番号: empty" "$ROSTER:5: 被保険者区分: " "$ROSTER:6: 生年月日: " \
		"$ROSTER:7: 資格喪失日: before 資格取得日" "$ROSTER:8: fewer fields" "$ROSTER:9: 氏名カナ: empty" \
		"$ROSTER:10: 記号: " 'nothing was imported'
	((${#stderr_lines[@]} == 9))
	said=${stderr//"$ROSTER"/} # its folder's name is made up: anything may be in it
	[[ $said != *700* && $said != *X9* && $said != *昭和* && $said != *秘密* ]]
}

@test "a thousand faults are shown, the others counted" {
	remember
	{ printf '%s\n' "$header"; yes 'x,,x,x,,x,x,x' | head -n 300; } >"$ROSTER"
	import "$ROSTER"
	refused 5 '2100 errors, of which 1000 are shown' 'nothing was imported'
	((${#stderr_lines[@]} == 1002))
}

@test "two lines of one insured person are both named" {
	remember
	sed -i '/,7020,/s/7020/7010/; /,7030,/s/100,7030/１００,70-10/' "$ROSTER"
	import "$ROSTER"
	refused 5 "$ROSTER:21: 番号: the same 番号 and 記号 as in line 11" \
		"$ROSTER:31: 番号: the same 番号 and 記号 as in line 11"
	((${#stderr_lines[@]} == 3))
}

@test "faults of both kinds are told in one go" {
	remember
	sed -i '/,7020,/s/7020/7010/; /,7002,/s/,00,/,X9,/' "$ROSTER"
	import "$ROSTER"
	refused 5 "$ROSTER:3: 枝番: " "$ROSTER:21: 番号: the same"
}

@test "a header without a column is refused, and one with it twice" {
	remember
	sed -i '1s/枝番/番号/' "$ROSTER"
	import "$ROSTER"
	refused 5 "$ROSTER:1: 枝番: the header lacks" "$ROSTER:1: 番号: the header has this column twice"
}

@test "a file that ends inside a quote is refused" {
	remember
	printf '100,"7031,00,1,タメシ,1980-01-01,2010-04-01,\n' >>"$ROSTER"
	import "$ROSTER"
	refused 5 'ends inside a quoted field'
}

@test "what is no file is refused" {
	remember
	import "$BATS_TEST_TMPDIR"
	refused 1 'is a folder'
	import "$ROSTER.nowhere"
	refused 3 'No such file'
	import <(sample)
	refused 5 'not a regular file'
}

@test "a command that is not understood is not carried out" {
	local words
	for words in '' import "import $ROSTER $ROSTER" "import --dry $ROSTER" \
		"export $ROSTER"; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr ctl roster $words
		[[ $status == 2 && $stderr == *usage:* ]]
	done
	[[ -z $(persons) ]]
}

# --- a roster is never wiped ----------------------------------------------------------------------

@test "an empty roster is refused, whatever is allowed" {
	import "$ROSTER"
	remember
	printf '%s\n' "$header" >"$ROSTER"
	import --allow-ended "$ROSTER"
	refused 5 'no line is of an insured person'
	: >"$ROSTER"
	import --allow-ended "$ROSTER"
	refused 5 'there is no header'
}

@test "a roster of dependents alone is refused, whatever is allowed" {
	import "$ROSTER"
	remember
	sed -i 's/,1,/,2,/' "$ROSTER"
	import --allow-ended "$ROSTER"
	refused 5 'no line is of an insured person'
}

@test "half a roster is refused, unless that is what is wanted" {
	"$TREE/tools/dev/make-roster" 500 >"$ROSTER"
	import "$ROSTER"
	remember
	head -n 250 "$ROSTER" >"$ROSTER.half"
	import "$ROSTER.half"
	refused 4 'would lose their eligibility' --allow-ended
	import --dry-run "$ROSTER.half"
	refused 4 'would lose their eligibility'
	import --allow-ended "$ROSTER.half"
	[[ $status == 0 && $(eligible) -lt 160 ]]
}

@test "swapped columns are a loss of all, and refused" {
	import "$ROSTER"
	remember
	sed -i '1s/記号,番号/番号,記号/' "$ROSTER"
	import "$ROSTER"
	refused 4 '30 of 30 eligible persons would lose'
}

@test "birth dates that slipped by a line are refused" {
	"$TREE/tools/dev/make-roster" 200 >"$ROSTER"
	import "$ROSTER"
	remember
	# The column as it is, one line further down.
	{
		head -n 1 "$ROSTER"
		paste -d, <(cut -d, -f1-4 "$ROSTER" | tail -n +3) <(cut -d, -f5 "$ROSTER" | sed '1d; $d') \
			<(cut -d, -f6- "$ROSTER" | tail -n +3)
	} >"$ROSTER.slipped"
	import "$ROSTER.slipped"
	refused 4 'stored persons would have another birth date, more than ROSTER_BIRTH_DATES_SHARE_MAX=5' --allow-birth-dates
	ROSTER_BIRTH_DATES_SHARE_MAX=1000 run --separate-stderr ctl roster check "$ROSTER.slipped"
	[[ $status == 0 ]]
}

# --- what is shown of it --------------------------------------------------------------------------

@test "every run is kept, refused ones too" {
	local outcomes
	import "$ROSTER"
	sed '/,7002,/s/,00,/,X9,/' "$ROSTER" >"$ROSTER.faulty"
	import "$ROSTER.faulty"
	head -n 5 "$ROSTER" >"$ROSTER.half"
	SUDO_USER=haruko import "$ROSTER.half"
	printf 'x\n' >"$ROSTER.other"
	import "$ROSTER.other"
	outcomes=$(ctl roster runs --json | jq -c '[.runs[] | [.outcome, .by, .lines, .added, .ended]] | sort')
	me=${SUDO_USER:-$(id -un)}
	[[ $outcomes == "$(jq -nc --arg me "$me" '[["change_limit_exceeded", "haruko", 4, 0, 26],
		["file_has_errors", $me, 0, 0, 0], ["file_has_errors", $me, 31, 0, 0], ["imported", $me, 31, 30, 0]] | sort')" ]]
	[[ $(ctl roster runs --json | jq -r '.runs[] | select(.outcome == "imported") | .file_sha256') == \
		"$(sha256sum <"$ROSTER" | cut -d' ' -f1)" ]]
	run --separate-stderr ctl roster runs --limit 1
	[[ ${#lines[@]} == 2 && ${lines[0]} == *OUTCOME* ]]
}

@test "a program reads what was counted, and which limit was exceeded" {
	import "$ROSTER"
	head -n 5 "$ROSTER" >"$ROSTER.half"
	run --separate-stderr ctl roster check --json "$ROSTER.half"
	[[ $status == 4 ]]
	[[ $(jq -c '[.outcome, .check, .eligible, .losing, .exceeded]' <<<"$output") == \
		'["change_limit_exceeded",true,30,26,[{"count":26,"limit":"ended","of":30,"thousandths_max":100}]]' ]]
}

@test "who would change is listed in a file of the operator's alone" {
	local list=$BATS_TEST_TMPDIR/list.csv
	import "$ROSTER"
	remember
	sed -i '/,7002,/s/ヒト/ベツ/; /,7030,/s/7030/7031/' "$ROSTER"
	run --separate-stderr ctl roster check --changes "$list" "$ROSTER"
	counted 'added 1, changed 1, ended 1'
	[[ $output$stderr != *700* && $(stat -c %a "$list") == 600 ]]
	[[ $(cut -d, -f1,3,4,7 "$list" | tr -d '\r' | sort | paste -sd ' ') == \
		*'added,"7031","100","タメシ ヒト" changed,"7002","100","タメシ ベツ" ended,"7030","100","'* ]]
	run --separate-stderr ctl roster import --changes "$list" "$ROSTER"
	refused 1 'is there already'
}

@test "a list of changes that is not whole is none, and its name is free again" {
	local list=$BATS_TEST_TMPDIR/list.csv
	import "$ROSTER"
	remember
	run --separate-stderr ctl roster check --changes "$list" "$ROSTER"
	counted 'unchanged 30'
	[[ $(grep -c '' "$list") == 1 ]] # its header: nobody would change
	rm "$list"
	# Compared up to a line that is twice there.
	sed -i '/,7002,/s/ヒト/ベツ/; /,7030,/s/7030/7029/' "$ROSTER"
	run --separate-stderr ctl roster check --changes "$list" "$ROSTER"
	refused 5 'the same'
	[[ ! -e $list ]]
	db_stop
	run --separate-stderr ctl roster check --changes "$list" "$ROSTER"
	[[ $status == 7 && ! -e $list ]]
}

@test "a terminal is told how far it is, and nobody else" {
	import "$ROSTER"
	[[ -z $stderr ]]
	"$TREE/tools/dev/make-roster" 20000 >"$ROSTER.many"
	script -qec "$BUILD/tools/ctl/myportalctl roster check $ROSTER.many" /dev/null >"$BATS_TEST_TMPDIR/seen" || true
	grep -q 'read [1-9][0-9]* lines, percent: [0-9]* of 100' "$BATS_TEST_TMPDIR/seen"
}

@test "docs/roster.md names the options, the limits and what they are by default" {
	local option setting preset known
	known=$(ctl help roster import; ctl help roster runs)
	while read -r option; do
		[[ $known == *"$option "* ]] || { printf '%s\n' "$option" >&2; false; }
	done < <(grep -oE -- '--(allow|changes|columns|dry|json)[a-z-]*' "$TREE/docs/roster.md" | sort -u)
	while read -r preset setting; do
		"$BUILD/api/myportald" --settings | grep -qF "| \`$setting\` | \`$preset\` | 0-1000 |" ||
			{ printf '%s is not %s\n' "$setting" "$preset" >&2; false; }
	done < <(sed -n 's/^| [^|]* | \([0-9]*\)[^|]* | `\(ROSTER_[A-Z_]*\)` | `--allow.*/\1 \2/p' "$TREE/docs/roster.md")
	(($(grep -c '`ROSTER_[A-Z_]*_SHARE_MAX` | `--allow' "$TREE/docs/roster.md") == 4))
}

@test "a file of another system is read by a mapping" {
	import "$ROSTER"
	sed -i '1s/番号/証番号/; s/1980-01-01/S55.1.1/' "$ROSTER"
	printf ',,,,,,,\r\n\x1a' >>"$ROSTER"
	printf '番号=証番号\n' >"$ROSTER.columns"
	run --separate-stderr ctl roster import --columns "$ROSTER.columns" "$ROSTER"
	counted 'changed 0, unchanged 30'
	remember
	printf '電話=TEL\n' >"$ROSTER.columns"
	run --separate-stderr ctl roster import --columns "$ROSTER.columns" "$ROSTER"
	refused 5 "$ROSTER.columns: line 1: left of"
}

# --- one at a time, and whole ---------------------------------------------------------------------

waits_for_lock() {
	[[ $(db_admin -e "SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'") == *$'\t1' ]]
}

# The table of transactions is made anew only when nobody has read it for a tenth of a second.
no_transaction() {
	sleep 0.2
	[[ $(db_admin -e 'SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_rows_modified > 0') == 0 ]]
}

# Holds something for some seconds in a transaction that then is rolled back.
hold() { # SECONDS SQL
	db "START TRANSACTION; $2; SELECT SLEEP($1); ROLLBACK" >/dev/null 3>&- &
	wait_until 5 holds
}

holds() {
	! no_transaction
}

@test "an import that is killed holds the next one up for no longer than its lease" { # asvs 2.3.3
	import "$ROSTER"
	remember
	sed -i '/,7002,/s/ヒト/ベツ/; /,7030,/s/7030/7031/' "$ROSTER"
	hold 4 "UPDATE insured_person SET kana_name = 'X' WHERE number = '7002'"
	"$BUILD/tools/ctl/myportalctl" roster import "$ROSTER" 3>&- & # not ctl: a shell would be killed
	wait_until 5 waits_for_lock # it has read and compared, and writes
	kill -KILL "$!"
	wait_until 20 no_transaction
	import "$ROSTER"
	refused 6 'another import is in progress; one that was killed ends within a minute'
	db 'UPDATE roster_run SET lease_until = 0 WHERE in_progress = 1'
	import "$ROSTER"
	counted 'added 1, changed 1, ended 1'
	[[ $(ctl roster runs --json | jq -c '[.runs[].outcome] | sort') == '["broken_off","busy","imported","imported"]' ]]
}

@test "a service that reads or registers is not locked out by an import" { # asvs 15.4.3
	import "$ROSTER"
	sed -i '/,7002,/s/ヒト/ベツ/; /,7003,/s/ヒト/ベツ/' "$ROSTER"
	hold 4 "UPDATE insured_person SET kana_name = 'X' WHERE number = '7003'"
	ctl roster import "$ROSTER" >"$BATS_TEST_TMPDIR/said" 3>&- &
	wait_until 5 waits_for_lock # it holds 7002, and waits for 7003
	# What the foreign key of a new account takes.
	db "SET innodb_lock_wait_timeout = 0; START TRANSACTION;
		SELECT id FROM insured_person WHERE number = '7001' LOCK IN SHARE MODE;
		SELECT id FROM insured_person WHERE number = '7029' LOCK IN SHARE MODE; ROLLBACK"
	wait "$!" # it was patient
	grep -qx 'changed: *2' "$BATS_TEST_TMPDIR/said"
}

@test "without a database nothing is imported, and that is said" {
	remember
	db_stop
	import "$ROSTER"
	db_start
	refused 7 'the database is away or too slow: nothing was imported'
}
