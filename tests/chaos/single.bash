# shellcheck shell=bash
# single.bash - one MariaDB with TLS, two replicas of the service, HAProxy before them: where each is, and how it starts.

# shellcheck source-path=SCRIPTDIR source=../../tools/stack.bash
. "$TREE/tools/stack.bash"
# shellcheck source-path=SCRIPTDIR source=../flow/proxies.bash
. "$TREE/tests/flow/proxies.bash"

readonly REPLICAS=(1 2) NODES=(1)

service_port() { printf '%d\n' "$FIRST_PORT"; }
db_port() { printf '%d\n' $((FIRST_PORT + 1)); }
smtp_port() { printf '%d\n' $((FIRST_PORT + 2)); }
mail_link_port() { printf '%d\n' $((FIRST_PORT + 3)); }
db_link_port() { printf '%d\n' $((FIRST_PORT + 3 + $1)); } # REPLICA
listen_of() { printf '127.0.0.1:%d\n' $((FIRST_PORT + 4 + 2 * $1)); } # REPLICA
inside_of() { printf '127.0.0.1:%d\n' $((FIRST_PORT + 5 + 2 * $1)); } # REPLICA

of_node() { # N COMMAND...
	"${@:2}"
}

settings_of_this() {
	[[ -e $CHAOS/env ]] || complain "nothing was started in $CHAOS" || return 1
	FIRST_PORT=$(<"$CHAOS/port")
	# shellcheck disable=SC1091 # written by prepare
	. "$CHAOS/env"
	RUN_DB_PORT=$(db_port) RUN_SMTP_PORT=$(smtp_port)
	export RUN_DB_PORT RUN_SMTP_PORT
}

prepare() {
	rm -rf "$CHAOS" && mkdir -p "$CHAOS"
	free_ports 10 >"$CHAOS/port"
	settings_for_load
	stack_settings
	export CORS_ORIGINS=$PORTAL_URL TRUSTED_PROXIES=127.0.0.1
	(umask 077 && settings_print >"$CHAOS/env")
	settings_of_this
	roster_make
}

all_start() {
	certificate_make
	db_certificates_make
	keys_make
	smtp_start
	node_up 1
	db_fill "$CHAOS/roster.csv" >"$CHAOS/fill.log"
	replicas_start
	LISTEN_INSIDE=$(inside_of 1) haproxy_start "$(service_port)" haproxy "$(listen_of 1)" "$(haproxy_replicas)"
}

nodes_up() {
	node_up 1
}

node_up() { # N
	process_resume mariadbd
	process_runs mariadbd || db_start --ssl-cert="$TLS/db.pem" --ssl-key="$TLS/db-key.pem" --require-secure-transport=ON --skip-stack-trace
}

node_is_well() { # N
	db_answers
}

writer() {
	printf '1\n'
}

stop() {
	process_resume mariadbd
	stack_stop
}
