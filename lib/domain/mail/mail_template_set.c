/* mail_template_set.c - the templates of all mails. */

#include "mail_template_set.h"

#include <stddef.h>
#include <stdlib.h>

void
mail_template_set_free(struct mail_template_set *set)
{
	if (set == NULL)
		return;
	for (unsigned i = 0; i < set->files; i++)
		free(set->texts[i]);
	free(set);
}

bool
mail_template_is_there(const struct mail_template *template)
{
	return template->paragraphs[0] != NULL;
}

const struct mail_template *
mail_template_in(const struct mail_template_set *set, unsigned id, enum mail_language language)
{
	if (set != NULL && id < MAIL_TEMPLATES__MAX &&
	    mail_template_is_there(&set->replaced[id][language]))
		return &set->replaced[id][language];
	return mail_template(id, language);
}
