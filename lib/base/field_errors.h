/* field_errors.h - what is wrong with the fields of a request, all of them at once.
 *
 * The pure modules of lib/domain return an enum field_error for one value; infra/json.c collects
 * them. api/problem.c has the Japanese and English texts. */

#ifndef FIELD_ERRORS_H
#define FIELD_ERRORS_H

#include <stdbool.h>
#include <stddef.h>

/* X(name, code): `code` is the stable word in errors[].code. */
#define FIELD_ERROR_LIST(X)                                       \
	X(FIELD_OK, "none")                                       \
	X(FIELD_REQUIRED, "required")                             \
	X(FIELD_UNKNOWN_FIELD, "unknown_field")                   \
	X(FIELD_WRONG_TYPE, "wrong_type")                         \
	X(FIELD_TOO_SHORT, "too_short")                           \
	X(FIELD_TOO_LONG, "too_long")                             \
	X(FIELD_BAD_FORMAT, "bad_format")                         \
	X(FIELD_BAD_CHARACTER, "bad_character")                   \
	X(FIELD_INVISIBLE_CHARACTER, "invisible_character")       \
	X(FIELD_NOT_OFFERED, "not_offered")                       \
	X(FIELD_NEEDS_LETTER_AND_DIGIT, "needs_letter_and_digit") \
	X(FIELD_COMMON_PASSWORD, "common_password")               \
	X(FIELD_CONTEXT_PASSWORD, "context_password")             \
	X(FIELD_NOT_EQUAL, "not_equal")

#define FIELD_ERROR_ENUM_(name, code) name,
enum field_error { FIELD_ERROR_LIST(FIELD_ERROR_ENUM_) FIELD_ERROR__MAX };
#undef FIELD_ERROR_ENUM_

#define FIELD_ERRORS_MAX     12 /* five fields of the widest body, and seven unknown ones */
#define FIELD_ERROR_NAME_MAX 40

/* How long a text may be, in characters as a member counts them. 0: not told. */
struct length_bounds {
	unsigned min, max;
};

/* The errors of one request, each field once. Zeroed before its first use. */
struct field_errors {
	size_t count;
	struct {
		char field[FIELD_ERROR_NAME_MAX + 1];
		enum field_error field_error;
		struct length_bounds length;
	} list[FIELD_ERRORS_MAX];
};

/* Adds an error of a field. FIELD_OK adds nothing, a field that is in the list keeps its first
 * error, and a full list stays as it is. A name over FIELD_ERROR_NAME_MAX bytes is cut. */
void field_errors_add(struct field_errors *, const char *field, enum field_error);

/* The same for an error that may be FIELD_TOO_SHORT or FIELD_TOO_LONG: says how long the text may
 * be. */
void field_errors_add_length(
    struct field_errors *, const char *field, enum field_error, struct length_bounds);

/* Is this field in the list? */
bool field_errors_has(const struct field_errors *, const char *field);

/* The stable word of an error ("too_short"); never NULL. */
const char *field_error_code(enum field_error);

#endif
