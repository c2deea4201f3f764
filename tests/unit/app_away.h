/* app_away.h - a portal whose database and mail server are away: all else answers. */

#ifndef APP_AWAY_H
#define APP_AWAY_H

#include "app.h"

#include <stdbool.h>

/* Opens what it needs beside its keys, which it has already, as db_open() and mailer_open() want
 * them. False: something is missing; what was opened is in `portal`. */
bool app_away_open(struct app *) __attribute__((warn_unused_result));

#endif
