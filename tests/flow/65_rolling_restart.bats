# Three replicas behind the proxies of deploy/, restarted one after the other and killed, under load.
# With ROLLING_TEST_LONG=1 they are restarted six times each, with the default of DRAIN_MS, and what was answered is
# told.
# bats file_tags=plain

load helper
load steps
load proxies

readonly REPLICAS=(other other2 other3)
readonly CLIENTS=4 # of each load
readonly LOADS=(nginx-fresh nginx-kept haproxy-kept)

# The answers of a proxy's own are not in the contract of the service.
record() {
	:
}

setup_file() {
	local first n
	first=$(free_ports 8)
	export NGINX_PORT=$first HAPROXY_PORT=$((first + 1)) FIRST_PORT=$((first + 2)) TLS=$STACK/tls
	# Shorter than the default, but longer than HAProxy needs (the test of the times below).
	[[ -v ROLLING_TEST_LONG ]] || export REPLICA_DRAIN_MS=2500
	certificate_make
	for n in 0 1 2; do replica_start "$n"; done
	nginx_start 127.0.0.1 "$NGINX_PORT" nginx "$(listen_of 0)" \
		"s|^\(\tserver \)$(listen_of 0)\(.*\)|&\n\1$(listen_of 1)\2\n\1$(listen_of 2)\2|"
	haproxy_start "$HAPROXY_PORT" haproxy "$(listen_of 0)" \
		"s|^\tserver one .*|$(haproxy_line 0)\n$(haproxy_line 1)\n$(haproxy_line 2)|"
}

teardown_file() {
	local name
	proxies_stop
	for name in "${REPLICAS[@]}"; do process_stop "$name" 30; done
	db 'DELETE FROM limit_counter'
	leases_end # of the one that was killed
	wait_until 10 mail_is_finished
}

teardown() {
	touch "$BATS_TEST_TMPDIR/enough"
	[[ -z ${loads-} ]] || wait "${loads[@]}" || true
	process_stop chained 5
	[[ -z ${broken-} ]] || kill "$broken"
	[[ -z ${paused-} ]] || process_resume "$paused"
}

listen_of() { # N
	printf '127.0.0.1:%d' $((FIRST_PORT + 2 * $1))
}

inside_of() { # N
	printf '127.0.0.1:%d' $((FIRST_PORT + 2 * $1 + 1))
}

haproxy_line() { # N
	printf '\\tserver %s %s addr 127.0.0.1 port %d' "${REPLICAS[$1]}" "$(listen_of "$1")" $((FIRST_PORT + 2 * $1 + 1))
}

replica_start() { # N
	server_spawn "${REPLICAS[$1]}" LISTEN="$(listen_of "$1")" LISTEN_INSIDE="$(inside_of "$1")" TRUSTED_PROXIES=127.0.0.1 \
		DRAIN_MS="${REPLICA_DRAIN_MS-$(default_of DRAIN_MS)}"
	server_wait "${REPLICAS[$1]}" "$(inside_of "$1")"
}

default_of() { # SETTING
	"$BUILD/api/myportald" --settings | sed -nE "s/^\| \`$1\` \| \`([^\`]*)\`.*/\1/p"
}

# As docs/operating.md has it: no proxy is told anything.
replica_restart() { # N
	process_stop "${REPLICAS[$1]}" 30
	replica_start "$1"
}

# Both proxies get requests until there are enough: of clients that keep their connections, and, for nginx, also of
# clients that have one for each request.
load_begins() {
	local load port
	loads=()
	executed_before=$(executed)
	for load in "${LOADS[@]}"; do
		port=${load%-*}_PORT port=${port^^}
		"$TREE/tests/flow/proxy_client.py" load "127.0.0.1:${!port}" "$TLS/cert.pem" "${load#*-}" $CLIENTS \
			"$BATS_TEST_TMPDIR/enough" >"$BATS_TEST_TMPDIR/$load" 3>&- &
		loads+=($!)
	done
	for load in "${LOADS[@]}"; do wait_until 5 test -s "$BATS_TEST_TMPDIR/$load"; done
}

load_ends() {
	touch "$BATS_TEST_TMPDIR/enough"
	wait "${loads[@]}"
	tail -n 3 "${LOADS[@]/#/$BATS_TEST_TMPDIR/}" # shown when it fails
	[[ ! -v ROLLING_TEST_LONG ]] || grep -h ^done "${LOADS[@]/#/$BATS_TEST_TMPDIR/}" | sed 's/^/# /' >&3
}

count_of() { # WORD
	sed -nE "s/^done .*\b$1:([0-9]+).*/\1/p" "${LOADS[@]/#/$BATS_TEST_TMPDIR/}" | paste -sd + | bc
}

failures() {
	grep -h '^failed ' "${LOADS[@]/#/$BATS_TEST_TMPDIR/}" || true
}

replica_lines() {
	(cd "$STACK" && cat "${REPLICAS[@]/%/.log}") | grep '"event":"request"' || true
}

# How many requests the replicas worked on: those that they handed back are none.
executed() {
	replica_lines | awk '!/"code":"stopping"/ { count++ } END { print count + 0 }'
}

invitations() {
	db 'SELECT COUNT(*) FROM outbox WHERE kind = MAIL_INVITATION'
}

@test "three replicas restarted one after the other: no request is lost, and none done twice" {
	rounds=1
	[[ ! -v ROLLING_TEST_LONG ]] || rounds=6
	before=$(invitations)
	load_begins
	for _ in $(seq $rounds); do
		for n in 0 1 2; do replica_restart "$n"; done
	done
	load_ends
	same "$(failures)" ''
	(($(count_of answered) > 500))
	same "$(($(invitations) - before))" "$(count_of accepted)"
	same "$(($(executed) - executed_before))" "$(count_of answered)"
	replica_lines | grep '"code":"stopping"' >/dev/null # so nginx was told, and in no other way
}

@test "a replica that is killed costs the requests that it was serving, and none that comes after" {
	load_begins
	sleep 0.5
	process_kill other2
	gone=$EPOCHREALTIME
	sleep 2 # HAProxy has noticed meanwhile, nginx has tried again
	load_ends
	replica_start 1
	same "$(failures | awk -v gone="$gone" '$(NF - 1) > gone')" ''
	(($(failures | wc -l) <= CLIENTS * ${#LOADS[@]}))
	(($(count_of answered) > 100))
	(($(executed) - executed_before <= $(count_of answered) + $(failures | wc -l)))
}

# Prints the status and the seconds of so many requests at once.
ask_at_once() { # PORT COUNT
	seq "$2" | xargs -P "$2" -I{} curl --silent --noproxy '*' --max-time 20 --cacert "$TLS/cert.pem" --resolve "$NAME:$1:127.0.0.1" \
		--output /dev/null --write-out '%{http_code} %{time_total}\n' "https://$NAME:$1/v1/config"
}

# Does the proxy of this port hand requests on to the replica?
is_asked() { # REPLICA PORT
	local before
	before=$(grep -c '"event":"request"' "$STACK/$1.log")
	ask_at_once "$2" 6 >/dev/null
	(($(grep -c '"event":"request"' "$STACK/$1.log") > before))
}

@test "a replica that stands still costs its requests five seconds; then the proxy answers" {
	# It was away before: a proxy may still leave it out.
	for port in "$NGINX_PORT" "$HAPROXY_PORT"; do wait_until 10 is_asked other2 "$port"; done
	paused=other2
	process_pause other2
	ask_at_once "$NGINX_PORT" 6 >"$BATS_TEST_TMPDIR/nginx" 3>&- &
	ask_at_once "$HAPROXY_PORT" 6 >"$BATS_TEST_TMPDIR/haproxy"
	wait $!
	process_resume other2
	wait_until 5 server_ready "$(inside_of 1)"
	sort "$BATS_TEST_TMPDIR"/{nginx,haproxy}
	for proxy in nginx haproxy; do
		awk '
			$1 == 503 { late++; if ($2 < 4.5 || $2 > 5.8) exit 1; next }
			$1 != 200 || $2 > 5 { exit 1 }
			END { if (late == 0) exit 1 }' "$BATS_TEST_TMPDIR/$proxy"
	done
}

@test "what was sent to a replica that breaks off is not sent to another one" {
	port=$(free_ports 2)
	"$TREE/tests/flow/proxy_client.py" server "127.0.0.1:$port" - take 3>&- &
	broken=$!
	wait_until 5 port_answers "127.0.0.1:$port"
	nginx_start 127.0.0.1 $((port + 1)) chained "127.0.0.1:$port" \
		"s|^\tserver \(127[^ ]*\) .*|\tserver \1 max_fails=0;\n\tserver $(listen_of 0);|"
	printf 'cacert = %s\nresolve = %s:%d:127.0.0.1\n' "$TLS/cert.pem" "$NAME" $((port + 1)) >"$BATS_TEST_TMPDIR/.curlrc"
	export CURL_HOME=$BATS_TEST_TMPDIR BASE_URL=https://$NAME:$((port + 1))
	before=$(executed)
	answers=
	for method in GET POST PUT DELETE GET POST PUT DELETE; do
		api "$method" /v1/none
		answers+=" $status"
	done
	same "$(xargs -n 1 <<<"$answers" | sort | uniq -c | xargs)" '4 404 4 503'
	same "$(($(executed) - before))" 4
}

# The service hands back for half a second more than nginx needs to learn (http.h), which then leaves a replica out for
# fail_timeout, and has to be back at it before the next one stops.
@test "a replica that stops serves longer than the proxies need to notice" {
	drain=$(default_of DRAIN_MS)
	read -r inter fastinter fall < <(sed -nE 's/^\tdefault-server check .* inter ([0-9]+)s fastinter ([0-9]+)ms .*fall ([0-9]+) .*/\1 \2 \3/p' "$TREE/deploy/haproxy/haproxy.cfg")
	needs=$((1000 * inter + fastinter * (fall - 1)))
	((needs < ${REPLICA_DRAIN_MS-$drain} && 2 * needs < drain))
	kept=$(sed -nE '/^upstream/,/^}/s/^\tkeepalive_timeout ([0-9]+)s;.*/\1000/p' "$TREE/deploy/nginx/myportal.conf")
	((kept > 0 && kept < drain))
	out=$(sed -nE '/^upstream/,/^}/s/^\tserver .* fail_timeout=([0-9]+)s;/\1000/p' "$TREE/deploy/nginx/myportal.conf")
	((out > 3 * 500 && out + 1000 < drain)) # nginx counts whole seconds
}
