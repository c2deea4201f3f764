/* email_domains.c - the domains of the addresses that a society sends invitations to. */

#include "email_domains.h"

#include "email.h"
#include "text.h"

#include <string.h>

#define BETWEEN ", "

/* The domain is folded as a part of an address. */
static bool
fold_domain(const char *typed, char ret[static EMAIL_MAX + 1])
{
	const bool below = typed[0] == '.';
	char address[EMAIL_INPUT_MAX + 1], folded[EMAIL_MAX + 1];

	if (!text_format(address, sizeof address, "a@%s", typed + below) ||
	    email_fold(address, folded, sizeof folded) != FIELD_OK)
		return false;
	return text_format(ret, EMAIL_MAX + 1, "%s%s", below ? "." : "", strchr(folded, '@') + 1);
}

static bool
put_error(char errbuf[static ERRBUF_MAX + 1], const char *name, const char *what, const char *word)
{
	if (!text_format(errbuf, ERRBUF_MAX + 1, "%s %s; it has \"%.60s\"", name, what, word))
		text_copy_cut(errbuf, ERRBUF_MAX + 1, name);
	return false;
}

bool
email_domains_read(const char *name, const char *list, struct email_domains *ret,
    char errbuf[static ERRBUF_MAX + 1])
{
	size_t count = 0;
	char word[EMAIL_INPUT_MAX + 1];

	ret->count = 0;
	for (list += strspn(list, BETWEEN); *list != '\0'; list += strspn(list, BETWEEN)) {
		const size_t length = strcspn(list, BETWEEN);

		text_copy_cut(word, length < sizeof word ? length + 1 : sizeof word, list);
		list += length;
		if (count == EMAIL_DOMAINS_MAX)
			return put_error(errbuf, name, "must have at most 32 domains", word);
		if (!fold_domain(word, ret->names[count]))
			return put_error(errbuf, name,
			    "must be domains as example.co.jp, or .example.co.jp for those below "
			    "it, with commas between",
			    word);
		count++;
	}
	ret->count = count;
	return true;
}

/* `domain` is that of an address, so that something stands before what it ends with. */
static bool
is_domain_of(const char *domain, const char *name)
{
	const size_t length = strlen(domain), tail = strlen(name);

	if (name[0] != '.')
		return strcmp(domain, name) == 0;
	return length > tail && strcmp(domain + length - tail, name) == 0;
}

bool
email_domains_have(const struct email_domains *domains, const char *email)
{
	const char *const at = strrchr(email, '@');

	if (domains == NULL || domains->count == 0)
		return true;
	for (size_t i = 0; at != NULL && i < domains->count; i++)
		if (is_domain_of(at + 1, domains->names[i]))
			return true;
	return false;
}
