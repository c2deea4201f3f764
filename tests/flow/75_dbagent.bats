# myportal-dbagent and deploy/haproxy/haproxy-db.cfg in front of the stack's one server. With three nodes:
# tests/cluster.
# bats file_tags=plain

load helper
load steps
load proxies

setup_file() {
	local first
	first=$(free_ports 9)
	export AGENT_ONE=127.0.0.1:$first AGENT_TWO=127.0.0.1:$((first + 1)) PROXY_PORT=$((first + 2)) PEER_PORT=$((first + 3))
	export LINK_PORT=$((first + 4)) STATS_PORT=$((first + 5))
	export SECOND_PROXY_PORT=$((first + 6)) SECOND_PEER_PORT=$((first + 7)) SECOND_STATS_PORT=$((first + 8))
	db_admin -e "CREATE OR REPLACE USER 'myportal-dbagent'@localhost IDENTIFIED BY ''"
}

teardown_file() {
	db_admin -e "DROP USER 'myportal-dbagent'@localhost"
}

teardown() {
	local name
	db_admin -e 'SET GLOBAL read_only = OFF'
	stop_other # or what it sent and could not note is held for a minute and a half
	for name in haproxy-db-two haproxy-db dbagent1 dbagent2; do process_stop "$name" 5; done
	[[ -z ${link-} ]] || { kill "$link" && wait "$link"; } || true
	stack_restore
}

agent() { # OPTION...
	"$BUILD/tools/dbagent/myportal-dbagent" "$@" 3>&-
}

agent_start() { # N ADDRESS
	process_start "dbagent$1" "$BUILD/tools/dbagent/myportal-dbagent" --listen "$2" --socket "$DB_SOCKET"
	wait_until 5 told "$2" 'up 100%'
}

told() { # ADDRESS LINE
	[[ $(cat <"/dev/tcp/${1%:*}/${1##*:}" 2>/dev/null) == "$2" ]]
}

# The one server is node one by its port, or another, and node two by its socket; there is no node three.
haproxy_db_start() { # [PORT]
	local conf=$STACK/haproxy-db.conf
	sed -e '/^\tuser /d; /^\tgroup /d; /^\tchroot /d; s|log /dev/log|log stderr format raw|' \
		-e "s|bind 127.0.0.1:3306|bind 127.0.0.1:$PROXY_PORT|; s|^\tpeer one .*|\tpeer one 127.0.0.1:$PEER_PORT\n\tpeer two 127.0.0.1:$SECOND_PEER_PORT|" \
		-e "s|^\tlocalpeer one|&\n\tstats socket ipv4@127.0.0.1:$STATS_PORT|" \
		-e "s|server one .*|server one 127.0.0.1:${1-$RUN_DB_PORT} addr 127.0.0.1 port ${AGENT_ONE##*:} agent-port ${AGENT_ONE##*:}|" \
		-e "s|server two .*|server two unix@$DB_SOCKET addr 127.0.0.1 port ${AGENT_TWO##*:} agent-addr 127.0.0.1 agent-port ${AGENT_TWO##*:} backup|" \
		-e '/server three/d' "$TREE/deploy/haproxy/haproxy-db.cfg" >"$conf"
	rm -f "$STACK/haproxy-db.log" # proxy_says
	process_start haproxy-db haproxy -W -db -f "$conf"
	wait_until 5 port_answers "127.0.0.1:$PROXY_PORT"
}

# Another one for other replicas, on another machine: of its own are its name and what it listens at.
second_haproxy_db_start() {
	sed -e 's|localpeer one|localpeer two|' -e "s|:$PROXY_PORT|:$SECOND_PROXY_PORT|; s|:$STATS_PORT|:$SECOND_STATS_PORT|" \
		"$STACK/haproxy-db.conf" >"$STACK/haproxy-db-two.conf"
	process_start haproxy-db-two haproxy -W -db -f "$STACK/haproxy-db-two.conf"
	wait_until 5 port_answers "127.0.0.1:$SECOND_PROXY_PORT"
}

ask_proxy() { # STATS-PORT COMMAND
	local proxy
	exec {proxy}<>"/dev/tcp/127.0.0.1/$1"
	printf '%s\n' "$2" >&"$proxy"
	cat <&"$proxy"
	exec {proxy}>&-
}

has_chosen() { # STATS-PORT one|two
	ask_proxy "$1" 'show table database' | grep -q "server_key=$2\$"
}

# It no longer asks its peers for the choice (the last two bits), and would tell it.
would_tell() { # STATS-PORT
	local flags
	flags=$(ask_proxy "$1" 'show peers' | sed -n 's/.* id=database .*flags=\(0x[0-9a-f]*\) .*/\1/p')
	(((flags & 3) == 3))
}

process_is_gone() { # PID
	! kill -0 "$1" 2>/dev/null
}

# "one" or "two": over which of them the proxy leads a new connection. It fails where it leads none.
led_to() {
	local host
	host=$(MYSQL_PWD=$(<"$DB_PASSWORD_FILE") mariadb --no-defaults --protocol=tcp --host=127.0.0.1 --port="$PROXY_PORT" \
		--user="$DB_USER" --connect-timeout=5 -BNe \
		'SELECT host FROM information_schema.processlist WHERE id = CONNECTION_ID()' 2>/dev/null) || return 1
	if [[ $host == localhost ]]; then printf 'two\n'; else printf 'one\n'; fi
}

leads_to() { # one|two
	[[ $(led_to) == "$1" ]]
}

proxy_says() { # WORDS
	grep -q "$1" "$STACK/haproxy-db.log"
}

@test "the agent says its version, and what is wrong with its command line" {
	same "$(agent --version)" "myportal-dbagent $(sed -n "s/^  version: '\(.*\)',$/\1/p" "$TREE/meson.build")"
	agent --help | grep -q '^usage: myportal-dbagent'
	for wrong in '--listen localhost:1' '--listen 127.0.0.1' '--listen 127.0.0.1:x' '--listen :1' '--other' 'word' \
		"--listen 127.0.0.1:$(printf '%099d' 1)"; do
		# shellcheck disable=SC2086 # words
		code=0 && agent $wrong 2>"$BATS_TEST_TMPDIR/said" || code=$?
		same "$wrong: $code" "$wrong: 64"
		[[ -s $BATS_TEST_TMPDIR/said ]]
	done
	code=0 && agent --listen "$LISTEN" 2>"$BATS_TEST_TMPDIR/said" || code=$?
	same "$code" 71
	grep -q '"event":"not_started","why":"Address already in use"' "$BATS_TEST_TMPDIR/said"
}

@test "clients that say much, nothing, or stay do not keep the agent from the next one" {
	agent_start 1 "$AGENT_ONE"
	for _ in {1..100}; do
		exec {silent}<>"/dev/tcp/${AGENT_ONE%:*}/${AGENT_ONE##*:}"
		held+=("$silent")
	done
	head -c 1000000 /dev/zero 2>/dev/null >"/dev/tcp/${AGENT_ONE%:*}/${AGENT_ONE##*:}" || true # it is cut off
	told "$AGENT_ONE" 'up 100%'
	for silent in "${held[@]}"; do exec {silent}>&-; done
	# The user needs no right, and has none.
	same "$(mariadb --no-defaults --socket="$DB_SOCKET" --user=myportal-dbagent -BNe 'SHOW GRANTS' | grep -c .)" 1
	mariadb --no-defaults --socket="$DB_SOCKET" --user=myportal-dbagent -BNe 'SHOW GRANTS' | grep -q '^GRANT USAGE ON \*\.\* '
}

@test "a node that is read-only is down, its connections end, and it serves again" {
	agent_start 1 "$AGENT_ONE"
	haproxy_db_start
	wait_until 5 leads_to one
	start_other DB_SOCKET= DB_HOST=127.0.0.1 DB_PORT="$PROXY_PORT" DB_TLS=none
	db_admin -e 'SET GLOBAL read_only = ON'
	wait_until 5 told "$AGENT_ONE" 'down #read-only'
	wait_until 5 proxy_says 'Server database/one is DOWN'
	never led_to
	BASE_URL=http://$OTHER_LISTEN api POST /v1/registration/email "{\"email\":\"$(new_email)\"}"
	want 503 unavailable
	header Retry-After
	db_admin -e 'SET GLOBAL read_only = OFF'
	wait_until 5 leads_to one
	wait_until 10 server_ready "$OTHER_LISTEN_INSIDE"
}

# The first one was, went, and came back.
second_is_chosen() {
	agent_start 1 "$AGENT_ONE"
	agent_start 2 "$AGENT_TWO"
	haproxy_db_start
	wait_until 5 leads_to one
	process_kill dbagent1
	wait_until 10 leads_to two
	agent_start 1 "$AGENT_ONE"
	wait_until 5 proxy_says 'Server database/one is UP'
}

@test "the node that was chosen stays the writer when the first comes back" {
	second_is_chosen
	for _ in {1..5}; do leads_to two; done
	# Only when it is down itself, the other takes over.
	process_kill dbagent2
	wait_until 10 leads_to one
}

@test "the choice outlasts a reload, and a second HAProxy learns it from the first" {
	local worker
	second_is_chosen
	wait_until 30 would_tell "$STATS_PORT" # ten seconds after its start
	worker=$(ask_proxy "$STATS_PORT" 'show info' | sed -n 's/^Pid: //p')
	[[ -n $worker ]]
	kill -USR2 "$(process_pid haproxy-db)"
	wait_until 30 process_is_gone "$worker"
	for _ in {1..5}; do leads_to two; done

	second_haproxy_db_start
	wait_until 10 has_chosen "$SECOND_STATS_PORT" two
	for _ in {1..5}; do PROXY_PORT=$SECOND_PROXY_PORT leads_to two; done
}

# So many connections have come through the link that stands still.
link_holds() { # COUNT
	awk -v port="$(printf ':%04X' "$LINK_PORT")" -v count="$1" '
		$4 == "01" && index($2, port) { held++ }
		END { exit held < count }' /proc/net/tcp
}

@test "who waits for a node that stands still is served by the next one" {
	local pids=() n folder=$BATS_TEST_TMPDIR
	agent_start 1 "$AGENT_ONE"
	agent_start 2 "$AGENT_TWO"
	"$TREE/tests/chaos/fault_proxy.py" "$folder" "one=$LINK_PORT:$RUN_DB_PORT" 3>&- &
	link=$!
	wait_until 5 port_answers "127.0.0.1:$LINK_PORT"
	haproxy_db_start "$LINK_PORT"
	start_other DB_SOCKET= DB_HOST=127.0.0.1 DB_PORT="$PROXY_PORT" DB_TLS=none
	# One has a connection, which stays; the others connect, and nobody greets them.
	"$TREE/tests/chaos/fault_proxy.py" "$folder" tell one hole
	for n in {1..8}; do
		BASE_URL=http://$OTHER_LISTEN api POST /v1/registration/email "{\"email\":\"$(new_email)\"}" &&
			printf '%s\n' "$status" >"$folder/status$n" &
		pids+=($!)
	done
	wait_until 1 link_holds 8 # DB_CONNECTIONS
	process_kill dbagent1
	wait "${pids[@]}"
	same "$(sort "$folder"/status* | uniq -c | xargs)" '8 202'
}
