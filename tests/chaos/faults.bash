# shellcheck shell=bash
# faults.bash - what may go wrong: a table, and for each of its rows what begins it and what ends it. Both get what was
# hit, as the seed chose it.

# name, worlds (single, cluster, both), what the seed chooses, weight, least and most seconds
readonly FAULTS='
replica_killed           both     replica  3   2  15
replica_paused           both     replica  3   2  15
replica_restarted        both     replica  2  10  20
replicas_upgraded        both     -        1  20  40
clock_skewed             both     clock    2  15  60
keys_rotated             both     -        1   2   5
database_killed          both     node     3   2  15
database_paused          both     node     3   2  15
database_restarted       both     node     2   5  20
database_disk_full       both     node     2   5  20
database_read_only       both     node     2   2  15
connections_exhausted    both     node     2   2  15
database_delayed         both     delay    3   5  20
database_unreachable     both     link     3   2  15
database_refuses         both     link     2   2  15
answers_lost             both     lost     4   5  20
quorum_lost              cluster  pair     2   5  20
all_nodes_killed         cluster  -        1   2   5
roster_imported          both     roster   1  10  60
mail_server_delayed      both     delay    1   5  20
mail_server_unreachable  both     way      1   5  30
mail_server_refuses      both     refusal  2   5  30
mail_server_hangs        both     stall    1   5  30
mail_server_drips        both     drip     1   5  30
mail_server_drops        both     -        2   5  30
'

faults() {
	awk -v kind="$KIND" 'NF && ($2 == "both" || $2 == kind) { print $1, $4, $5, $6 }' <<<"$FAULTS"
}

# What the seed chooses of a fault; fails where there is no such fault in this world.
fault_of() { # NAME
	awk -v name="$1" -v kind="$KIND" '
		$1 == name && ($2 == "both" || $2 == kind) { print $3; found = 1 }
		END { exit !found }' <<<"$FAULTS"
}

# What may be chosen, a line each.
choices() { # WHAT
	local n
	case $1 in
	replica) printf '%s\n' "${REPLICAS[@]}" ;;
	node) printf '%s\n' writer "${NODES[@]}" writer ;;                       # half of the time, what is felt
	pair) for n in "${NODES[@]}"; do printf '%s\n' "kill $n" "pause $n"; done ;; # who stays
	clock) for n in "${REPLICAS[@]}"; do printf '%s\n' "$n +60s" "$n -60s"; done ;;
	link) printf 'all\n' && printf 'db%d\n' "${REPLICAS[@]}" ;;
	delay) printf '%s\n' 'all 20' 'db1 100' 'all 300' 'db2 1500' ;;
	lost) printf '%s\n' 'all 50' 'db1 200' 'all 200' 'db2 700' ;;
	way) printf '%s\n' hole refuse ;;
	refusal) printf '%s\n' 'mail 421' 'mail 451' 'rcpt 450' 'rcpt 550' 'data 451' 'after-data 452' ;;
	stall) printf '%s\n' mail rcpt data after-data ;; # a connection may be there already
	drip) printf '%s\n' 1 5 30 ;;
	*) printf -- '-\n' ;;
	esac
}

hit_by() { # WHAT SEED
	local all hit
	if [[ $1 == roster ]]; then printf '%d\n' "$2" && return; fi
	mapfile -t all < <(choices "$1")
	hit=${all[$2 % ${#all[@]}]}
	[[ $hit != writer ]] || hit=$(writer)
	printf '%s\n' "${hit:-1}"
}

# --- replicas -------------------------------------------------------------------------------------

begin_replica_killed() { process_kill "replica$1"; }
end_replica_killed() { replica_up "$1"; }

begin_replica_paused() { process_pause "replica$1"; }
end_replica_paused() { process_resume "replica$1"; }

begin_replica_restarted() { replica_restart "$1"; }
end_replica_restarted() { replica_up "$1"; }

# One after the other, as docs/keys-and-restore.md has it: the tables first. They stay as they are then.
# Whose database is away just then tries again.
begin_replicas_upgraded() {
	wait_until 30 ctl migrate --folder "$(next_schema)"
	replicas_replace myportald_next
}
end_replicas_upgraded() { replicas_replace ''; }

next_schema() {
	mkdir -p "$CHAOS/schema-next"
	cp "$TREE"/schema/* "$TREE/tests/flow/9999_next.sql" "$CHAOS/schema-next"
	printf '%s\n' "$CHAOS/schema-next"
}

replicas_replace() { # PROGRAM
	local n
	for n in "${REPLICAS[@]}"; do
		want "$n" program "$1"
		replica_restart "$n"
	done
}

begin_clock_skewed() { # REPLICA OFFSET
	want "$1" clock "$2"
	replica_restart "$1"
}
end_clock_skewed() {
	want "$1" clock ''
	replica_restart "$1"
}

# --force: the last may be less than a minute ago.
begin_keys_rotated() { ctl keys rotate --force; }
end_keys_rotated() { :; }

# --- database -------------------------------------------------------------------------------------

begin_database_killed() { of_node "$1" process_kill mariadbd; }
end_database_killed() { node_up "$1"; }

begin_database_paused() { of_node "$1" process_pause mariadbd; }
end_database_paused() { of_node "$1" process_resume mariadbd; }

begin_database_restarted() {
	of_node "$1" process_resume mariadbd
	of_node "$1" db_stop
	node_up "$1"
}
end_database_restarted() { node_up "$1"; }

begin_database_disk_full() { of_node "$1" disk_is_full; }
end_database_disk_full() {
	of_node "$1" disk_has_room
	node_up "$1" # one that could not take over what the others did has ended
}

begin_database_read_only() { sql "$1" 'SET GLOBAL read_only = ON'; }
end_database_read_only() { node_as_usual "$1"; }

begin_connections_exhausted() { connections_take "$1"; }
end_connections_exhausted() { node_as_usual "$1"; }

# kill|pause and the node that stays.
begin_quorum_lost() {
	local n
	for n in $(others_than "$2"); do of_node "$n" "process_$1" mariadbd; done
}
# shellcheck disable=SC2046 # words
end_quorum_lost() { nodes_at_once node_up $(others_than "$2"); }

others_than() { # NODE
	printf '%s\n' "${NODES[@]}" | grep -vx "$1"
}

begin_all_nodes_killed() {
	local n
	for n in "${NODES[@]}"; do of_node "$n" process_kill mariadbd; done
}
end_all_nodes_killed() { nodes_up; }

begin_roster_imported() { # SEED
	roster_next "$1"
	ctl roster import --allow-ended --allow-names --allow-new "$CHAOS/roster-next.csv" || true # done by the next one
}
end_roster_imported() { :; }

# The persons of this world as they are, and others who change.
roster_next() { # SEED
	local known
	known=$(wc -l <"$CHAOS/roster.csv")
	cp "$CHAOS/roster.csv" "$CHAOS/roster-next.csv"
	"$TREE/tools/dev/make-roster" "${CHAOS_IMPORT:-10000}" "$1" | tail -n "+$((known + 1))" >>"$CHAOS/roster-next.csv"
}

# --- ways -----------------------------------------------------------------------------------------

db_links() { # LINK|all WORD [MS]
	local n
	if [[ $1 != all ]]; then link "$@" && return; fi
	for n in "${REPLICAS[@]}"; do link "db$n" "${@:2}"; done
}

begin_database_delayed() { db_links "$1" delay "$2"; }
end_database_delayed() { db_links "$1" pass; }

begin_database_unreachable() { db_links "$1" hole; }
end_database_unreachable() { db_links "$1" pass; }

begin_database_refuses() { db_links "$1" refuse; }
end_database_refuses() { db_links "$1" pass; }

begin_answers_lost() { db_links "$1" lose "$2"; }
end_answers_lost() { db_links "$1" pass; }

# --- mail server ----------------------------------------------------------------------------------

begin_mail_server_delayed() { link mail delay "$2"; }
end_mail_server_delayed() { link mail pass; }

begin_mail_server_unreachable() { link mail "$1"; }
end_mail_server_unreachable() { link mail pass; }

begin_mail_server_refuses() { mail_script "$*"; }
end_mail_server_refuses() { mail_script ''; }

begin_mail_server_hangs() { mail_script "stall $1"; }
end_mail_server_hangs() { mail_server_goes_on; }

begin_mail_server_drips() { mail_script "drip $1"; }
end_mail_server_drips() { mail_server_goes_on; }

begin_mail_server_drops() { mail_script 'drop after-data'; }
end_mail_server_drops() { mail_script ''; }

# Who waits for it, would wait for minutes (RFC 5321, 4.5.3.2).
mail_server_goes_on() {
	mail_script ''
	link mail cut
}

# It reads its script at every step: a whole one, or none.
mail_script() { # RULE
	printf '%s\n' "$1" >"$CHAOS/smtp-script.new"
	mv "$CHAOS/smtp-script.new" "$CHAOS/smtp-script"
}
