/* password.h - which passwords are accepted. Pure: no hashing here.
 *
 * A password is taken as typed (NIST SP 800-63B-4 3.1.1.2): NFC, nothing trimmed, no case folded.
 * PASSWORD_LENGTH_MIN (setting, 8-15) to PASSWORD_CODE_POINTS_MAX code points after NFC. None that
 * cannot be typed again: no invisible character (unicode.h), joiners of emoji included, and of the
 * spaces only U+0020 and U+3000. The society's rule, unless PASSWORD_COMPOSITION is none: at least
 * one lower-case ASCII letter and one ASCII digit. Never, compared whole and ignoring case and
 * width: a common password (ASVS 6.2.4); the login ID, the nickname, the mail address or the local
 * part of either, or a word of the society's list (6.2.11), these also with only digits,
 * punctuation, symbols or spaces around them. A word inside a longer password with other letters
 * forbids nothing, nor does one so short that digits and punctuation around it make a password like
 * any other. */

#ifndef PASSWORD_H
#define PASSWORD_H

#include "bounds.h"
#include "field_errors.h"
#include "text_rule.h"

#include <stdbool.h>
#include <stddef.h>

struct password_rules {
	unsigned length_min;       /* code points */
	bool letter_and_digit;     /* the society's rule */
	const char *society_words; /* words between commas or newlines, UTF-8; may be "" */
};

/* NFC of a new password. FIELD_INVISIBLE_CHARACTER, FIELD_BAD_CHARACTER (not UTF-8, unassigned),
 * FIELD_TOO_LONG (in bytes). The other rules are password_validate()'s. ret_size is
 * PASSWORD_MAX + 1. */
enum field_error password_fold(const char *typed, char *ret, size_t ret_size);

/* The same for a password that will be verified: FIELD_REQUIRED, too, when it is empty. Of
 * invisible characters only controls are rejected: whoever has a password that a later rule forbids
 * logs in with it. */
enum field_error password_fold_given(const char *typed, char *ret, size_t ret_size);

extern const struct text_rule password_rule, given_password_rule;

/* What is told with FIELD_TOO_SHORT and FIELD_TOO_LONG. */
struct length_bounds password_length(const struct password_rules *);

/* Validates a folded password. `personal` are the member's own texts (login ID, address, nickname),
 * folded, ended by NULL; empty ones are passed over. FIELD_TOO_SHORT, FIELD_TOO_LONG,
 * FIELD_NEEDS_LETTER_AND_DIGIT, FIELD_COMMON_PASSWORD, FIELD_CONTEXT_PASSWORD or FIELD_OK. */
enum field_error password_validate(
    const struct password_rules *, const char *password, const char *const *personal);

/* Both fields of a new password. Adds what password_validate() finds, as an error of "password",
 * and FIELD_NOT_EQUAL of "password_confirmation" where it is not the password; nothing where the
 * password could not be folded. */
void password_check_both(const struct password_rules *, const char *password,
    const char *confirmation, const char *const *personal, struct field_errors *);

/* Is this among the common passwords? The list is made at build time by tools/gen/common-passwords
 * from Debian's python3-zxcvbn (30,000 most common passwords of public leaks). */
bool password_is_common(const char *password);

#endif
