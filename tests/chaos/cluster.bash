# shellcheck shell=bash
# cluster.bash - what tools/cluster starts, with links that can fail before the replicas: how it starts and comes back.

# shellcheck source-path=SCRIPTDIR source=../../tools/cluster
. "$TREE/tools/cluster"

readonly REPLICAS=("${NODES[@]}")

smtp_port() { printf '%d\n' $((PORT + 3)); }
mail_link_port() { printf '%d\n' $((PORT + 5)); }
db_link_port() { printf '%d\n' $((PORT + 5 + $1)); } # REPLICA

settings_of_this() {
	[[ -e $CHAOS/env ]] || complain "nothing was started in $CHAOS" || return 1
	# shellcheck disable=SC1091 # written by cluster_prepare
	. "$CHAOS/env"
	RUN_SMTP_PORT=$(smtp_port)
	export RUN_SMTP_PORT
}

prepare() {
	settings_for_load
	cluster_prepare
	roster_make
}

all_start() {
	cluster_start
}

# --- nodes ----------------------------------------------------------------------------------------

writer() {
	local n
	for n in "${NODES[@]}"; do
		(($(of_node "$n" node_ask "SELECT COUNT(*) FROM information_schema.processlist WHERE user = '$DB_USER'" || echo 0) == 0)) ||
			{ printf '%d\n' "$n" && return; }
	done
}

node_is_well() { # N
	node_is "$1" wsrep_local_state_comment Synced && node_is "$1" wsrep_cluster_size "${#NODES[@]}"
}

node_runs() { # N
	of_node "$1" process_runs mariadbd
}

# Once more where the node that it got its data from was harmed meanwhile.
node_up() { # N
	of_node "$1" process_resume mariadbd
	node_runs "$1" || wait_until 30 node_start "$1"
}

# At once: alone, none of those that were lost may find a quorum.
nodes_at_once() { # COMMAND N...
	local n pids=() failed=0
	for n in "${@:2}"; do
		"$1" "$n" &
		pids+=($!)
	done
	for n in "${pids[@]}"; do wait "$n" || failed=1; done
	return "$failed"
}

# What an operator does (docs/scaling.md, "The drill"): those that are down are started, and where all are, the one that is
# furthest begins. One that does not find back to the others is started anew.
nodes_up() {
	local n lost=()
	for n in "${NODES[@]}"; do of_node "$n" process_resume mariadbd; done
	if ! node_runs 1 && ! node_runs 2 && ! node_runs 3; then
		nodes_begin_anew
	else
		nodes_at_once node_up "${NODES[@]}"
	fi
	wait_until 5 nodes_are_well && return
	for n in "${NODES[@]}"; do node_is "$n" wsrep_local_state_comment Synced || lost+=("$n"); done
	((${#lost[@]} == ${#NODES[@]})) || nodes_at_once node_restart "${lost[@]}"
}

nodes_are_well() {
	local n
	for n in "${NODES[@]}"; do node_is_well "$n" || return 1; done
}

node_restart() { # N
	of_node "$1" db_stop
	node_start "$1"
}

# None of them knows that it was the last: each says how far it came.
nodes_begin_anew() {
	local n seqno first='' most=-1 others=()
	for n in "${NODES[@]}"; do
		seqno=$(of_node "$n" node_recover) || return 1
		printf 'node %d stands at %s\n' "$n" "$seqno"
		if ((${seqno##*:} > most)); then first=$n most=${seqno##*:}; fi
	done
	sed -i 's/^safe_to_bootstrap: .*/safe_to_bootstrap: 1/' "$CHAOS/node$first/db/grastate.dat"
	node_spawn "$first" --wsrep-new-cluster || return 1
	for n in "${NODES[@]}"; do [[ $n == "$first" ]] || others+=("$n"); done
	nodes_at_once node_up "${others[@]}"
}
