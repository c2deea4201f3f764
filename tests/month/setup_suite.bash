# shellcheck shell=bash
# setup_suite.bash - what is there before the month begins: MariaDB with a binary log, and the mail relay. The month
# installs the rest by itself.

# shellcheck source-path=SCRIPTDIR source=../flow/setup_suite.bash
. "${BASH_SOURCE[0]%/*}/../flow/setup_suite.bash"

setup_suite() {
	local first
	TREE=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
	BUILD=${BUILD:-build}
	STACK=${STACK:-$TREE/.test/month}
	export TREE BUILD STACK
	# shellcheck source-path=SCRIPTDIR source=../../tools/stack.bash
	. "$TREE/tools/stack.bash"

	stack_stop || return 1 # what a run that was killed left
	rm -rf "$STACK"
	mkdir -p "$STACK/binlog"
	settings_forget '*'
	first=$(free_ports 9) || return 1
	export PORTS=$first RUN_DB_PORT=$((first + 7)) RUN_SMTP_PORT=$((first + 8))
	DB_SOCKET=$(socket_folder)/db.sock
	export DB_SOCKET
	db_start "--log-bin=$STACK/binlog/binlog" --binlog-format=ROW --server-id=1 && smtp_start
}
