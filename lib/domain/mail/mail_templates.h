/* mail_templates.h - the set of templates that the service uses, which may be replaced while mails
 * are being rendered. Thread-safe, but that one thread loads at a time. */

#ifndef MAIL_TEMPLATES_H
#define MAIL_TEMPLATES_H

#include "mail_fault.h"
#include "mail_template_set.h"
#include "result.h"

#include <stdbool.h>

struct mail_templates;

/* Begins with our own texts. NULL: no memory. Close: mail_templates_close(), which accepts NULL. */
struct mail_templates *mail_templates_open(void) MUST_USE;
void mail_templates_close(struct mail_templates *);

/* Reads a folder ("": all is ours), and uses it from the next mail on. False: there are faults,
 * each was told, and all stays as it was. */
bool mail_templates_load(
    struct mail_templates *, const char *folder, struct mail_faults *) MUST_USE;

/* The set in use, which stays until it is released: soon, as a load waits for that. Both accept
 * NULL: ours. */
const struct mail_template_set *mail_templates_hold(struct mail_templates *);
void mail_templates_release(struct mail_templates *);

#endif
