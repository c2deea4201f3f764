/* faults.h - what is wrong with the fields of a request, all of them at once.
 *
 * The pure modules of lib/domain return one enum fault for one value; infra/json.c collects them.
 * The words and the Japanese and English texts are api/problem.c's. */

#ifndef FAULTS_H
#define FAULTS_H

#include <stdbool.h>
#include <stddef.h>

/* X(name, code): `code` is the stable word in errors[].code. */
#define FAULT_LIST(X)                                             \
	X(FAULT_NONE, "none")                                     \
	X(FAULT_REQUIRED, "required")                             \
	X(FAULT_UNKNOWN_FIELD, "unknown_field")                   \
	X(FAULT_WRONG_TYPE, "wrong_type")                         \
	X(FAULT_TOO_SHORT, "too_short")                           \
	X(FAULT_TOO_LONG, "too_long")                             \
	X(FAULT_BAD_FORMAT, "bad_format")                         \
	X(FAULT_BAD_CHARACTER, "bad_character")                   \
	X(FAULT_NOT_OFFERED, "not_offered")                       \
	X(FAULT_NEEDS_LETTER_AND_DIGIT, "needs_letter_and_digit") \
	X(FAULT_COMMON_PASSWORD, "common_password")               \
	X(FAULT_CONTEXT_PASSWORD, "context_password")             \
	X(FAULT_NOT_EQUAL, "not_equal")

#define FAULT_ENUM_(name, code) name,
enum fault { FAULT_LIST(FAULT_ENUM_) FAULT__MAX };
#undef FAULT_ENUM_

#define FAULTS_MAX \
	12 /* the widest body has five fields; strangers' unknown ones share the rest \
		       */
#define FAULT_FIELD_MAX 40

struct faults {
	size_t count;
	struct {
		char field[FAULT_FIELD_MAX + 1];
		enum fault fault;
	} list[FAULTS_MAX];
};

/* Adds one fault of a field; FAULT_NONE adds nothing, a field already named keeps its first fault,
 * and beyond FAULTS_MAX nothing more is kept. A longer name is cut. */
void faults_add(struct faults *, const char *field, enum fault);

/* Is this field already named? */
bool faults_has(const struct faults *, const char *field);

/* The stable word of a fault ("too_short"); never NULL. */
const char *fault_code(enum fault);

#endif
