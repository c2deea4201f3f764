/* node_state.c - what a database server says of itself, and what HAProxy is told of it. */

#include "node_state.h"

#include "bounds.h"

#include <stdlib.h>
#include <string.h>

/* The states of a node that matter here (wsrep_local_state); the others are on the way to them. */
enum { STATE_DONOR = 2, STATE_SYNCED = 4 };

const char node_unreachable[] = "down #unreachable\n";
const char node_silent[] = "down #silent\n";

static bool
is_on(const char *value)
{
	return strcmp(value, "ON") == 0 || strcmp(value, "1") == 0;
}

static void
take_flag(bool *flag, const char *value)
{
	*flag = *flag || is_on(value);
}

static void
take_read_only(struct node_facts *facts, const char *value)
{
	take_flag(&facts->read_only, value);
}

static void
take_cluster(struct node_facts *facts, const char *value)
{
	take_flag(&facts->cluster, value);
}

static void
take_primary(struct node_facts *facts, const char *value)
{
	facts->primary = strcmp(value, "Primary") == 0;
}

static void
take_ready(struct node_facts *facts, const char *value)
{
	take_flag(&facts->ready, value);
}

static void
take_rejects(struct node_facts *facts, const char *value)
{
	facts->rejects = strcmp(value, "NONE") != 0;
}

static void
take_member_state(struct node_facts *facts, const char *value)
{
	facts->member_state = strtoll(value, NULL, 10);
}

void
node_facts_take(struct node_facts *facts, const char *name, const char *value)
{
	static const struct {
		const char *name;
		void (*take)(struct node_facts *, const char *value);
	} table[] = {
		{ "read_only", take_read_only },
		{ "innodb_read_only", take_read_only },
		{ "wsrep_on", take_cluster },
		{ "wsrep_cluster_status", take_primary },
		{ "wsrep_ready", take_ready },
		{ "wsrep_reject_queries", take_rejects },
		{ "wsrep_local_state", take_member_state },
	};

	for (size_t i = 0; i < LENGTH(table); i++)
		if (strcmp(table[i].name, name) == 0)
			table[i].take(facts, value);
}

const char *
node_facts_answer(const struct node_facts *facts)
{
	if (facts->read_only)
		return "down #read-only\n";
	if (!facts->cluster)
		return "up 100%\n";
	if (!facts->primary)
		return "down #no-quorum\n";
	if (!facts->ready)
		return "down #not-ready\n";
	if (facts->rejects)
		return "down #rejects-queries\n";
	if (facts->member_state == STATE_SYNCED)
		return "up 100%\n";
	return facts->member_state == STATE_DONOR ? "up 0%\n" : "down #joining\n";
}
