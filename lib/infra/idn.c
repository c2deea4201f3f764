/* idn.c - libidn2: internationalized domain names, as the mail needs them. */

#include "idn.h"

#include "cleanup.h"
#include "text.h"

#include <idn2.h>

#include <stdbool.h>
#include <string.h>

#define DOMAIN_MAX \
	253 /* RFC 1035 2.3.4: 255 octets on the wire, less the first length and the root */
#define LABEL_MAX 63

static void
ascii_free(char **ascii)
{
	idn2_free(*ascii);
}

static bool
domain_is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

static bool
is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool
label_is_ldh(const char *label, size_t length)
{
	if (length == 0 || length > LABEL_MAX)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!is_letter_or_digit(label[i]) && label[i] != '-')
			return false;
	return label[0] != '-' && label[length - 1] != '-';
}

static bool
domain_is_ldh(const char *domain)
{
	if (strlen(domain) > DOMAIN_MAX)
		return false;
	for (;;) {
		const size_t length = strcspn(domain, ".");

		if (!label_is_ldh(domain, length))
			return false;
		if (domain[length] == '\0')
			return true;
		domain += length + 1;
	}
}

/* Not IDN2_USE_STD3_ASCII_RULES: libidn2 2.3.3 then drops a space, '@' or newline between other
 * letters instead of refusing the name. Without it they stay, in clear also within punycode, and
 * domain_is_ldh() refuses them. */
static bool
to_ascii(const char *domain, char *ret, size_t ret_size)
{
	CLEANUP(ascii_free) char *ascii = NULL;

	if (domain_is_ascii(domain))
		return text_copy(ret, ret_size, domain);
	if (idn2_to_ascii_8z(domain, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return false;
	return text_copy(ret, ret_size, ascii);
}

enum result
idn_to_ascii(const char *domain, char *ret, size_t ret_size)
{
	ret[0] = '\0';
	if (to_ascii(domain, ret, ret_size)) {
		text_lower_ascii(ret);
		if (domain_is_ldh(ret))
			return OK;
	}
	ret[0] = '\0';
	return BAD_FIELD;
}
