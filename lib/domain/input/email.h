/* email.h - mail addresses as members type them: fold, validate, mask. Pure.
 *
 * Full-width ASCII is folded first (a Japanese input method types it). Then local@domain:
 *   local   ASCII dot-atom (RFC 5322 3.2.3), 1-64 bytes. For the domains of Japanese carriers
 *           (docomo.ne.jp, ezweb.ne.jp, au.com, softbank.ne.jp, vodafone.ne.jp and its d. h. t. c.
 *           r. k. n. s. q. subdomains, disney.ne.jp, i.softbank.jp, ...) dots may also stand
 *           together or last: such addresses were issued until 2009 and are real people's
 *   domain  LDH labels of 1-63 with at least one dot, or an IDN, kept as lower-case punycode; the
 *           last label is not a number (RFC 3696 2), so that no bare IP address is one
 * No quoted strings, no address literals, no comments, no control or invisible character within. At
 * most EMAIL_MAX bytes in all. The padding of a pasted value (unicode.h) is dropped. */

#ifndef EMAIL_H
#define EMAIL_H

#include "bounds.h"
#include "field_errors.h"
#include "text_rule.h"

#include <stddef.h>

#define EMAIL_MASKED_MAX (EMAIL_MAX + 3) /* one letter becomes that letter and three stars */

/* The address to write to: domain lower-cased, local part as typed. FIELD_REQUIRED (only padding),
 * FIELD_TOO_LONG, FIELD_BAD_FORMAT, FIELD_BAD_CHARACTER; `ret` is then empty. ret_size is
 * EMAIL_MAX + 1. */
enum field_error email_fold(const char *typed, char *ret, size_t ret_size);

/* The same, all lower-cased: two login IDs that differ in case are one. */
enum field_error login_id_fold(const char *typed, char *ret, size_t ret_size);

extern const struct text_rule email_rule, login_id_rule;

/* The key under which the mail intervals count an address: all lower-cased, without what stands
 * behind a "+" (RFC 5233), so that the spellings of one mailbox share it. `email` is folded. */
void email_key(const char *email, char ret[static EMAIL_MAX + 1]);

/* "t***@example.jp": the first character of the local part, and the domain. */
void email_mask(const char *email, char ret[static EMAIL_MASKED_MAX + 1]);

#endif
