# tools/run, in a copy of the tree: a running one of the developer's is left alone.
# bats file_tags=plain

bats_require_minimum_version 1.5.0

load helper
load steps

# A copy with the programs of this build, and ports of its own.
setup() {
	copy=$BATS_TEST_TMPDIR/copy
	mkdir "$copy"
	find "$TREE" -mindepth 1 -maxdepth 1 ! -name '.*' ! -name build -exec cp -a -t "$copy" {} +
	mkdir "$copy/build"
	find "$TREE/build" -mindepth 1 -maxdepth 1 ! -name asan ! -name tsan ! -name fuzz -exec cp -a -t "$copy/build" {} +
	settings_forget '*' # or the copy would work on the suite's database
	local first
	first=$(free_ports 5)
	export LISTEN=127.0.0.1:$first LISTEN_INSIDE=127.0.0.1:$((first + 1))
	export RUN_DB_PORT=$((first + 2)) RUN_SMTP_PORT=$((first + 3)) RUN_APP_PORT=$((first + 4))
}

teardown() {
	"$copy/tools/run" --stop
}

@test "tools/run --detach returns when ready, a second one takes over, --fresh forgets, --stop stops" {
	[[ $BUILD == */build ]] || skip "the copy is of build/"
	cd "$copy"
	tools/run --detach >"$BATS_TEST_TMPDIR/told"
	grep -q "is ready: http://$LISTEN" "$BATS_TEST_TMPDIR/told"
	grep -qE '^Starting [a-z, ]* \.\.\. +[0-9]+ s$' "$BATS_TEST_TMPDIR/told"
	same "$(sed -n 's/^  \(App\|Mailbox\|API\|API reference\|Stop\)   *\([^ ]*\).*/\2/p' "$BATS_TEST_TMPDIR/told" | paste -sd ' ')" \
		"$(printf "http://127.0.0.1:$RUN_APP_PORT/%s " '' mailbox/ reference/)http://$LISTEN tools/run"
	server_ready "$LISTEN_INSIDE"
	api POST /v1/registration/email '{"email":"hanako@example.jp"}'
	want 202
	grep -q '^RateLimit: "source_mails";r=2999;' <<<"$headers" # all come from one address here: SHARED_NETWORKS
	for origin in http://{127.0.0.1,localhost}:{"${RUN_APP_PORT:-8081}",5173}; do # where an app under development is served
		ORIGIN=$origin api GET /v1/registration/stage
		same "$(header Access-Control-Allow-Origin)" "$origin"
	done
	tools/dev/read-mail .run/mail hanako@example.jp --part token --wait 10

	# the pages for app developers
	page mailbox/mails | jq -e '.mails[0].to == ["hanako@example.jp"]'
	page '' -i | grep -q "^Content-Security-Policy: .*connect-src [^;]* http://$LISTEN"
	page reference/ | grep -q redoc.standalone.js
	page app-config.json | jq -e ".api == \"http://$LISTEN\""
	id=$(page mailbox/mails | jq -r '.mails[0].id')
	page "mailbox/mails/$id" | jq -r '.links[0]' | grep -q "^http://127.0.0.1:$RUN_APP_PORT/register/identity#token="

	(. .run/env && build/tools/ctl/myportalctl keys list | grep -q current)
	key=$(. .run/env && build/tools/ctl/myportalctl keys list)

	tools/run --detach >/dev/null
	server_ready "$LISTEN_INSIDE"
	same "$(. .run/env && build/tools/ctl/myportalctl keys list)" "$key"
	tools/dev/read-mail .run/mail hanako@example.jp >/dev/null

	tools/run --detach --fresh >/dev/null
	server_ready "$LISTEN_INSIDE"
	never tools/dev/read-mail .run/mail hanako@example.jp
	same "$(($(run_db 'SELECT COUNT(*) FROM insured_person WHERE eligible_until IS NULL') / 100))" 3

	# everybody registers
	run_db "INSERT INTO account (id, person_id, login_id, password_hash, email, nickname, language, created_at, password_changed_at)
		SELECT id, id, HEX(id), 'x', 'x', 'x', 'ja', 1, 1 FROM insured_person"
	run --separate-stderr tools/dev/sample-number .run
	same "$status$output" 1
	[[ $stderr == *'everybody who is insured has an account'* ]]

	# another roster
	printf '%s\n' "$(head -n 1 tests/sample/roster.csv)" '7,31337,00,1,1980-01-01,タメシ ヒト,2010-04-01,' >other.csv
	(. .run/env && build/tools/ctl/myportalctl roster import --allow-ended other.csv)
	people=$(run_db 'SELECT * FROM insured_person ORDER BY id' | sha256sum)
	tools/run --detach >"$BATS_TEST_TMPDIR/told"
	server_ready "$LISTEN_INSIDE"
	grep -q 'an insured number: 313377 is' "$BATS_TEST_TMPDIR/told"
	same "$(run_db 'SELECT * FROM insured_person ORDER BY id' | sha256sum)" "$people"

	tools/run --stop
	never server_ready "$LISTEN_INSIDE"
	never port_is_taken "$RUN_DB_PORT"
	never port_is_taken "$RUN_SMTP_PORT"
	never port_is_taken "$RUN_APP_PORT"

	# a port in use is named, and nothing is left running
	python3 -m http.server --bind 127.0.0.1 "$RUN_APP_PORT" >"$BATS_TEST_TMPDIR/stranger" 2>&1 3>&- &
	stranger=$!
	wait_until 5 port_is_taken "$RUN_APP_PORT"
	run --separate-stderr tools/run --detach
	kill "$stranger"
	same "$status" 1
	[[ $stderr == *"127.0.0.1:$RUN_APP_PORT is in use"*RUN_APP_PORT* ]]
	never port_is_taken "$RUN_DB_PORT"
}

page() { # PATH [CURL OPTION...]
	curl -sSf --noproxy '*' --max-time 10 "${@:2}" "http://127.0.0.1:$RUN_APP_PORT/$1"
}

run_db() { # SQL
	(. .run/env && db "$1")
}

port_is_taken() { # PORT
	! port_is_free "127.0.0.1:$1"
}

@test "tools/run in the foreground ends with Ctrl-C and leaves nothing running" {
	[[ $BUILD == */build ]] || skip "the copy is of build/"
	cd "$copy"
	env --default-signal=INT setsid tools/run >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	run_pid=$!
	wait_until 600 server_ready "$LISTEN_INSIDE"
	wait_until 30 grep -q 'Ctrl-C stops everything' "$BATS_TEST_TMPDIR/out"
	kill -INT -- "-$run_pid"
	wait "$run_pid" || true
	never server_ready "$LISTEN_INSIDE"
	never port_is_taken "$RUN_DB_PORT"
}
