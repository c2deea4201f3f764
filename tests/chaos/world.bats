# Each fault of tests/chaos/world is really in force, and over when it is: one after the other, on a single database or, with
# KIND=cluster, on a cluster. Asked meanwhile, the service answers as usual or "come again", within five seconds.

setup_file() {
	TREE=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	export TREE CHAOS=${CHAOS:-$TREE/.test/chaos} KIND=${KIND:-single}
	world start
}

teardown_file() {
	world stop
}

# Each line is a test of its own: what one broke, the next shows.
setup() {
	STACK=$CHAOS
	# shellcheck source-path=SCRIPTDIR source=../../tools/stack.bash
	. "$TREE/tools/stack.bash"
	world settle
}

teardown() {
	[[ ! -s $BATS_TEST_TMPDIR/answers ]] || sort "$BATS_TEST_TMPDIR/answers" | uniq -c
	[[ ! -e $CHAOS/faults.log ]] || tail -n 5 "$CHAOS/faults.log"
}

world() { # WORD...
	"$TREE/tests/chaos/world" "$KIND" "$@" 3>&-
}

of_world() { # JQ-EXPRESSION
	jq -r "$1" "$CHAOS/world.json"
}

# --- what is seen ---------------------------------------------------------------------------------

# Asks for an invitation to a new address. Sets status and seconds. Each answer is one of two, and in time. The
# proxy's own has no request ID: only where a replica stands still it may come later than the service's would have.
ask() {
	local id latest=5
	address=$RANDOM$RANDOM$RANDOM@example.jp
	read -r status seconds id < <(curl --silent --noproxy '*' --output /dev/null --write-out '%{http_code} %{time_total} %header{x-request-id}\n' \
		--max-time 20 --cacert "$(of_world .front.ca)" --resolve "$(of_world .front.resolve)" \
		--json "{\"email\":\"$address\"}" "$(of_world .front.url)/v1/registration/email")
	printf '%s\n' "$status" >>"$BATS_TEST_TMPDIR/answers"
	[[ -n $id || $BATS_TEST_DESCRIPTION == replica_paused* ]] || latest=4.5
	if [[ ! $status =~ ^(202|503)$ ]] || (($(bc <<<"$seconds > $latest"))); then
		printf '%s after %s s\n' "$status" "$seconds" | tee -a "$BATS_TEST_TMPDIR/wrong"
	fi
}

answers() { # STATUS
	ask
	[[ $status == "$1" ]]
}

is_slow() {
	ask
	(($(bc <<<"$seconds > 0.5")))
}

inside_of() { # N
	of_world ".inside[$1 - 1]"
}

replica_is_not_ready() { # N
	ask
	! server_ready "$(inside_of "$1")"
}

replica_is_new() { # N
	ask
	[[ $CHAOS/replica$1.pid -nt $BATS_TEST_TMPDIR/began ]] && server_ready "$(inside_of "$1")"
}

replica_is_the_next() { # N
	ask
	process_pid "replica$1" >/dev/null && tr '\0' ' ' <"/proc/$(process_pid "replica$1")/cmdline" | grep -q myportald_next
}

# Seconds by which a replica's clock is ahead, as its answers have it.
ahead() { # N
	local date
	date=$(curl --silent --head --noproxy '*' "http://$(inside_of "$1")/healthz" | sed -n 's/^[Dd]ate: //p' | tr -d '\r')
	[[ -n $date ]] && printf '%d\n' $(($(date -d "$date" +%s) - EPOCHSECONDS))
}

clock_is_ahead() {
	ask
	(($(ahead "$1") > 50))
}

clock_is_behind() {
	ask
	(($(ahead "$1") < -50))
}

key_is_new() {
	ask
	[[ -n $(find "$CHAOS/keys" -name 'stage-*' -newer "$BATS_TEST_TMPDIR/began") ]]
}

hit_by() { # FAULT
	cat "$CHAOS/faults/$1"
}

sql() { # NODE SQL
	timeout 2 mariadb --no-defaults --socket="$(of_world ".databases[$1 - 1]")" --user="$(id -un)" -BNe "$2"
}

database_is_young() {
	ask
	(($(sql "$(hit_by database_restarted)" "SHOW STATUS LIKE 'Uptime'" | cut -f 2) < 20))
}

# A single database is missed. Of a cluster another node has the service's connections soon.
database_is_left() { # FAULT
	local node
	if [[ $KIND == single ]]; then answers 503 && return; fi
	ask
	for node in 1 2 3; do
		[[ $node != "$(hit_by "$1")" ]] || continue
		(($(sql "$node" "SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'myportal'" || echo 0) == 0)) || return 0
	done
	return 1
}

roster_has_grown() {
	ask
	(($(world ctl roster runs --json | jq '.runs | length') > 1))
}

mails_to() { # ADDRESS
	cat "$CHAOS/mail/tokens/$1" 2>/dev/null | wc -l
}

mail_waits() {
	ask
	[[ $status == 202 ]] && sleep 2 && (($(mails_to "$address") == 0))
}

# It came, and nobody knows.
mail_comes_and_waits() {
	ask
	[[ $status == 202 ]] && wait_until 5 eval '(($(mails_to "$address") == 1))' &&
		[[ $(world ctl outbox list --state pending --json | jq '.mails | length') != 0 ]]
}

is_whole() {
	ask
	[[ $status == 202 ]] && wait_until 40 eval '(($(mails_to "$address") >= 1))'
}

# --- the tests ------------------------------------------------------------------------------------

of_cluster() {
	[[ $KIND == cluster ]] || skip 'a fault of the cluster'
}

# The seed chooses what is hit.
fault_is_seen() { # FAULT SEED SEEN...
	touch "$BATS_TEST_TMPDIR/began"
	world begin "$1" "$2"
	wait_until 30 "${@:3}" # a table grows when its last page is full
	for _ in 1 2 3; do ask; done
	world end "$1"
	world settle
	is_whole
	[[ ! -e $BATS_TEST_TMPDIR/wrong ]]
}

@test "replica_killed 0" { fault_is_seen replica_killed 0 replica_is_not_ready 1; }
@test "replica_paused 0" { fault_is_seen replica_paused 0 replica_is_not_ready 1; }
@test "replica_restarted 0" { fault_is_seen replica_restarted 0 replica_is_new 1; }
@test "replicas_upgraded 0" { fault_is_seen replicas_upgraded 0 replica_is_the_next 1; }
@test "clock_skewed 0" { fault_is_seen clock_skewed 0 clock_is_ahead 1; }
@test "clock_skewed 1" { fault_is_seen clock_skewed 1 clock_is_behind 1; }
@test "keys_rotated 0" { fault_is_seen keys_rotated 0 key_is_new; }
@test "database_killed 0" { fault_is_seen database_killed 0 database_is_left database_killed; }
@test "database_paused 0" { fault_is_seen database_paused 0 database_is_left database_paused; }
@test "database_restarted 0" { fault_is_seen database_restarted 0 database_is_young; }
@test "database_disk_full 0" { fault_is_seen database_disk_full 0 answers 503; }
@test "database_read_only 0" { fault_is_seen database_read_only 0 database_is_left database_read_only; }
@test "connections_exhausted 0" { fault_is_seen connections_exhausted 0 answers 503; }
@test "database_delayed 2" { fault_is_seen database_delayed 2 is_slow; }
@test "database_unreachable 0" { fault_is_seen database_unreachable 0 answers 503; }
@test "database_refuses 0" { fault_is_seen database_refuses 0 answers 503; }
@test "answers_lost 2" { fault_is_seen answers_lost 2 answers 503; }
@test "quorum_lost 0" { of_cluster && fault_is_seen quorum_lost 0 answers 503; }
@test "quorum_lost 1" { of_cluster && fault_is_seen quorum_lost 1 answers 503; }
@test "all_nodes_killed 0" { of_cluster && fault_is_seen all_nodes_killed 0 answers 503; }
@test "roster_imported 5" { fault_is_seen roster_imported 5 roster_has_grown; }
@test "mail_server_delayed 3" { fault_is_seen mail_server_delayed 3 mail_waits; }
@test "mail_server_unreachable 0" { fault_is_seen mail_server_unreachable 0 mail_waits; }
@test "mail_server_unreachable 1" { fault_is_seen mail_server_unreachable 1 mail_waits; }
@test "mail_server_refuses 0" { fault_is_seen mail_server_refuses 0 mail_waits; }
@test "mail_server_refuses 2" { fault_is_seen mail_server_refuses 2 mail_waits; }
@test "mail_server_hangs 0" { fault_is_seen mail_server_hangs 0 mail_waits; }
@test "mail_server_hangs 3" { fault_is_seen mail_server_hangs 3 mail_comes_and_waits; }
@test "mail_server_drips 2" { fault_is_seen mail_server_drips 2 mail_waits; }
@test "mail_server_drops 0" { fault_is_seen mail_server_drops 0 mail_comes_and_waits; }

@test "a world of the other kind stops what the folder held, and takes it over" {
	local other=cluster of
	[[ $KIND == single ]] || other=single
	"$TREE/tests/chaos/world" "$other" start 3>&-
	of=$(of_world .kind)
	world stop
	[[ $of == "$other" ]]
	world start
}

@test "every fault has a line here" {
	comm -23 <(world faults | awk '{ print $1 }' | sort) <(sed -n 's/^@test .* fault_is_seen \([a-z_]*\).*/\1/p' "$BATS_TEST_FILENAME" | sort -u) >"$BATS_TEST_TMPDIR/missing"
	[[ ! -s $BATS_TEST_TMPDIR/missing ]]
}
