/* origin.h - which pages' requests are ours (RFC 6454). Pure. */

#ifndef ORIGIN_H
#define ORIGIN_H

#include <stdbool.h>

/* Is it, to the letter, one of the origins between the commas of a list? (config_rules.h says how
 * those of the settings are written.) */
bool origin_is_listed(const char *origins, const char *origin);

#endif
