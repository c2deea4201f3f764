# A month of an operator who has two societies on one machine. Its days come one after the other, each where the one
# before has left things, while members register, log in and look at their profile all the time. What fails for them
# must be explained by what was going on.
#
# MONTH_TEST_LONG=1: thirty nights and a larger roster.
# bats file_tags=plain

load ../flow/helper
load ../flow/steps
load ../flow/operator
load ../flow/proxies
load society
load members
load roster

setup() {
	[[ ! -e $STACK/failed ]] || skip 'an earlier day has failed'
	society_is sample
}

teardown() {
	let_go
	[[ -n ${BATS_TEST_COMPLETED-} || -n ${BATS_TEST_SKIPPED-} ]] || touch "$STACK/failed"
}

teardown_file() {
	members_stay_away
	process_stop haproxy 5
}

@test "day 1: two societies are installed, each with a database, users, keys, a sender and an origin of its own" {
	local name
	install_programs
	for name in "${SOCIETIES[@]}"; do
		society_is "$name"
		install_settings "$name"
		install_database "$name"
		ctl keys new >/dev/null
		keys_of_last_quarter
		roster_first
		deliver "$ROSTER"
		job roster >/dev/null
		same "$(db 'SELECT COUNT(*) FROM insured_person')" "$PERSONS"
		same "$(ls "$VAR/$name/roster")" ''
		systemctl start "myportald@$name"
	done
	NAMES=DNS:${HOST[other]} certificate_make
	CORS_ORIGINS=${ORIGIN_OF[sample]} LISTEN_INSIDE=$(inside_of installed) haproxy_start "$HAPROXY_PORT" haproxy "127.0.0.1:${PORT[installed]}" "$(haproxy_edits)"
	curl_knows_both
	for name in "${SOCIETIES[@]}"; do
		society_is "$name"
		member_joins "first.$name"
		same "$(mail_part "$(address_of "first.$name")" X-MailFrom)" "${SENDER[$name]}"
		[[ $(mail_part "$(address_of "first.$name")" text) == *"${ORIGIN_OF[$name]}"* ]]
		ctl doctor --folder "$SCHEMA" --haproxy "$STACK/haproxy.conf" --json >"$STACK/doctor.$name" || { cat "$STACK/doctor.$name"; false; }
	done
	# The database's users of one see nothing of the other; a member of one is nobody at the other.
	same "$(MYSQL_PWD=$(<"$ETC/other.secrets/db-password") mariadb --no-defaults --socket="$DB_SOCKET" --user=other --batch --skip-column-names -e 'SHOW DATABASES' | xargs)" 'information_schema other'
	log_in "$(address_of first.sample)"
	want 401 login_failed
	never diff -q <(cat "$VAR"/sample/keys/*.key) <(cat "$VAR"/other/keys/*.key)
	other_society_now >"$STACK/other.before"
	society_is sample
	members_come
}

@test "the first nights: who joins, ends, changes and moves, and what it means to members" {
	local name late
	for name in ended renamed moved; do member_joins "$name"; done
	at_account_step "$(address_of halfway)" "$(number_of halfway)"

	cp "$ROSTER" "$STACK/night.before"
	roster_lines 9001 9001 >>"$ROSTER"
	edit "${NUMBER[ended]}" d
	edit "${NUMBER[renamed]}" 's/ヒト/ベツ/'
	edit "${NUMBER[moved]}" 's/.*/300,7004,00,1,タメシ ヒト,1980-01-01,2010-04-01,,100,5004/'
	edit "${NUMBER[halfway]}" 's/.*/300,7005,00,1,タメシ ヒト,1980-01-01,2010-04-01,,100,5005/'
	night 'added 1, changed 1, moved 2, ended 1'
	never is_in ended
	log_in "$(address_of ended)"
	want 401 login_failed
	is_in renamed
	is_in moved
	member_logs_in moved
	same "$(ctl member find --json - <<<7004300 | jq -r '.found[] | .by, .account != null')" $'number\ntrue'
	code=0
	ctl member find - <<<"$(number_of moved)" 2>/dev/null || code=$?
	same "$code" 3
	# What was begun with the number of before is over; with the new one it goes.
	create_account "$stage_token" "$(address_of halfway)"
	want 401 token_spent
	mail_interval_ends
	member_joins halfway 7005300
	member_joins joined 9001100

	night '' # the same file, which names the moves again
	[[ $(<"$STACK/night") == *'nothing was changed'* ]]

	roster_lines "${NUMBER[ended]}" "${NUMBER[ended]}" >>"$ROSTER"
	night 'changed 1'
	is_in ended
	member_logs_in ended
}

@test "a bad file of the vendor: nothing of it is taken over, each night says so again, and the next good one is" {
	local before n
	before=$(rows insured_person)
	head -n $((PERSONS / 2)) "$ROSTER" >"$STACK/half.csv"
	deliver "$STACK/half.csv"
	for n in 1 2; do # the second night brings no file
		code=0
		job roster >/dev/null 2>"$STACK/told" || code=$?
		same "$code $(ls "$VAR/sample/roster")" '4 taken.csv'
		grep -q -- --allow-ended "$STACK/told"
	done
	sed '5s/1980-01-01/1980-13-01/' "$ROSTER" >"$STACK/faulty.csv"
	deliver "$STACK/faulty.csv"
	code=0
	job roster >/dev/null 2>"$STACK/told" || code=$?
	same "$code $(ls "$VAR/sample/roster")" '5 taken.csv'
	grep -q 'taken.csv:5: 生年月日: ' "$STACK/told"
	same "$(rows insured_person)" "$before"
	same "$(runs_that change_limit_exceeded) $(runs_that file_has_errors)" '2 1'
	edit "${NUMBER[renamed]}" 's/ベツ/ヒト/'
	night 'changed 1'
	same "$(ls "$VAR/sample/roster")" ''
}

# The night's import meets no database; the next one loses it while it writes: it waits for a row that somebody holds.
database_fails_twice() {
	deliver "$ROSTER"
	db_stop
	code=0
	job roster >/dev/null 2>"$STACK/told" || code=$?
	same "$code $(ls "$VAR/sample/roster")" '7 taken.csv' || return 1
	grep -q 'nothing was imported\|nothing answers' "$STACK/told" || return 1
	database_start || return 1
	hold_rows "SELECT id FROM insured_person WHERE number = '${NUMBER[held]}' FOR UPDATE" || return 1
	job roster >"$STACK/night" 2>&1 3>&- &
	importing=$!
	wait_until 10 waiting 1 || return 1
	process_kill mariadbd
	exec {holder}>&-
	holder=
	database_start && wait "$importing" && wait_until 10 served
}

# Somebody gets an answer that needs the database.
served() {
	log_in nobody@example.jp
	[[ $status == 401 ]]
}

@test "the database goes away before and in the middle of an import: the next one, and that one, do the rest" {
	imported=$(runs_that imported)
	edit "${NUMBER[held]}" 's/ヒト/ベツ/'
	edit "${NUMBER[renamed]}" 's/ヒト/ベツ/'
	troubled 'the database is away' '503 unavailable' database_fails_twice
	same "$(ls "$VAR/sample/roster")" ''
	same "$(db "SELECT COUNT(*) FROM insured_person WHERE number IN (${NUMBER[held]}, ${NUMBER[renamed]}) AND kana_name = 'タメシ ベツ'")" 2
	same "$(runs_that imported) $(runs_that broken_off)" "$((imported + 1)) 0"
	is_in moved
}

@test "the last day: what members met is explained, and nothing of the other society has changed" {
	local kind
	members_stay_away
	failures | sort | uniq -c | sed 's/^/# /' >&3
	same "$(failures | grep '^unexplained' || true)" ''
	for kind in registration login profile; do
		(($(answered "$kind") > 2))
		printf '# %s: %d answered\n' "$kind" "$(answered "$kind")" >&3
	done
	same "$(other_society_now)" "$(<"$STACK/other.before")"
	[[ ! -e $STACK/died ]]
}
