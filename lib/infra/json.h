/* json.h - objects from outside into C structs by field tables; answers into JSON. json.c is the
 * only file with cJSON.
 *
 *   struct key_body { char key[AUTH_KEY_LENGTH + 1]; };
 *   static const struct field key_fields[] = {
 *           TEXT_FIELD(key_body, key, auth_key_rule),
 *           END_OF_FIELDS,
 *   };
 *
 * Every member must be declared, none may come twice, each is a string (the contract has no other
 * kind in a request; a solved proof of work has a whole number), and each is read by its rule
 * (text_rule.h), whose check folds it into the struct. All errors are reported at once. */

#ifndef JSON_H
#define JSON_H

#include "bounds.h"
#include "field_errors.h"
#include "result.h"
#include "text_rule.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct field {
	const char *name;
	size_t offset; /* of a char array in the body struct */
	size_t size;   /* of that array */
	const struct text_rule *rule;
	bool optional; /* absent leaves the array empty */
	bool whole;    /* a whole number of 0 to 2^53-1 instead, as its digits */
};

/* clang-format off */
#define TEXT_FIELD(type, member, text)                                     \
	{                                                                  \
		.name = #member, .offset = offsetof(struct type, member),  \
		.size = sizeof(((struct type *)0)->member), .rule = &(text) \
	}
#define OPTIONAL_FIELD(type, member, text)                                 \
	{                                                                  \
		.name = #member, .offset = offsetof(struct type, member),  \
		.size = sizeof(((struct type *)0)->member), .rule = &(text), \
		.optional = true                                           \
	}
#define WHOLE_FIELD(type, member, digits)                                  \
	{                                                                  \
		.name = #member, .offset = offsetof(struct type, member),  \
		.size = sizeof(((struct type *)0)->member), .rule = &(digits), .whole = true \
	}
#define END_OF_FIELDS { .name = NULL }
/* clang-format on */

/* The most members an object may have: six are the widest honest one, and every pair is
 * compared. */
#define JSON_MEMBERS_MAX 64

/* The fields of a body, and the struct that they fill. */
struct field_table {
	const struct field *fields;
	size_t size; /* of the struct */
};

/* Reads `text`, which has a NUL behind its `size` bytes, into `ret_body` (zeroed first; the caller
 * wipes it). MALFORMED: not one strict JSON object, a member twice, or over JSON_MEMBERS_MAX of
 * them. BAD_FIELD: some fields are wrong, named in *field_errors (emptied first) in the order of
 * `fields`, then the unknown ones; those that are right are in the struct. UNAVAILABLE: memory
 * failed. */
enum result json_read(const char *text, size_t size, const struct field_table *, void *ret_body,
    struct field_errors *field_errors) MUST_USE;

/* An answer under construction. A failed allocation or a text that is not UTF-8 makes the whole
 * answer fail at json_finish, never half of it; so json_new() need not be checked: every function
 * takes its NULL. Names are literals, kept as pointers; values are copied, and wiped when freed. */
struct json;

struct json *json_new(void);
void json_free(struct json **); /* for CLEANUP */
void json_text(struct json *, const char *name, const char *value);
void json_text_or_null(struct json *, const char *name, const char *value); /* "": null */
void json_number(struct json *, const char *name, int64_t value);           /* all digits */
void json_bool(struct json *, const char *name, bool value);
void json_time(struct json *, const char *name, int64_t time_s); /* RFC 3339 UTC */

/* Opens a member object or array; what follows goes into it until json_up(). */
void json_object(struct json *, const char *name);
void json_array(struct json *, const char *name);
void json_item(struct json *); /* a new object in the array now open; json_up() ends it */
void json_text_item(struct json *, const char *value); /* a text in the array now open */
void json_up(struct json *);

/* cJSON asks for a few bytes more than it writes. */
#define JSON_SPARE 5

/* Writes compact JSON and its NUL. Or `ret` is wiped. UNAVAILABLE: memory failed. INTERNAL: a text
 * was not UTF-8, or it does not fit; with JSON_SPARE bytes to spare it surely does. */
enum result json_finish(
    const struct json *, char *ret, size_t ret_size, size_t *ret_length) MUST_USE;

/* The same to a stream, however long, with a line end behind it. UNAVAILABLE: memory failed;
 * INTERNAL: a text was not UTF-8. Then nothing was written. */
enum result json_print(const struct json *, FILE *) MUST_USE;

#endif
