/* problem.h - results as RFC 9457 problem documents, in Japanese and English.
 *
 * One switch without default maps each result to its status and texts; each problem has a stable
 * `type` URI and `code`. Texts say what to do, never what went wrong inside. */

#ifndef PROBLEM_H
#define PROBLEM_H

#include "field_errors.h"
#include "result.h"

#include <stddef.h>

enum problem_language { PROBLEM_JA, PROBLEM_EN, PROBLEM_LANGUAGE__MAX };

struct problem {
	int status;
	const char *title[PROBLEM_LANGUAGE__MAX];
	const char *detail[PROBLEM_LANGUAGE__MAX];
};

#define PROBLEM_TYPE_PREFIX "https://myportal.example/problems/"
#define PROBLEM_MEDIA_TYPE  "application/problem+json; charset=utf-8"

/* The problem of a result; OK and what should never reach the edge are those of INTERNAL. */
const struct problem *problem_of(enum result);

/* The text of a field error ("文字数が多すぎます。短くしてください。"). */
const char *problem_field_text(enum field_error, enum problem_language);

/* Japanese or English, whichever an Accept-Language header prefers (RFC 9110 12.5.4 with q values).
 * Japanese: no header (NULL), a tie, and everything else. Takes one pass over it. */
enum problem_language problem_language(const char *accept_language);

/* "ja" or "en". */
const char *problem_language_code(enum problem_language);

/* What a problem document says. */
struct problem_facts {
	enum result result;
	enum problem_language language;
	const char *request_id;
	const struct field_errors *field_errors; /* NULL or empty: no errors member */
	int attempts_left;                       /* -1: not told */
};

/* Writes the document. UNAVAILABLE: memory failed; INTERNAL: it does not fit, or a field's name is
 * not UTF-8. Then `ret` is empty and problem_last_resort() is what is left to send. */
enum result problem_write(
    const struct problem_facts *, char *ret, size_t ret_size, size_t *ret_length) MUST_USE;

/* The whole document of UNAVAILABLE as a constant, in Japanese and without request_id (the header
 * has it). */
const char *problem_last_resort(void);

#endif
