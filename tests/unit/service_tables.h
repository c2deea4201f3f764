/* service_tables.h - the tables of schema/, in a database of a unit test. */

#ifndef SERVICE_TABLES_H
#define SERVICE_TABLES_H

#include "private_db.h"

#include <stdbool.h>

/* Makes the tables that the service's statements need. `folder`: of the schema's files. False: a
 * file cannot be read, or a statement failed. */
bool service_tables_make(const struct private_db *, const char *folder)
    __attribute__((warn_unused_result));

#endif
