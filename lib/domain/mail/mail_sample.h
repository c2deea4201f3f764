/* mail_sample.h - invented facts for each mail: to show what it looks like, and to see whether the
 * longest of them fit. */

#ifndef MAIL_SAMPLE_H
#define MAIL_SAMPLE_H

#include "mail_template.h"
#include "mail_text.h"

/* Facts as a member's are. The caller sets the society's name and contact, the portal's address and
 * the templates. */
struct mail_facts mail_sample_usual(unsigned id, enum mail_language);

/* The longest there can be, of characters that grow most in HTML; with a society and a portal. */
struct mail_facts mail_sample_longest(unsigned id, enum mail_language);

#endif
