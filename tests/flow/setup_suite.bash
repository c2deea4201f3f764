# shellcheck shell=bash
# setup_suite.bash - one stack for all the bats files of a run: own folder, own free ports, real
# MariaDB, real SMTP, real myportald.
#
#   BUILD          the build tree whose programs are tested (build)
#   STACK          the folder of the stack (.test/BUILD); LANE, as tools/stack.bash says
#   TEST_SETTINGS  "NAME=value ..." for every test of this run, over those below

# The settings that make a test quick without making it another service.
suite_settings() {
	local setting
	export MAIL_INTERVAL_S=2 # long enough to be met, short enough to be waited for
	export HTTP_WORKERS=32
	export DB_CONNECTIONS=8
	export CORS_ORIGINS=$PORTAL_URL # one, which the tests send
	limits_out_of_the_way # but for tests/flow/52_limits.bats
	! declare -F more_settings >/dev/null || more_settings # tests/node/on_stack
	for setting in ${TEST_SETTINGS-}; do
		export "${setting?}"
	done
}

suite_ports() {
	local first
	first=$(free_ports 9) || return 1
	export LISTEN=127.0.0.1:$first LISTEN_INSIDE=127.0.0.1:$((first + 1))
	export RUN_DB_PORT=$((first + 2)) RUN_SMTP_PORT=$((first + 3))
	export PAGES=$((first + 6)) # and the next two: tests/node/on_stack
	export OTHER_LISTEN=127.0.0.1:$((first + 4)) OTHER_LISTEN_INSIDE=127.0.0.1:$((first + 5))
}

# The sample, and a thousand more people of whom each test may take one (new_person).
suite_roster() {
	cat "$TREE/tests/sample/roster.csv"
	seq 100001 101000 | sed 's/.*/900,&,00,1,1980-01-01,タメシ ヒト,2010-04-01,/'
}

setup_suite() {
	TREE=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
	BUILD=${BUILD:-build}
	STACK=${STACK:-$TREE/.test/${BUILD//\//-}}
	export TREE BUILD STACK
	# shellcheck source-path=SCRIPTDIR source=../../tools/stack.bash
	. "$TREE/tools/stack.bash"

	stack_stop || return 1 # what a run that was killed left
	faketime_forget
	rm -rf "$STACK"
	settings_forget '*' # what the shell has from .run/env
	suite_ports && stack_settings && suite_settings || return 1
	suite_roster >"$STACK/roster.csv"
	stack_start "$STACK/roster.csv"
}

teardown_suite() {
	stack_stop
	faketime_forget
}
