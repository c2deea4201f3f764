/* mail_template_set.h - the templates of all mails: ours, and those of a society that stand instead
 * of ours. mail_folder.h makes a set, which never changes then. */

#ifndef MAIL_TEMPLATE_SET_H
#define MAIL_TEMPLATE_SET_H

#include "mail_template.h"

#include <stdbool.h>

/* A text and an HTML for each mail and language. */
#define MAIL_TEMPLATE_FILES_MAX (MAIL_TEMPLATES__MAX * MAIL_LANGUAGE__MAX * 2)

struct mail_template_set {
	/* One without paragraphs is not replaced. */
	struct mail_template replaced[MAIL_TEMPLATES__MAX][MAIL_LANGUAGE__MAX];
	unsigned files;
	char *texts[MAIL_TEMPLATE_FILES_MAX]; /* of the files, that the templates point into */
};

/* Accepts NULL. */
void mail_template_set_free(struct mail_template_set *);

bool mail_template_is_there(const struct mail_template *);

/* The template that is in use; of the set NULL ours. NULL: there is no such mail. */
const struct mail_template *mail_template_in(
    const struct mail_template_set *, unsigned id, enum mail_language);

#endif
