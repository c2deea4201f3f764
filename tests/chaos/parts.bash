# shellcheck shell=bash
# world.bash - what both kinds of world have in common: settings, roster, links that fail, replicas on them.
# single.bash and cluster.bash say which parts there are, and their ports.

settings_for_load() {
	local setting
	limits_out_of_the_way
	export TRUSTED_PROXIES=127.0.0.1 CORS_ORIGINS=$PORTAL_URL DRAIN_MS=2500
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
replica_up() (# N
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

# A paused one takes no signal but SIGKILL until it goes on.
process_resume() { # NAME
	local pid
	pid=$(process_pid "$1") || return 0
	kill -CONT "$pid"
}

process_pause() { # NAME
	local pid
	pid=$(process_pid "$1") || return 0
	kill -STOP "$pid"
}

all_up() {
	local n
	link all pass
	: >"$CHAOS/smtp-script"
	for n in "${NODES[@]}"; do node_up "$n"; done
	for n in "${REPLICAS[@]}"; do want "$n" program ''; want "$n" clock ''; replica_up "$n"; done
}

# Replicas, their proxy, links. What is being done about a fault is waited for.
parts_stop() {
	local n lock
	for lock in "$CHAOS"/faults/*.lock; do
		[[ ! -e $lock ]] || flock -w 60 "$lock" true || complain "$lock is still held" || true
	done
	process_stop haproxy 5
	for n in "${REPLICAS[@]}"; do process_resume "replica$n"; done
	for n in "${REPLICAS[@]}"; do process_stop "replica$n" 30; done
	process_stop fault-proxy 5
}
