/* json_scan_fuzz.c - bodies: what the scan lets through, cJSON reads; what it refuses, nobody
 * does. */

#include "json.h"
#include "fuzz.h"
#include "json_scan.h"

#include <string.h>

struct fuzz_body {
	char a[64 + 1];
	char b[64 + 1];
	char c[8 + 1];
};

static const struct text_rule a_rule = { NULL, 64, { 0 } };
static const struct text_rule b_rule = { NULL, 64, { 0 }, true };
static const struct text_rule c_rule = { NULL, 16, { 0 } };

static const struct field fields[] = {
	TEXT_FIELD(fuzz_body, a, a_rule),
	TEXT_FIELD(fuzz_body, b, b_rule),
	OPTIONAL_FIELD(fuzz_body, c, c_rule),
	END_OF_FIELDS,
};

static const struct field_table table = { fields, sizeof(struct fuzz_body) };

/* What was read comes out the same when it is written and read again. */
static void
check_again(const struct fuzz_body *body)
{
	CLEANUP(json_free) struct json *json = json_new();
	char text[6 * sizeof *body + 64 + 1];
	struct fuzz_body again;
	struct field_errors field_errors;
	size_t size = 0;

	json_text(json, "a", body->a);
	json_text(json, "b", body->b);
	json_text(json, "c", body->c);
	FUZZ_CHECK(json_finish(json, text, sizeof text, &size) == OK, "what was read can be told");
	FUZZ_CHECK(json_scan(text, size), "what we write passes our own scan");
	FUZZ_CHECK(json_read(text, size, &table, &again, &field_errors) == OK, "and is read");
	FUZZ_CHECK(memcmp(&again, body, sizeof again) == 0, "and is the same");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	size_t length;
	CLEANUP(cleanup_free) char *bare = fuzz_rest(&input, &length);
	const bool strict = json_scan(bare, length);
	struct fuzz_input once_more = { data, size };
	CLEANUP(cleanup_free) char *text = fuzz_text(&once_more);
	struct fuzz_body body;
	struct field_errors field_errors;

	if (memchr(data, '\0', size) != NULL) {
		FUZZ_CHECK(!strict, "a NUL is in no body");
		return 0;
	}
	const enum result result = json_read(text, length, &table, &body, &field_errors);
	if (!strict) {
		FUZZ_CHECK(result == MALFORMED, "what the scan refuses is not read");
		return 0;
	}
	FUZZ_CHECK(result == OK || result == BAD_FIELD || result == MALFORMED,
	    "what the scan lets through is parsed");
	FUZZ_CHECK((result == BAD_FIELD) == (field_errors.count > 0), "bad fields are named");
	if (result == OK)
		check_again(&body);
	return 0;
}
