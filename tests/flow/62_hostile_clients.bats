# Clients that hold on to what they are given: connections without a word, heads and bodies that
# never end, answers nobody takes. Meanwhile others are served as ever.
# bats file_tags=plain

load helper
load story

readonly ATTACK_S=10     # how long each is kept up
readonly PROBE_S=4       # of it, once it has begun, a good client asks
readonly PROBES=40       # a second, each on a new connection
readonly P50_MS=100      # of a good client's requests, on two cores that are busy with the attack
readonly P99_MS=1000     # on a machine that may stand still for half a second
readonly MEMORY_KIB=6144 # that an attack may cost, and keep

setup() {
	service=$(process_pid myportald)
	files_before=$(files_of "$service")
	api GET /.well-known/jwks.json # one request, so that what is made for the first is there
	memory_before=$(memory_of "$service")
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

# Begins an attack; what it prints is in $BATS_TEST_TMPDIR/attack.
attack() { # COMMAND...
	"$@" >"$BATS_TEST_TMPDIR/attack" 2>&1 3>&- &
	attacker=$!
	sleep 2
}

hostile() { # KIND=COUNT...
	attack "$TREE/tests/flow/hostile_clients.py" attack "$LISTEN" "$ATTACK_S" "$@"
}

slowhttp() { # PATH OPTION...
	attack slowhttptest -l "$ATTACK_S" -p 3 -u "http://$LISTEN$1" "${@:2}"
}

# Now: a good client is answered, every time and in time. After 40 ms without a free worker 503 is the promised answer: a
# machine that stood still may give some.
others_are_served() {
	local seen asked good shed p50 p99
	seen=$("$TREE/tests/flow/hostile_clients.py" probe "$LISTEN" "$PROBE_S" "$PROBES")
	echo "# $BATS_TEST_DESCRIPTION: $seen" >&3
	asked=$(jq .asked <<<"$seen")
	good=$(jq '[.answers["200"], .answers["401"], .answers["429"]] | add' <<<"$seen")
	shed=$(jq '.answers["503"] // 0' <<<"$seen")
	p50=$(jq '.p50_ms | floor' <<<"$seen")
	p99=$(jq '.p99_ms | floor' <<<"$seen")
	same "$((good + shed)) answered" "$asked answered"
	((good >= asked * 9 / 10)) || same "$good served of $asked" 'nine in ten'
	((p50 < P50_MS && p99 < P99_MS)) || is_sanitized
}

# The attack is over, and has cost nothing that lasts.
attack_ended() {
	local grown
	wait "$attacker" || { cat "$BATS_TEST_TMPDIR/attack" >&2; return 1; }
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

@test "ten thousand connections that say nothing" { # asvs 15.4.4
	hostile idle=10000
	wait_until 5 eval '(($(files_of "$service") > 9800))' # they are all here, and not in a queue of the system
	others_are_served
	attack_ended
	(($(attack_answers idle none) > 0)) # their time was over, and that is not worth an answer
}

@test "slow heads" { # asvs 15.4.4
	slowhttp /v1/registration/stage -H -c 2000 -r 2000 -i 1
	others_are_served
	attack_ended
}

@test "slow bodies" { # asvs 15.4.4
	slowhttp /v1/registration/email -B -c 2000 -r 2000 -i 1 -s 4096 -f application/json
	others_are_served
	attack_ended
}

@test "answers that are read slowly" { # asvs 15.4.4
	slowhttp /.well-known/jwks.json -X -c 1000 -r 1000 -w 1 -y 16 -n 1 -z 8 -k 3
	others_are_served
	attack_ended
}

# Sends bytes as they are (printf's escapes); prints all that comes back.
raw() { # BYTES
	exec 7<>"/dev/tcp/${LISTEN%:*}/${LISTEN##*:}"
	(trap '' PIPE && printf '%b' "$1" >&7) 2>/dev/null || true # it may close while we still send
	timeout 8 cat <&7 || true
	exec 7>&-
}

@test "all at once: byte by byte, announced gigabytes, and what two parsers read differently" { # asvs 4.2.1 15.4.4
	hostile idle=4000 head=200 body=200 asked=200 huge=2 kept=50 later=50
	others_are_served &
	served=$!
	tail='\r\n\r\n0\r\n\r\nGET /v1/registration/stage HTTP/1.1\r\nHost: x\r\n\r\n'
	for framing in 'Content-Length: 5\r\nTransfer-Encoding: chunked' 'Content-Length: 5\r\nContent-Length: 6' 'Content-Length: 5abc' \
		'Transfer-Encoding : chunked' 'Transfer-Encoding: identity, chunked' 'Expect: 100-continue\r\nTransfer-Encoding: chunked'; do
		answer=$(raw "POST /v1/registration/email HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n$framing$tail")
		same "$(grep -c '^HTTP/1.1' <<<"$answer") $(head -n 1 <<<"$answer" | cut -d' ' -f2)" "1 400" || { echo "$framing: $answer" >&2; false; }
	done
	wait "$served"
	attack_ended
	for kind in head body asked; do
		(($(attack_answers "$kind" 408) >= 200))
	done
	(($(attack_answers huge 413) > 0))
	never grep -qE '"(head|body|asked) (200|202|400|401)"' "$BATS_TEST_TMPDIR/attack"
}
