# Three nodes, three replicas, both HAProxies (tools/cluster): what is promised on any node, and after a failure.

load ../flow/helper
load ../flow/steps

BASE_URL=https://portal-api.example.jp:$CLUSTER_PORT

cluster() { # WORDS...
	"$TREE/tools/cluster" "$@" 3>&-
}

# Sets writer: the one node with the service's connections.
one_writer() {
	writer=$(cluster status | awk '$1 == "node" && $(NF - 1) > 0 { print $2 }')
	[[ $writer == [123] ]]
}

node_is_up() { # N
	cluster status | grep -qE "^node $1 +Synced +up 100%"
}

node_says() { # N LINE
	cluster status | grep -qE "^node $1 .* $2 "
}

all_is_well() {
	[[ $(cluster status | grep -cE '^node . +Synced +up 100%|^replica . +ready') == 6 ]]
}

# Is the last answer this one, or "come again"?
status_is_or_503() { # STATUS
	[[ $status == "$1" ]] || { want 503 unavailable && header Retry-After >/dev/null; }
}

# Every answer until then is "come again".
logs_in() {
	log_in "$email"
	status_is_or_503 201 || printf '%s\n' "$status" >>"$BATS_TEST_TMPDIR/others"
	[[ $status == 201 ]]
}

# Tells how long it took until a login succeeds, and fails where anything but 503 was answered before.
logs_in_again() { # WORDS
	local began=$EPOCHREALTIME
	wait_until 30 logs_in
	[[ ! -e $BATS_TEST_TMPDIR/others ]] || { cat "$BATS_TEST_TMPDIR/others" >&2 && return 1; }
	printf '# %s: a login after %s s\n' "$1" "$(bc <<<"$EPOCHREALTIME - $began")" >&3
}

# A replica of its own for one node, without the proxy: other1 at node 1.
replica_of_node() { # N [SETTING=VALUE...]
	local port=$((CLUSTER_PORT + 40 + 2 * $1))
	server_spawn "other$1" LISTEN="127.0.0.1:$port" LISTEN_INSIDE="127.0.0.1:$((port + 1))" DB_PORT=$((CLUSTER_PORT + 10 * $1)) "${@:2}"
	server_wait "other$1" "127.0.0.1:$((port + 1))"
}

at_node() { # N COMMAND...
	BASE_URL=http://127.0.0.1:$((CLUSTER_PORT + 40 + 2 * $1)) "${@:2}"
}

# A node takes over nothing for so long; then it goes on. Sets holding, the pid.
hold_up() { # N SECONDS
	: >"$BATS_TEST_TMPDIR/held"
	mariadb_as_admin "$1" "FLUSH TABLES WITH READ LOCK; SELECT 'held'; SELECT SLEEP($2)" >"$BATS_TEST_TMPDIR/held" 3>&- &
	holding=$!
	wait_until 5 grep -q held "$BATS_TEST_TMPDIR/held"
}

mariadb_as_admin() { # N SQL
	mariadb --no-defaults --unbuffered --socket="$CLUSTER/node$1/node.sock" --user="$(id -un)" -BNe "$2"
}

setup() {
	wait_until 30 all_is_well
}

teardown() {
	local n
	[[ -z ${holding-} ]] || wait "$holding" || true
	for n in 1 2 3; do process_stop "other$n" 30; done
	process_stop haproxy-all 5
	for n in 1 2 3; do
		cluster node $n resume
		mariadb_as_admin $n 'SET GLOBAL wsrep_desync = OFF' || true # one that is away
		node_is_up $n || cluster node $n start || true
	done
	wait_until 30 all_is_well
}

@test "a member registers, the writer is killed, the member logs in; the node that comes back stands by" {
	new_account
	logged_in "$email"
	wait_until 10 one_writer
	killed=$writer
	cluster node "$killed" kill
	logs_in_again 'writer killed'
	take_tokens
	is_logged_in "$access"
	wait_until 10 one_writer
	chosen=$writer
	never same "$chosen" "$killed" 2>/dev/null
	cluster node "$killed" start
	wait_until 30 node_is_up "$killed"
	# Each replica makes connections anew.
	for n in 1 2 3; do
		cluster replica $n stop
		cluster replica $n start
	done
	wait_until 10 logs_in
	wait_until 10 one_writer
	same "$writer" "$chosen"
}

@test "the writer stands still: others go on within seconds, and what it wakes to find is no writer" {
	new_account
	wait_until 10 one_writer
	paused=$writer
	cluster node "$paused" pause
	logs_in_again 'writer paused'
	wait_until 10 one_writer
	never same "$writer" "$paused" 2>/dev/null
	cluster node "$paused" resume
	wait_until 30 node_is_up "$paused"
	wait_until 10 one_writer
	never same "$writer" "$paused" 2>/dev/null
}

@test "a stand-by that is killed is not felt" {
	new_account
	wait_until 10 one_writer
	cluster node $((writer % 3 + 1)) kill
	for _ in {1..10}; do
		log_in "$email"
		want 201
	done
}

# As many as a replica has to let in when it gets 30 a second and the nodes agree for two seconds.
@test "who logs in while a stand-by is put out, is late and not rejected" {
	local told=$BATS_TEST_TMPDIR/told pids=() bodies=() n
	for n in {0..14}; do # of one account there are five tries at once
		new_account
		bodies[n]=$(json_object "login_id=$email" "password=$PASSWORD")
	done
	replica_of_node 1 DB_PORT=$((CLUSTER_PORT + 1))
	wait_until 10 one_writer
	cluster node $((writer % 3 + 1)) kill
	for n in {1..60}; do
		curl -s -o /dev/null -w '%{http_code}\n' -H 'Content-Type: application/json' -d "${bodies[n % 15]}" \
			"http://127.0.0.1:$((CLUSTER_PORT + 42))/v1/sessions" >>"$told" 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}"
	same "$(sort "$told" | uniq -c | xargs)" '60 201'
}

# As docs/scaling.md has it before a machine is maintained.
@test "the writer is moved: whoever writes meanwhile waits for the next one" {
	new_account
	wait_until 10 one_writer
	moved=$writer
	mariadb_as_admin "$moved" 'SET GLOBAL read_only = ON'
	for _ in {1..10}; do
		log_in "$email"
		want 201
	done
	mariadb_as_admin "$moved" 'SET GLOBAL read_only = OFF'
	wait_until 10 one_writer
	never same "$writer" "$moved" 2>/dev/null
}

@test "a writer that is drained stays the writer, of new connections, too" {
	new_account
	wait_until 10 one_writer
	drained=$writer
	mariadb_as_admin "$drained" 'SET GLOBAL wsrep_desync = ON'
	wait_until 10 node_says "$drained" 'up 0%'
	for n in 1 2 3; do
		cluster replica $n stop
		cluster replica $n start
	done
	wait_until 10 logs_in
	wait_until 10 one_writer
	same "$writer" "$drained"
	node_says "$drained" 'up 0%'
}

@test "a stand-by that lost its data gets a copy of all, and then takes over" {
	new_account
	wait_until 10 one_writer
	lost=$((writer % 3 + 1))
	cluster node "$lost" kill
	rm -rf "$CLUSTER/node$lost/db"
	began=$EPOCHREALTIME
	cluster node "$lost" start
	wait_until 60 node_is_up "$lost"
	printf '# copied: synced after %s s\n' "$(bc <<<"$EPOCHREALTIME - $began")" >&3
	grep -q 'SST received' "$CLUSTER/node$lost/mariadbd.log"
	# As SECURITY.md says: by the shipped file nodes speak in the clear.
	mariadb_as_admin "$lost" 'SELECT @@wsrep_provider_options' >"$BATS_TEST_TMPDIR/options"
	grep -q 'gmcast.listen_addr = tcp:' "$BATS_TEST_TMPDIR/options"
	never grep -E 'socket\.ssl(_[a-z]+)? = [^;N]' "$BATS_TEST_TMPDIR/options"
	# All but it are away: what it has is all there is.
	for n in 1 2 3; do [[ $n == "$lost" ]] || cluster node $n stop; done
	wait_until 30 logs_in
}

@test "what was written on one node is read on every other one, at once, also where that lags" {
	replica_of_node 2
	replica_of_node 3
	at_node 2 new_account
	at_node 2 logged_in "$email"
	hold_up 3 1
	at_node 3 is_logged_in "$access" # it waits until the session is there
	wait "$holding"
	for _ in {1..10}; do
		at_node 2 logged_in "$email"
		at_node 3 is_logged_in "$access"
		at_node 3 api DELETE /v1/sessions/current '' "$access"
		want 204
		at_node 2 api GET /v1/me '' "$access"
		want 401
	done
	# An ended session, on a node that does not know it yet.
	at_node 2 logged_in "$email"
	hold_up 3 1
	at_node 2 api DELETE /v1/sessions/current '' "$access"
	want 204
	at_node 3 api GET /v1/me '' "$access"
	want 401
}

@test "a node that lags for longer says 503 in time, and counts nothing" {
	replica_of_node 2
	replica_of_node 3
	at_node 2 new_account
	hold_up 3 6
	at_node 2 logged_in "$email"
	began=$EPOCHSECONDS
	at_node 3 api GET /v1/me '' "$access"
	want 503 unavailable
	header Retry-After
	((EPOCHSECONDS - began <= 5))
	wait "$holding"
	at_node 3 is_logged_in "$access"
}

@test "who connects to a node that lags, connects" {
	replica_of_node 2
	hold_up 3 5
	at_node 2 new_account
	replica_of_node 3
	kill -0 "$holding" # it still lags
}

# Sets thread: which one of the server serves this statement.
serves() { # N STATEMENT
	thread=$(mariadb_as_admin "$1" "SELECT tid FROM information_schema.processlist WHERE info = '$2'")
	[[ -n $thread ]]
}

node_is_gone() { # N
	STACK=$CLUSTER/node$1 process_gone mariadbd
}

@test "a node that crashes writes no statement into its log" {
	local said='SELECT SLEEP(120), 0x6e6f626f6479'
	wait_until 10 one_writer
	crashed=$((writer % 3 + 1))
	mariadb_as_admin "$crashed" "$said" 3>&- &
	holding=$!
	wait_until 10 serves "$crashed" "$said"
	# As abort() does within the server: the signal goes to this thread.
	python3 -c 'import ctypes, sys; sys.exit(ctypes.CDLL(None).tgkill(*map(int, sys.argv[1:])))' \
		"$(<"$CLUSTER/node$crashed/mariadbd.pid")" "$thread" 6
	wait_until 10 node_is_gone "$crashed"
	never grep -qF "$said" "$CLUSTER/node$crashed/mariadbd.log"
}

@test "without a quorum the answer is 503, and with it back all goes on" {
	new_account
	wait_until 10 one_writer
	for n in 1 2 3; do [[ $n == "$writer" ]] || cluster node $n kill; done
	wait_until 20 lost_quorum
	log_in "$email"
	want 503 unavailable
	header Retry-After
	# The one that is left is told to be the primary component (docs/scaling.md).
	mariadb_as_admin "$writer" "SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'"
	logs_in_again 'quorum back'
}

lost_quorum() {
	cluster status | grep -qE "^node $writer .* down #no-quorum"
}

@test "a node's certificate that has another name is not taken, through the proxy either" {
	replica_name=other1
	port=$((CLUSTER_PORT + 42))
	server_spawn other1 LISTEN="127.0.0.1:$port" LISTEN_INSIDE="127.0.0.1:$((port + 1))" DB_HOST=127.0.0.1
	wait_until 10 grep -q '"event":"db_away","error":2026' "$STACK/other1.log"
	never server_ready "127.0.0.1:$((port + 1))"
}

# Prints the servers of a replica's connections, in the metrics.
servers() { # N
	local BASE_URL=http://127.0.0.1:$((CLUSTER_PORT + 40 + 2 * $1 + 1))
	api GET /metrics
	sed -n 's/^myportal_db_server_connections{server="\(.*\)"} [1-9].*/\1/p' <<<"$body"
}

meets_several() {
	local email pids=()
	email=$(new_email)
	for _ in {1..8}; do
		at_node 1 api POST /v1/registration/email "{\"email\":\"$email\"}" &
		pids+=($!)
	done
	wait "${pids[@]}"
	(($(servers 1 | wc -l) > 1))
}

@test "a proxy that leads to several nodes is noticed, in the log, the metrics and by the doctor" {
	sed -e '/stick/d; s/ backup$//; /^peers/,/^$/d' "$STACK/haproxy-db.conf" |
		sed "s|bind 127.0.0.1:.*|bind 127.0.0.1:$((CLUSTER_PORT + 48))|; s|^listen database|&\n\tbalance roundrobin|" >"$STACK/haproxy-all.conf"
	process_start haproxy-all haproxy -db -f "$STACK/haproxy-all.conf"
	replica_of_node 1 DB_PORT=$((CLUSTER_PORT + 48))
	wait_until 20 meets_several
	wait_until 40 grep -q '"event":"db_servers_differ"' "$STACK/other1.log"
	report=$(DB_PORT=$((CLUSTER_PORT + 48)) ctl doctor --json --folder "$TREE/schema") || true
	same "$(gojq -r '.checks[] | select(.check == "database cluster") | .state' <<<"$report")" warning
	gojq -r '.checks[] | select(.check == "database cluster") | .finding' <<<"$report" | grep -q 'more than one node is written to'
	# Through the shipped proxy there is one, and nothing to say.
	report=$(ctl doctor --json --folder "$TREE/schema") || true
	same "$(gojq -r '.checks[] | select(.check == "database cluster") | "\(.state): \(.finding)"' <<<"$report")" 'ok: a cluster of 3 nodes, with one writer'
}
