# Clients that hold on to what they are given: connections without a word, heads and bodies that
# never end, answers nobody takes. Meanwhile others are served as ever: by the service alone as far as
# its workers go, behind a proxy however many there are.
#
# HOSTILE_TEST_LONG=1 in the environment makes the tests through the proxies as large and as strict as
# README promises: ten thousand silent connections, and so on. It takes twelve minutes, and a machine
# that nobody else uses.
# bats file_tags=plain

load helper
load steps
load proxies

readonly ATTACK_S=10     # how long each is kept up
readonly PROBE_S=4       # of it, once it has begun, a good client asks
readonly PROBES=40       # a second, each on a new connection
readonly P50_MS=100      # of a good client's requests, on two cores that are busy with the attack
readonly P99_MS=1000     # on a machine that may stand still for half a second
readonly MEMORY_KIB=6144 # that an attack may cost the service, and keep

readonly POOLS_KIB=16384 # that a proxy's threads may still add to what they keep for the next connections

# What comes at once through a proxy, one after the other; for how long; what is added to a good client's p99.
if [[ -n ${HOSTILE_TEST_LONG-} ]]; then
	readonly ATTACKS=(idle=10000 head=4000 body=4000 reader=1000) PROXY_ATTACK_S=40 PROXY_PROBE_S=6 PROXY_P99_MS=50
else
	readonly ATTACKS=('idle=1000 head=150 body=150 reader=50') PROXY_ATTACK_S=7 PROXY_PROBE_S=2 PROXY_P99_MS=$P99_MS
fi

# Every worker has worked once: what it keeps is there before anybody measures.
setup_file() {
	proxies_start
	"$TREE/tests/flow/hostile_clients.py" attack "$LISTEN" 2 body=250 >/dev/null
}

teardown_file() {
	stack_restore
	proxies_stop
}

setup() {
	service=$(process_pid myportald)
	files_before=$(files_of "$service")
	api GET /.well-known/jwks.json # one request, so that what is made for the first is there
	memory_before=$(memory_of "$service")
}

# One service for the file.
teardown() {
	db 'DELETE FROM limit_counter'
}

memory_of() { # PID
	awk '/^VmRSS:/ { print $2 }' "/proc/$1/status"
}

files_of() { # PID
	find "/proc/$1/fd" -mindepth 1 -maxdepth 1 | wc -l
}

is_sanitized() {
	ldd "$BUILD/api/myportald" | grep -q libasan
}

# Begins an attack, and waits until all clients are there; what it prints is in $BATS_TEST_TMPDIR/attack.
attack() { # COMMAND...
	: >"$BATS_TEST_TMPDIR/attack.err"
	"$@" >"$BATS_TEST_TMPDIR/attack" 2>"$BATS_TEST_TMPDIR/attack.err" 3>&- &
	attacker=$!
	until grep -q 'all are there' "$BATS_TEST_TMPDIR/attack.err"; do
		kill -0 "$attacker" || { attack_said >&2; return 1; }
		sleep 0.1
	done
}

attack_said() {
	cat "$BATS_TEST_TMPDIR/attack" "$BATS_TEST_TMPDIR/attack.err"
}

hostile() { # KIND=COUNT...
	attack "$TREE/tests/flow/hostile_clients.py" attack "$LISTEN" "$ATTACK_S" "$@"
}

# Now: a good client is answered, every time and in time.
others_are_served() {
	local seen
	seen=$("$TREE/tests/flow/hostile_clients.py" probe "$LISTEN" "$PROBE_S" "$PROBES")
	echo "# $BATS_TEST_DESCRIPTION: $seen" >&3
	all_served "$seen"
	(($(jq '.p50_ms | floor' <<<"$seen") < P50_MS && $(jq '.p99_ms | floor' <<<"$seen") < P99_MS)) || is_sanitized
}

all_served() { # PROBED
	same "$(jq '[.answers["200"], .answers["401"]] | add' <<<"$1") served" "$(jq .asked <<<"$1") served"
}

# The attack is over, and has cost nothing that lasts.
attack_ended() {
	local grown
	wait "$attacker" || { attack_said >&2; return 1; }
	same "$(process_pid myportald)" "$service"
	wait_until 5 files_are_back
	grown=$(($(memory_of "$service") - memory_before))
	echo "# memory: $memory_before KiB before, $grown KiB more behind it" >&3
	((grown < MEMORY_KIB)) || is_sanitized # which keeps what was freed
}

# A database connection or two may have come since.
files_are_back() {
	(($(files_of "$service") <= files_before + DB_CONNECTIONS))
}

# The sum of a kind's answers in what the attack printed.
attack_answers() { # KIND STATUS
	jq ".answers[\"$1 $2\"] // 0" "$BATS_TEST_TMPDIR/attack"
}

@test "the service alone: two hundred clients send a body byte by byte" { # asvs 15.4.4
	hostile body=200
	others_are_served
	attack_ended
	(($(attack_answers body 408) >= 200))
	never grep -qE '"body (200|202|400|401|503)"' "$BATS_TEST_TMPDIR/attack"
}

# Sends bytes as they are (printf's escapes); prints all that comes back.
raw() { # BYTES
	exec 7<>"/dev/tcp/${LISTEN%:*}/${LISTEN##*:}"
	(trap '' PIPE && printf '%b' "$1" >&7) 2>/dev/null || true # it may close while we still send
	timeout 8 cat <&7 || true
	exec 7>&-
}

@test "the service alone, all at once: byte by byte, announced gigabytes, and what two parsers read differently" { # asvs 4.2.1 15.4.4
	hostile idle=20 head=50 body=60 asked=50 huge=2 kept=20 later=20
	others_are_served &
	served=$!
	tail='\r\n\r\n0\r\n\r\nGET /v1/registration/stage HTTP/1.1\r\nHost: x\r\n\r\n'
	for framing in 'Content-Length: 5\r\nTransfer-Encoding: chunked' 'Content-Length: 5\r\nContent-Length: 6' 'Content-Length: 5abc' \
		'Transfer-Encoding : chunked' 'Transfer-Encoding: identity, chunked' 'Expect: 100-continue\r\nTransfer-Encoding: chunked'; do
		wanted=400
		[[ $framing != Expect:* ]] || wanted=411 # clear, but without a length
		answer=$(raw "POST /v1/registration/email HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n$framing$tail")
		same "$(grep -c '^HTTP/1.1' <<<"$answer") $(head -n 1 <<<"$answer" | cut -d' ' -f2)" "1 $wanted" || { echo "$framing: $answer" >&2; false; }
	done
	wait "$served"
	attack_ended
	for kind in head body asked; do
		(($(attack_answers "$kind" 408) >= 50))
	done
	(($(attack_answers huge 413) > 0))
	never grep -qE '"(head|body|asked) (200|202|400|401)"' "$BATS_TEST_TMPDIR/attack"
}

# What a proxy's processes have of their own, KiB.
proxy_memory() { # NAME
	local pid
	for pid in $(process_pid "$1") $(pgrep -P "$(process_pid "$1")"); do
		awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup"
	done | awk '{ sum += $1 } END { print sum }'
}

# How many connections of clients a port has.
connections_at() { # PORT
	awk -v at=":$(printf '%04X' "$1")\$" '$2 ~ at && $4 == "01"' /proc/net/tcp | wc -l
}

probe_proxy() { # PORT
	"$TREE/tests/flow/hostile_clients.py" --tls "$TLS/cert.pem" probe "127.0.0.1:$1" "$PROXY_PROBE_S" "$PROBES"
}

# One attack: the others are served while it is there, as quickly as in the quiet before.
attack_proxy() { # NAME PORT KIND=COUNT...
	local seen before held p99_max
	p99_max=$(($(jq '.p99_ms | ceil' <<<"$quiet") + PROXY_P99_MS))
	before=$(proxy_memory "$1")
	attack "$TREE/tests/flow/hostile_clients.py" --tls "$TLS/cert.pem" attack "127.0.0.1:$2" "$PROXY_ATTACK_S" "${@:3}"
	held=$(connections_at "$2")
	for _ in 1 2 3; do # the machine may stand still in one
		seen=$(probe_proxy "$2")
		all_served "$seen"
		(($(jq '.p99_ms | floor' <<<"$seen") > p99_max)) || break
	done
	echo "# $1, ${*:3}: $held held, $((($(proxy_memory "$1") - before) / held)) KiB each; $seen; service $(memory_of "$service") KiB" >&3
	(($(jq '.p99_ms | floor' <<<"$seen") <= p99_max))
	wait "$attacker" || { attack_said >&2; return 1; }
	echo "# clients: $(<"$BATS_TEST_TMPDIR/attack")" >&3
}

# All of them, twice: the second time costs nobody more.
attacks_on() { # NAME PORT
	local quiet attack round service_memory proxy_memory
	quiet=$(probe_proxy "$2")
	echo "# $1, quiet: $quiet" >&3
	for round in 1 2; do
		for attack in "${ATTACKS[@]}"; do
			# shellcheck disable=SC2086 # several kinds
			attack_proxy "$1" "$2" $attack
		done
		wait_until 20 eval "((\$(connections_at $2) < 10))"
		service_memory[round]=$(memory_of "$service") proxy_memory[round]=$(proxy_memory "$1")
		echo "# $1, round $round: service ${service_memory[round]} KiB, $1 ${proxy_memory[round]} KiB" >&3
	done
	((service_memory[2] - service_memory[1] < 1024))
	((proxy_memory[2] - proxy_memory[1] < POOLS_KIB))
	same "$(process_pid myportald)" "$service"
	((service_memory[2] - memory_before < MEMORY_KIB))
}

# bats test_tags=native
@test "through nginx: silent connections, slow heads, slow bodies, slow readers" { # asvs 13.1.3 15.4.4
	attacks_on nginx "$NGINX_PORT"
}

# bats test_tags=native
@test "through HAProxy: silent connections, slow heads, slow bodies, slow readers" { # asvs 13.1.3 15.4.4
	attacks_on haproxy "$HAPROXY_PORT"
}
