# shellcheck shell=bash
# faults.bash - what may go wrong: a table, and for each of its rows what begins it and what ends it.
#
# Both get what was hit: a replica, a node, or a variant, as the seed chose.

# name, kinds of world (both: b, s, c), what the seed chooses, weight, least and most seconds
readonly FAULTS='
replica_killed        b  replica  3   2  15
database_killed       s  node     3   2  15
'

faults() {
	awk -v kind="${KIND:0:1}" 'NF && ($2 == "b" || $2 == kind) { print $1, $4, $5, $6 }' <<<"$FAULTS"
}

# What the seed chooses of a fault; fails where there is no such fault in this world.
fault_of() { # NAME
	awk -v name="$1" -v kind="${KIND:0:1}" '$1 == name && ($2 == "b" || $2 == kind) { print $3; found = 1 } END { exit !found }' <<<"$FAULTS"
}

hit_by() { # WHAT SEED
	case $1 in
	replica) printf '%s\n' "${REPLICAS[$2 % ${#REPLICAS[@]}]}" ;;
	node) printf '%s\n' "${NODES[$2 % ${#NODES[@]}]}" ;;
	*) printf '%s\n' - ;;
	esac
}

# --- replicas -------------------------------------------------------------------------------------

begin_replica_killed() { process_kill "replica$1"; }
end_replica_killed() { replica_up "$1"; }

# --- database -------------------------------------------------------------------------------------

begin_database_killed() { of_node "$1" process_kill mariadbd; }
end_database_killed() { node_up "$1"; }
