/* origin.h - which pages' requests are ours (RFC 6454). Pure. */

#ifndef ORIGIN_H
#define ORIGIN_H

#include <stdbool.h>

/* Is it, to the letter, one of the origins between the commas of a list? */
bool origin_is_listed(const char *origins, const char *origin);

/* Is it the origin of this address ("https://portal.example/app" has "https://portal.example")? */
bool origin_is_of(const char *url, const char *origin);

#endif
