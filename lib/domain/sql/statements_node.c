/* statements_node.c - the SQL of myportal-dbagent: what a server says of itself, whatever state it
 * is in. */

#include "statements.h"

const struct statement node_statements[NODE_STATEMENTS__MAX] = {
	/* information_schema answers also where the cluster has no quorum, and every user. */
	[NODE_FACTS] = {
	    "SELECT LOWER(variable_name), variable_value FROM information_schema.global_status"
	    " WHERE variable_name IN ('wsrep_ready', 'wsrep_cluster_status', 'wsrep_local_state')"
	    " UNION ALL"
	    " SELECT LOWER(variable_name), variable_value FROM information_schema.global_variables"
	    " WHERE variable_name IN"
	    " ('read_only', 'innodb_read_only', 'wsrep_on', 'wsrep_reject_queries')",
	    .columns = 2,
	    .may_lag = true,
	},
};
