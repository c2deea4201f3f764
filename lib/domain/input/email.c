/* email.c - mail addresses as members type them: fold, validate, mask. */

#include "email.h"

#include "idn.h"
#include "text.h"
#include "unicode.h"

#include <stdbool.h>
#include <string.h>

#define MASK "***"

/* Two dots together, or one before the @, break RFC 5322 and were issued by carriers all the same,
 * until 2009-04; their owners still have them. A first dot was not: no exception for it. */
/* clang-format off */
static const char *const carriers[] = {
	/* docomo shows both forms: https://www.docomo.ne.jp/service/docomo_mail/rfc_add/ */
	"docomo.ne.jp",
	/* au, which warned of both forms but allowed them: http://hayatomo.com/68 quotes its page;
	 * owners of ezweb.ne.jp may move to au.com */
	"ezweb.ne.jp", "au.com",
	/* SoftBank: https://comipo.zendesk.com/hc/ja/articles/4409766544281 names i.softbank.jp */
	"softbank.ne.jp", "i.softbank.jp", "disney.ne.jp",
	/* its forerunners Vodafone and J-PHONE, a letter for each region */
	"vodafone.ne.jp",
	"d.vodafone.ne.jp", "h.vodafone.ne.jp", "t.vodafone.ne.jp", "c.vodafone.ne.jp",
	"r.vodafone.ne.jp", "k.vodafone.ne.jp", "n.vodafone.ne.jp", "s.vodafone.ne.jp",
	"q.vodafone.ne.jp",
	"jp-d.ne.jp", "jp-h.ne.jp", "jp-t.ne.jp", "jp-c.ne.jp", "jp-r.ne.jp", "jp-k.ne.jp",
	"jp-n.ne.jp", "jp-s.ne.jp", "jp-q.ne.jp",
};
/* clang-format on */

static bool
is_carrier(const char *domain)
{
	for (size_t i = 0; i < LENGTH(carriers); i++)
		if (strcmp(domain, carriers[i]) == 0)
			return true;
	return false;
}

/* Nothing in an address may hide: IDNA would drop or accept some of these in a domain. */
static bool
is_visible(const char *text)
{
	int32_t code_point;

	while (unicode_next(&text, &code_point)) {
		const enum unicode_kind kind = unicode_kind(code_point);

		if (kind != UNICODE_LETTER && kind != UNICODE_COMBINING && kind != UNICODE_OTHER)
			return false;
	}
	return true;
}

/* RFC 5322 3.2.3 */
static bool
is_atext(char c)
{
	return c != '\0' && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				   "!#$%&'*+-/=?^_`{|}~",
				c) != NULL;
}

static enum field_error
judge_local(const char *local, const char *domain)
{
	const size_t length = strlen(local);

	for (size_t i = 0; i < length; i++)
		if (!is_atext(local[i]) && local[i] != '.')
			return FIELD_BAD_CHARACTER;
	if (length == 0 || length > EMAIL_LOCAL_MAX || local[0] == '.')
		return FIELD_BAD_FORMAT;
	if (strstr(local, "..") == NULL && local[length - 1] != '.')
		return FIELD_OK;
	return is_carrier(domain) ? FIELD_OK : FIELD_BAD_FORMAT;
}

static bool
is_public(const char *domain)
{
	const char *const dot = strrchr(domain, '.');

	return dot != NULL && strspn(dot + 1, "0123456789") < strlen(dot + 1);
}

/* `typed` has its width folded and no space around; it is cut in two at the '@'. */
static enum field_error
fold_parts(char *typed, char *ret, size_t ret_size)
{
	char domain[EMAIL_MAX + 1];
	char *const at = strchr(typed, '@');

	if (*typed == '\0')
		return FIELD_REQUIRED;
	if (!is_visible(typed))
		return FIELD_BAD_CHARACTER;
	if (unicode_code_points(typed) > EMAIL_MAX) /* punycode has no fewer */
		return FIELD_TOO_LONG;
	if (at == NULL) /* a second one is no domain's character */
		return FIELD_BAD_FORMAT;
	*at = '\0';
	if (idn_to_ascii(at + 1, domain, sizeof domain) != OK || !is_public(domain))
		return FIELD_BAD_FORMAT;
	const enum field_error field_error = judge_local(typed, domain);
	if (field_error != FIELD_OK)
		return field_error;
	return text_format(ret, ret_size, "%s@%s", typed, domain) ? FIELD_OK : FIELD_TOO_LONG;
}

enum field_error
email_fold(const char *typed, char *ret, size_t ret_size)
{
	char folded[EMAIL_INPUT_MAX + 1]; /* folding only shortens */

	ret[0] = '\0';
	if (strlen(typed) > EMAIL_INPUT_MAX)
		return FIELD_TOO_LONG;
	if (unicode_fold_width(typed, folded, sizeof folded) != OK)
		return FIELD_BAD_CHARACTER;
	return fold_parts(unicode_trim(folded), ret, ret_size);
}

enum field_error
login_id_fold(const char *typed, char *ret, size_t ret_size)
{
	const enum field_error field_error = email_fold(typed, ret, ret_size);

	text_lower_ascii(ret);
	return field_error;
}

const struct text_rule email_rule = { email_fold, EMAIL_INPUT_MAX, { 0, EMAIL_MAX } };
const struct text_rule login_id_rule = { login_id_fold, EMAIL_INPUT_MAX, { 0, EMAIL_MAX } };

void
email_key(const char *email, char ret[static EMAIL_MAX + 1])
{
	text_copy_cut(ret, EMAIL_MAX + 1, email);
	text_lower_ascii(ret);
	char *const plus = strchr(ret, '+'), *const at = strrchr(ret, '@');
	if (plus != NULL && plus > ret && at != NULL && plus < at)
		memmove(plus, at, strlen(at) + 1);
}

void
email_mask(const char *email, char ret[static EMAIL_MASKED_MAX + 1])
{
	const char *const at = strchr(email, '@');

	/* What is no address shows nothing of itself. */
	if (at == NULL || at == email ||
	    !text_format(ret, EMAIL_MASKED_MAX + 1, "%c" MASK "%s", email[0], at))
		text_copy_cut(ret, EMAIL_MASKED_MAX + 1, MASK);
}
