/* mail_templates.c - the set of templates in use, behind a lock. */

#include "mail_templates.h"

#include "mail_folder.h"

#include <pthread.h>
#include <stdlib.h>

struct mail_templates {
	pthread_rwlock_t lock;
	struct mail_template_set *set; /* NULL: ours */
};

struct mail_templates *
mail_templates_open(void)
{
	struct mail_templates *const templates = calloc(1, sizeof *templates);

	if (templates != NULL)
		pthread_rwlock_init(&templates->lock, NULL);
	return templates;
}

void
mail_templates_close(struct mail_templates *templates)
{
	if (templates == NULL)
		return;
	pthread_rwlock_destroy(&templates->lock);
	mail_template_set_free(templates->set);
	free(templates);
}

bool
mail_templates_load(
    struct mail_templates *templates, const char *folder, struct mail_faults *faults)
{
	struct mail_template_set *const set = mail_folder_read(folder, faults);

	if (set == NULL)
		return false;
	pthread_rwlock_wrlock(&templates->lock);
	struct mail_template_set *const before = templates->set;
	templates->set = set;
	pthread_rwlock_unlock(&templates->lock);
	mail_template_set_free(before);
	return true;
}

const struct mail_template_set *
mail_templates_hold(struct mail_templates *templates)
{
	if (templates == NULL)
		return NULL;
	pthread_rwlock_rdlock(&templates->lock);
	return templates->set;
}

void
mail_templates_release(struct mail_templates *templates)
{
	if (templates != NULL)
		pthread_rwlock_unlock(&templates->lock);
}
