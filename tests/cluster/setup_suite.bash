# shellcheck shell=bash
# setup_suite.bash - the cluster of tools/cluster for all the bats files of a run.
#
#   BUILD         the build tree whose programs are tested (build)
#   CLUSTER       the folder of the cluster (.test/cluster)
#   CLUSTER_PORT  the first of its ports

setup_suite() {
	TREE=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
	BUILD=${BUILD:-build}
	CLUSTER=${CLUSTER:-$TREE/.test/cluster}
	CLUSTER_PORT=${CLUSTER_PORT:-18000}
	STACK=$CLUSTER
	export TREE BUILD CLUSTER CLUSTER_PORT STACK CURL_HOME=$CLUSTER
	# shellcheck source-path=SCRIPTDIR source=../../tools/stack.bash
	. "$TREE/tools/stack.bash"

	settings_forget '*'
	limits_out_of_the_way
	export CLUSTER_ROSTER=$CLUSTER.roster.csv MAIL_INTERVAL_S=2
	mkdir -p "${CLUSTER%/*}"
	{
		cat "$TREE/tests/sample/roster.csv"
		seq 100001 101000 | sed 's/.*/900,&,00,1,1980-01-01,タメシ ヒト,2010-04-01,/'
	} >"$CLUSTER_ROSTER"
	"$TREE/tools/cluster" >&2 3>&- || return 1
	# shellcheck disable=SC1091 # made by tools/cluster
	. "$CLUSTER/env"
	printf '%s\n' "cacert = $CLUSTER/tls/cert.pem" "resolve = portal-api.example.jp:$CLUSTER_PORT:127.0.0.1" >"$CURL_HOME/.curlrc"
}

teardown_suite() {
	"$TREE/tools/cluster" --stop
}
