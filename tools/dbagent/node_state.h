/* node_state.h - what a database server says of itself, and what HAProxy is told of it. Pure. */

#ifndef NODE_STATE_H
#define NODE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NODE_ANSWER_SIZE 48 /* with the NUL */

/* Variables of the server by their names in small letters; zeroed before they are read. */
struct node_facts {
	bool read_only;       /* read_only or innodb_read_only */
	bool cluster;         /* wsrep_on: a node of a Galera cluster */
	bool primary;         /* wsrep_cluster_status: it belongs to the part that has the quorum */
	bool ready;           /* wsrep_ready: it takes statements */
	bool rejects;         /* wsrep_reject_queries: an operator has it refuse them */
	int64_t member_state; /* wsrep_local_state: 4 is synced, 2 donor or desynced */
};

/* Keeps one variable; a name that is not needed is passed over. */
void node_facts_take(struct node_facts *, const char *name, const char *value);

/* One line of HAProxy's agent-check (its documentation, "agent-check"):
 *
 *   up 100%        takes connections
 *   up 0%          drain: keeps those that it has; the one that was chosen gets others
 *   down #REASON   takes none, and those that it has end
 *
 * It is never "ready" or "drain", HAProxy's own words: they would undo what an operator has set
 * there. The text is constant. */
const char *node_facts_answer(const struct node_facts *);

/* The same where the server cannot be asked: not reached, or no answer in time. */
extern const char node_unreachable[];
extern const char node_silent[];

#endif
