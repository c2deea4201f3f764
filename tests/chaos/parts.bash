# shellcheck shell=bash
# parts.bash - what both kinds of world have in common: settings, roster, links that fail, replicas on them.
# single.bash and cluster.bash say which parts there are, and their ports.

export DB_PRELOAD=$BUILD/tests/chaos/libfull_disk.so
readonly HOLD='SELECT SLEEP(600)'

settings_for_load() {
	local setting
	settings_forget '*'
	limits_out_of_the_way
	export DRAIN_MS=2500 # longer than HAProxy needs to notice
	for setting in ${CHAOS_SETTINGS-}; do
		export "${setting?}"
	done
}

roster_make() {
	"$TREE/tools/dev/make-roster" "${CHAOS_ROSTER:-5000}" >"$CHAOS/roster.csv"
}

# --- links ----------------------------------------------------------------------------------------

# One for the mails, and one from each replica to the database: mail, db1, db2 ...
links_start() {
	local n links=("mail=$(mail_link_port):$(smtp_port)")
	for n in "${REPLICAS[@]}"; do links+=("db$n=$(db_link_port "$n"):$(db_port)"); done
	process_start fault-proxy "$TREE/tests/chaos/fault_proxy.py" "$CHAOS" "${links[@]}"
	wait_until 5 test -S "$CHAOS/fault-proxy.sock"
}

link() { # NAME|all WORD [MS]
	"$TREE/tests/chaos/fault_proxy.py" "$CHAOS" tell "$@"
}

# --- database --------------------------------------------------------------------------------------

# SQL of the administrator; a server that stands still holds up nobody.
sql() { # NODE SQL
	of_node "$1" timeout 5 mariadb --no-defaults --socket="$(of_node "$1" printenv DB_SOCKET)" --user="$(id -un)" -BNe "$2"
}

disk_is_full() {
	: >"$STACK/disk-full"
}

disk_has_room() {
	rm -f "$STACK/disk-full"
}

# One that is away forgets it by itself; one that has no connection left has one soon.
node_as_usual() { # N
	connections_let_go "$1"
	of_node "$1" process_gone mariadbd ||
		wait_until 3 sql "$1" 'SET GLOBAL read_only = OFF; SET GLOBAL max_connections = DEFAULT'
}

# All that a server takes, but for the administrator's one.
connections_take() { # NODE
	local n
	for n in {1..10}; do
		setsid mariadb --no-defaults --socket="$(of_node "$1" printenv DB_SOCKET)" --user="$(id -un)" -e "$HOLD" \
			</dev/null >/dev/null 2>&1 3>&- 4>&- 8>&- 9>&- &
		printf '%d\n' $! >>"$CHAOS/holders$1"
	done
	wait_until 3 connections_are_held "$1"
	# 10 is the least there is. Those of the service do not get in again.
	sql "$1" "SET GLOBAL max_connections = 10; KILL USER $DB_USER"
}

connections_are_held() { # NODE
	[[ $(sql "$1" "SELECT COUNT(*) FROM information_schema.processlist WHERE info = '$HOLD'") == 10 ]]
}

connections_let_go() { # NODE
	local pid
	[[ -e $CHAOS/holders$1 ]] || return 0
	while read -r pid; do
		! grep -qsF "$HOLD" "/proc/$pid/cmdline" || kill "$pid"
	done <"$CHAOS/holders$1"
	rm -f "$CHAOS/holders$1"
}

# --- replicas -------------------------------------------------------------------------------------

# The program and the clock of a replica outlive its processes: one that is killed comes back as it was.
wanted() { # REPLICA program|clock
	cat "$CHAOS/replica$1.$2" 2>/dev/null || true
}

want() { # REPLICA program|clock VALUE; empty: as usual
	printf '%s' "$3" >"$CHAOS/replica$1.$2"
}

replica_spawn() { # N
	local program clock=()
	program=$(wanted "$1" program)
	faketime_forget
	[[ -z $(wanted "$1" clock) ]] || clock_at "$(wanted "$1" clock)"
	process_start "replica$1" env -u DB_OWNER_PASSWORD_FILE LISTEN="$(listen_of "$1")" LISTEN_INSIDE="$(inside_of "$1")" \
		DB_SOCKET= DB_HOST=localhost DB_PORT="$(db_link_port "$1")" DB_CA_FILE="$TLS/ca.pem" \
		SMTP_URL="smtp://127.0.0.1:$(mail_link_port)" "${clock[@]}" "$BUILD/api/${program:-myportald}"
}

replicas_start() {
	local n
	for n in "${REPLICAS[@]}"; do replica_spawn "$n"; done
	for n in "${REPLICAS[@]}"; do server_wait "replica$n" "$(inside_of "$n")"; done
}

# Several may want it up, or down, at once.
replica_up() ( # N
	exec 8>"$CHAOS/replica$1.lock"
	flock 8
	process_resume "replica$1"
	process_runs "replica$1" || replica_spawn "$1"
)

replica_down() ( # N
	exec 8>"$CHAOS/replica$1.lock"
	flock 8
	process_resume "replica$1"
	! process_runs "replica$1" || process_stop "replica$1" 30
)

# As an operator does it; returns when it is ready again.
replica_restart() { # N
	replica_down "$1"
	replica_up "$1"
	wait_until 20 server_ready "$(inside_of "$1")"
}

haproxy_replicas() { # for haproxy_start
	local n lines=
	for n in "${REPLICAS[@]}"; do
		lines+="\\tserver replica$n $(listen_of "$n") addr 127.0.0.1 port $(inside_of "$n" | cut -d : -f 2)\\n"
	done
	printf 's|^\tserver one .*|%s|\n' "${lines%\\n}"
}

# --- all ------------------------------------------------------------------------------------------

# Nothing of a fault is left, whatever was begun.
all_up() {
	local n
	link all pass
	: >"$CHAOS/smtp-script"
	for n in "${NODES[@]}"; do of_node "$n" disk_has_room; done
	nodes_up
	for n in "${NODES[@]}"; do node_as_usual "$n"; done
	for n in "${REPLICAS[@]}"; do replica_as_usual "$n"; done
}

replica_as_usual() { # N
	[[ -n $(wanted "$1" program)$(wanted "$1" clock) ]] || { replica_up "$1" && return; }
	want "$1" program ''
	want "$1" clock ''
	replica_restart "$1"
}

# Replicas, their proxy, links.
parts_stop() {
	local n
	process_stop haproxy 5
	for n in "${REPLICAS[@]}"; do replica_down "$n"; done
	process_stop fault-proxy 5
}
