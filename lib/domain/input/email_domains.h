/* email_domains.h - the domains of the addresses that a society sends invitations to
 * (REGISTRATION_EMAIL_DOMAINS). Pure.
 *
 *   example.co.jp    addresses of this domain, and of none below it
 *   .example.co.jp   addresses of every domain below it, and not of itself
 *
 * A domain is folded as that of an address is (email.h): width, case, and an IDN to punycode. */

#ifndef EMAIL_DOMAINS_H
#define EMAIL_DOMAINS_H

#include "bounds.h"

#include <stdbool.h>
#include <stddef.h>

#define EMAIL_DOMAINS_MAX 32

struct email_domains {
	size_t count; /* 0: every domain is */
	char names[EMAIL_DOMAINS_MAX][EMAIL_MAX + 1];
};

/* Reads a list with commas or spaces between. False: errbuf names the setting and what is wrong,
 * and `ret` has none. */
bool email_domains_read(const char *name, const char *list, struct email_domains *ret,
    char errbuf[static ERRBUF_MAX + 1]) __attribute__((warn_unused_result));

/* Is the folded address of one of the domains? It is where `domains` is NULL or empty. */
bool email_domains_have(const struct email_domains *domains, const char *email);

#endif
