/* metrics_parts.h - the metrics of what the service works with: connections, database, hashes,
 * mails, keys, log.
 *
 * What only the database knows is as monitor.h read it last, so writing waits for nothing. Where it
 * could not be read for a while those metrics are absent, and db_gauges_stale is 1: an old number
 * would look like a good one. */

#ifndef METRICS_PARTS_H
#define METRICS_PARTS_H

#include "metrics_text.h"

struct service;

void metrics_parts_add(struct metrics_text *, const struct service *);

#endif
