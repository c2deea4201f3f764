/* node_watch.h - asks the database server again and again how it is, in a thread of its own. */

#ifndef NODE_WATCH_H
#define NODE_WATCH_H

#include "result.h"

#include <stdbool.h>

struct node_watch;

/* Watches the server behind a local socket, as this user, who needs no right and no password
 * (unix_socket). NULL: no memory, or no thread. It goes on until the process ends. */
struct node_watch *node_watch_begin(const char *socket, const char *user) MUST_USE;

/* What HAProxy is told now (node_state.h); never waits. A server that was not heard of for
 * NODE_SILENT_MS is silent. The text is constant. */
const char *node_watch_answer(struct node_watch *);

#define NODE_ASKED_EVERY_MS 200
#define NODE_SILENT_MS      1500

#endif
