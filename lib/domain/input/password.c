/* password.c - which passwords are accepted.
 *
 * Passwords are compared with strcmp() here: with public lists and with the member's own words, by
 * the member who is choosing. Comparing with a stored password is secret.h's. */

#include "password.h"

#include "cleanup.h"
#include "common_passwords.h"
#include "secret.h"
#include "text.h"
#include "unicode.h"

#include <stdlib.h>
#include <string.h>

/* NFC makes no UTF-8 text more than three times as long (UAX 15, table of expansion factors). */
#define NFC_MAX (3 * PASSWORD_INPUT_MAX)

/* NFKC seldom lengthens a text; a few ligatures grow elevenfold. A password that does not fit is
 * like nothing it is compared with. */
#define LIKENESS_MAX (3 * PASSWORD_MAX)

/* A word of so many bytes (three letters, two kanji) is also found inside digits and
 * punctuation. */
#define WORD_CODE_POINTS_MIN 2
#define WORD_BYTES_MIN       3

/* One without letters must be longer, such as a telephone number before a carrier's @: short ones
 * stand in honest passwords of digits by chance. */
#define WORD_OF_DIGITS_MIN 8

#define IDEOGRAPHIC_SPACE 0x3000

struct normal {
	char text[NFC_MAX + 1];
};

/* What two texts that differ in case and width only have in common: NFKC, then lower case. */
struct likeness {
	char text[LIKENESS_MAX + 1];
};

static void
normal_wipe(struct normal *normal)
{
	secret_wipe_bytes(normal, sizeof *normal);
}

static void
likeness_wipe(struct likeness *likeness)
{
	secret_wipe_bytes(likeness, sizeof *likeness);
}

/* `ret` is empty if `text` is not UTF-8 or does not fit. */
static void
likeness_of(const char *text, struct likeness *ret)
{
	CLEANUP(likeness_wipe) struct likeness wide;
	const char *at = wide.text;
	int32_t code_point;
	size_t length = 0;

	ret->text[0] = '\0';
	if (unicode_nfkc(text, wide.text, sizeof wide.text) != OK)
		return;
	/* A few letters are a byte longer in lower case (U+023A), so the end is asked for. */
	while (length <= LIKENESS_MAX - 4 && unicode_next(&at, &code_point))
		length += unicode_put(unicode_lower(code_point), ret->text + length);
	ret->text[*at == '\0' ? length : 0] = '\0';
}

static bool
is_control(int32_t code_point)
{
	return unicode_kind(code_point) == UNICODE_CONTROL;
}

/* Nobody sees it, or sees that it is not the space of a keyboard (U+0020, U+3000): it came by
 * pasting, and the member could never type the password. */
static bool
is_hidden(int32_t code_point)
{
	if (unicode_kind(code_point) == UNICODE_SPACE)
		return code_point != ' ' && code_point != IDEOGRAPHIC_SPACE;
	return unicode_is_invisible(code_point);
}

/* `is_refused` is asked of what was typed: NFC makes other spaces of some. */
static enum field_error
fold_unless(bool (*is_refused)(int32_t code_point), const char *typed, char *ret, size_t ret_size)
{
	CLEANUP(normal_wipe) struct normal normal;

	ret[0] = '\0';
	if (strnlen(typed, PASSWORD_INPUT_MAX + 1) > PASSWORD_INPUT_MAX)
		return FIELD_TOO_LONG;
	if (unicode_has(typed, is_refused))
		return FIELD_INVISIBLE_CHARACTER;
	if (unicode_nfc(typed, normal.text, sizeof normal.text) != OK)
		return FIELD_BAD_CHARACTER;
	return text_copy(ret, ret_size, normal.text) ? FIELD_OK : FIELD_TOO_LONG;
}

enum field_error
password_fold(const char *typed, char *ret, size_t ret_size)
{
	return fold_unless(is_hidden, typed, ret, ret_size);
}

enum field_error
password_fold_given(const char *typed, char *ret, size_t ret_size)
{
	if (typed[0] == '\0') {
		ret[0] = '\0';
		return FIELD_REQUIRED;
	}
	return fold_unless(is_control, typed, ret, ret_size);
}

/* The least is told by password_length(): it is a setting. */
const struct text_rule password_rule = { password_fold, PASSWORD_INPUT_MAX,
	{ 0, PASSWORD_CODE_POINTS_MAX }, true };
const struct text_rule given_password_rule = { password_fold_given, PASSWORD_INPUT_MAX,
	{ 0, PASSWORD_CODE_POINTS_MAX }, true };

struct length_bounds
password_length(const struct password_rules *rules)
{
	return (struct length_bounds){ rules->length_min, PASSWORD_CODE_POINTS_MAX };
}

static bool
has_letter_and_digit(const char *password)
{
	return strpbrk(password, "abcdefghijklmnopqrstuvwxyz") != NULL &&
	       strpbrk(password, "0123456789") != NULL;
}

static int
entry_compare(const void *text, const void *offset)
{
	return strcmp(text, common_passwords_text + *(const uint32_t *)offset);
}

static bool
is_common(const struct likeness *password)
{
	return bsearch(password->text, common_passwords_at, common_passwords_count,
		   sizeof common_passwords_at[0], entry_compare) != NULL;
}

bool
password_is_common(const char *password)
{
	CLEANUP(likeness_wipe) struct likeness likeness;

	likeness_of(password, &likeness);
	return is_common(&likeness);
}

static bool
is_letter(int32_t code_point)
{
	const enum unicode_kind kind = unicode_kind(code_point);

	if (code_point >= '0' && code_point <= '9')
		return false;
	return kind == UNICODE_LETTER || kind == UNICODE_COMBINING;
}

/* Is there a letter, of any script, from `at` up to `end`? */
static bool
has_letter(const char *at, const char *end)
{
	int32_t code_point;

	while (at < end && unicode_next(&at, &code_point))
		if (is_letter(code_point))
			return true;
	return false;
}

/* Is the word still told by a password that has digits and punctuation around it? What is not is
 * too short to be a password alone. */
static bool
is_telling(const char *word)
{
	const size_t code_points = unicode_code_points(word);

	if (has_letter(word, strchr(word, '\0')))
		return code_points >= WORD_CODE_POINTS_MIN && strlen(word) >= WORD_BYTES_MIN;
	return code_points >= WORD_OF_DIGITS_MIN;
}

/* Is the password the word, alone or with nothing but digits and punctuation around it? The first
 * place tells: if a letter stands beside it, one stands beside every later place too. */
static bool
is_word(const char *password, const char *word)
{
	const char *const at = strstr(password, word);

	if (at == NULL || !is_telling(word))
		return false;
	return !has_letter(password, at) && !has_letter(at + strlen(word), strchr(at, '\0'));
}

/* Is the password the member's text, or what is before its @? */
static bool
is_own(const char *password, const char *text)
{
	struct likeness own;

	likeness_of(text, &own);
	if (is_word(password, own.text))
		return true;

	char *const at = strchr(own.text, '@');
	if (at == NULL)
		return false;
	*at = '\0';
	return is_word(password, own.text);
}

static bool
is_personal(const char *password, const char *const *personal)
{
	for (; *personal != NULL; personal++)
		if (is_own(password, *personal))
			return true;
	return false;
}

/* The first `length` bytes of `listed` are one word of the list, perhaps with spaces around it. A
 * word that is longer than any password is passed over. */
static bool
is_listed(const char *password, const char *listed, size_t length)
{
	struct likeness likeness;
	char word[PASSWORD_MAX + 1];

	if (length > PASSWORD_MAX)
		return false;
	memcpy(word, listed, length);
	word[length] = '\0';
	likeness_of(word, &likeness);

	char *const start = likeness.text + strspn(likeness.text, " \t");
	size_t end = strlen(start);
	while (end > 0 && strchr(" \t", start[end - 1]) != NULL)
		end--;
	start[end] = '\0';
	return is_word(password, start);
}

static bool
is_of_society(const char *password, const char *words)
{
	static const char separators[] = ",\r\n";

	while (*words != '\0') {
		const size_t length = strcspn(words, separators);

		if (is_listed(password, words, length))
			return true;
		words += length;
		words += strspn(words, separators);
	}
	return false;
}

enum field_error
password_validate(
    const struct password_rules *rules, const char *password, const char *const *personal)
{
	CLEANUP(likeness_wipe) struct likeness likeness;
	const size_t code_points = unicode_code_points(password);

	likeness.text[0] = '\0';
	if (code_points < rules->length_min)
		return FIELD_TOO_SHORT;
	if (code_points > PASSWORD_CODE_POINTS_MAX)
		return FIELD_TOO_LONG;
	if (rules->letter_and_digit && !has_letter_and_digit(password))
		return FIELD_NEEDS_LETTER_AND_DIGIT;

	likeness_of(password, &likeness);
	if (is_common(&likeness))
		return FIELD_COMMON_PASSWORD;
	if (is_personal(likeness.text, personal) ||
	    is_of_society(likeness.text, rules->society_words))
		return FIELD_CONTEXT_PASSWORD;
	return FIELD_OK;
}

void
password_check_both(const struct password_rules *rules, const char *password,
    const char *confirmation, const char *const *personal, struct field_errors *field_errors)
{
	if (field_errors_has(field_errors, "password"))
		return;
	field_errors_add_length(field_errors, "password",
	    password_validate(rules, password, personal), password_length(rules));
	if (strcmp(password, confirmation) != 0)
		field_errors_add(field_errors, "password_confirmation", FIELD_NOT_EQUAL);
}
