/* ctl_doctor_db.h - checks of myportalctl doctor: the database, as the service's user sees it. Only
 * the first one connects; those behind it use its connection, or make another with it as a pattern.
 */

#ifndef CTL_DOCTOR_DB_H
#define CTL_DOCTOR_DB_H

#include "ctl_doctor_check.h"

void doctor_db(struct doctor *, struct doctor_finding *ret); /* logs in, and asks the server */
void doctor_db_version(struct doctor *, struct doctor_finding *ret);
void doctor_db_settings(struct doctor *, struct doctor_finding *ret);
void doctor_db_cluster(struct doctor *, struct doctor_finding *ret);
void doctor_db_clock(struct doctor *, struct doctor_finding *ret);
void doctor_db_disk(struct doctor *, struct doctor_finding *ret);
void doctor_schema(struct doctor *, struct doctor_finding *ret);
void doctor_restored(struct doctor *, struct doctor_finding *ret);
void doctor_migrations(struct doctor *, struct doctor_finding *ret);
void doctor_tables(struct doctor *, struct doctor_finding *ret);
void doctor_collations(struct doctor *, struct doctor_finding *ret);
void doctor_rights(struct doctor *, struct doctor_finding *ret);
void doctor_statements_check(struct doctor *, struct doctor_finding *ret);
void doctor_posted_codes(struct doctor *, struct doctor_finding *ret);
void doctor_db_writes(struct doctor *, struct doctor_finding *ret);

/* In a lane of its own: the owner logs in. */
void doctor_db_owner(struct doctor *, struct doctor_finding *ret);

/* Is this the version of a server that serves: MariaDB, and new enough? */
bool doctor_version_serves(const char *version);

#endif
