/* json.c - cJSON: objects from outside into C structs by field tables, answers into JSON.
 *
 * cJSON is given nothing that json_scan() has not passed. Its hooks stay the C library's; its one
 * global, the place of the last error, is written by every parse and never read here. */

#include "json.h"

#include "cleanup.h"
#include "clock.h"
#include "json_scan.h"
#include "text.h"
#include "unicode.h"

#include <cjson/cJSON.h>

#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define WHOLE_MAX  9007199254740991.0 /* 2^53-1: beyond it a double is no longer exact */
#define DIGITS_MAX 16

/* Passwords and authentication keys pass here. Recursion is at most JSON_DEPTH_MAX deep. What the
 * allocator moved earlier is beyond reach. */
static void
wipe_values(cJSON *node)
{
	if (node->valuestring != NULL)
		explicit_bzero(node->valuestring, strlen(node->valuestring));
	for (cJSON *child = node->child; child != NULL; child = child->next)
		wipe_values(child);
}

static void
tree_free(cJSON **root)
{
	if (*root != NULL)
		wipe_values(*root);
	cJSON_Delete(*root);
}

static bool
name_came_before(const cJSON *members, const cJSON *member)
{
	for (const cJSON *before = members->child; before != member; before = before->next)
		if (strcmp(before->string, member->string) == 0)
			return true;
	return false;
}

/* Names are compared as cJSON has decoded them: "a" and "\u0061" are the same member. */
static bool
members_are_sane(const cJSON *members)
{
	size_t count = 0;

	for (const cJSON *member = members->child; member != NULL; member = member->next)
		if (++count > JSON_MEMBERS_MAX || name_came_before(members, member))
			return false;
	return true;
}

/* A string, without its padding unless the rule wants it as it was typed. */
static const char *
string_text(const struct field *field, const cJSON *member)
{
	if (!cJSON_IsString(member))
		return NULL;
	return field->rule->as_typed ? member->valuestring : unicode_trim(member->valuestring);
}

/* The member as text; NULL: it is of another type. */
static const char *
typed_text(const struct field *field, const cJSON *member, char digits[static DIGITS_MAX + 1])
{
	if (!field->whole)
		return string_text(field, member);
	if (!cJSON_IsNumber(member) || !(member->valuedouble >= 0) ||
	    member->valuedouble > WHOLE_MAX ||
	    (double)(int64_t)member->valuedouble != member->valuedouble)
		return NULL;
	return text_format(digits, DIGITS_MAX + 1, "%" PRId64, (int64_t)member->valuedouble)
		   ? digits
		   : NULL;
}

static enum field_error
read_field(const struct field *field, const cJSON *member, char *ret)
{
	char digits[DIGITS_MAX + 1];

	if (member == NULL)
		return field->optional ? FIELD_OK : FIELD_REQUIRED;
	const char *typed = typed_text(field, member, digits);
	if (typed == NULL)
		return FIELD_WRONG_TYPE;
	if (!field->rule->as_typed && unicode_has_invisible(typed))
		return FIELD_INVISIBLE_CHARACTER;
	if (strlen(typed) > field->rule->input_max)
		return FIELD_TOO_LONG;
	if (field->rule->check != NULL)
		return field->rule->check(typed, ret, field->size);
	return text_copy(ret, field->size, typed) ? FIELD_OK : FIELD_TOO_LONG;
}

static bool
is_declared(const struct field *fields, const char *name)
{
	for (; fields->name != NULL; fields++)
		if (strcmp(fields->name, name) == 0)
			return true;
	return false;
}

/* The errors of the declared fields, in their order, then the undeclared members. */
static void
read_members(const cJSON *members, const struct field *fields, char *ret_body,
    struct field_errors *field_errors)
{
	for (const struct field *field = fields; field->name != NULL; field++) {
		const cJSON *member = cJSON_GetObjectItemCaseSensitive(members, field->name);

		field_errors_add_length(field_errors, field->name,
		    read_field(field, member, ret_body + field->offset), field->rule->length);
	}
	for (const cJSON *member = members->child; member != NULL; member = member->next)
		if (!is_declared(fields, member->string))
			field_errors_add(field_errors, member->string, FIELD_UNKNOWN_FIELD);
}

enum result
json_read(const char *text, size_t size, const struct field_table *table, void *ret_body,
    struct field_errors *field_errors)
{
	CLEANUP(tree_free) cJSON *root = NULL;

	memset(ret_body, 0, table->size);
	field_errors->count = 0;

	if (!json_scan(text, size))
		return MALFORMED;
	root = cJSON_ParseWithLengthOpts(text, size + 1, NULL, true);
	if (root == NULL)
		return UNAVAILABLE; /* the grammar was right: only memory is left */
	if (!members_are_sane(root))
		return MALFORMED;

	read_members(root, table->fields, ret_body, field_errors);
	return field_errors->count == 0 ? OK : BAD_FIELD;
}

struct json {
	enum result result; /* of all so far; what fails first stays */
	size_t depth;
	cJSON *open[JSON_DEPTH_MAX]; /* the containers now open, the answer itself first */
};

/* json_new() had no memory for it: NULL. */
static enum result
result_of(const struct json *json)
{
	return json != NULL ? json->result : UNAVAILABLE;
}

static bool
is_well(const struct json *json)
{
	return result_of(json) == OK;
}

static cJSON *
innermost(const struct json *json)
{
	return json->open[json->depth - 1];
}

static void
push_container(struct json *json, cJSON *container)
{
	assert(json->depth < JSON_DEPTH_MAX);
	json->open[json->depth++] = container;
}

static void
fail_answer(struct json *json, enum result result)
{
	if (is_well(json))
		json->result = result;
}

/* Takes the value over, or drops it and fails the answer. A NULL value is one that memory failed.
 */
static bool
add_member(struct json *json, const char *name, cJSON *value)
{
	assert(!is_well(json) || cJSON_IsObject(innermost(json)));
	if (is_well(json) && cJSON_AddItemToObjectCS(innermost(json), name, value))
		return true;
	tree_free(&value);
	fail_answer(json, UNAVAILABLE);
	return false;
}

static bool
is_utf8(const char *text)
{
	size_t left = strlen(text);
	size_t length;

	for (; left > 0; text += length, left -= length) {
		length = json_scan_utf8(text, left);
		if (length == 0)
			return false;
	}
	return true;
}

struct json *
json_new(void)
{
	struct json *json = calloc(1, sizeof *json);
	cJSON *root = cJSON_CreateObject();

	if (json == NULL || root == NULL) {
		cJSON_Delete(root);
		free(json);
		return NULL;
	}
	push_container(json, root);
	return json;
}

void
json_free(struct json **json)
{
	if (*json == NULL)
		return;
	tree_free(&(*json)->open[0]);
	free(*json);
	*json = NULL;
}

void
json_text(struct json *json, const char *name, const char *value)
{
	if (is_utf8(value))
		add_member(json, name, cJSON_CreateString(value));
	else
		fail_answer(json, INTERNAL);
}

void
json_text_or_null(struct json *json, const char *name, const char *value)
{
	if (value[0] == '\0')
		add_member(json, name, cJSON_CreateNull());
	else
		json_text(json, name, value);
}

/* cJSON prints numbers through a double, and from about 2^52 on it rounds them. */
void
json_number(struct json *json, const char *name, int64_t value)
{
	char digits[24];

	add_member(json, name,
	    text_format(digits, sizeof digits, "%" PRId64, value) ? cJSON_CreateRaw(digits) : NULL);
}

void
json_bool(struct json *json, const char *name, bool value)
{
	add_member(json, name, cJSON_CreateBool(value));
}

void
json_time(struct json *json, const char *name, int64_t time_s)
{
	char text[CLOCK_TEXT_MAX + 1];

	clock_text(time_s, text);
	json_text(json, name, text);
}

void
json_object(struct json *json, const char *name)
{
	cJSON *object = cJSON_CreateObject();

	if (add_member(json, name, object))
		push_container(json, object);
}

void
json_array(struct json *json, const char *name)
{
	cJSON *array = cJSON_CreateArray();

	if (add_member(json, name, array))
		push_container(json, array);
}

void
json_item(struct json *json)
{
	if (!is_well(json))
		return;
	assert(cJSON_IsArray(innermost(json)));

	cJSON *object = cJSON_CreateObject();
	if (cJSON_AddItemToArray(innermost(json), object))
		push_container(json, object);
	else
		fail_answer(json, UNAVAILABLE);
}

void
json_text_item(struct json *json, const char *value)
{
	if (!is_well(json))
		return;
	assert(cJSON_IsArray(innermost(json)));

	if (!is_utf8(value)) {
		fail_answer(json, INTERNAL);
		return;
	}
	cJSON *text = cJSON_CreateString(value);
	if (cJSON_AddItemToArray(innermost(json), text))
		return;
	tree_free(&text);
	fail_answer(json, UNAVAILABLE);
}

void
json_up(struct json *json)
{
	if (!is_well(json))
		return;
	assert(json->depth > 1);
	json->depth--;
}

enum result
json_finish(const struct json *json, char *ret, size_t ret_size, size_t *ret_length)
{
	assert(ret_size > 0 && ret_size <= INT_MAX);
	if (is_well(json) && cJSON_PrintPreallocated(json->open[0], ret, (int)ret_size, false)) {
		*ret_length = strlen(ret);
		return OK;
	}
	explicit_bzero(ret, ret_size);
	return is_well(json) ? INTERNAL : result_of(json);
}

enum result
json_print(const struct json *json, FILE *to)
{
	char *const text = is_well(json) ? cJSON_PrintUnformatted(json->open[0]) : NULL;

	if (text == NULL)
		return is_well(json) ? UNAVAILABLE : result_of(json);
	fprintf(to, "%s\n", text);
	explicit_bzero(text, strlen(text));
	cJSON_free(text);
	return OK;
}
