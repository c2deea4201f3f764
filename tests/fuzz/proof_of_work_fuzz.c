/* proof_of_work_fuzz.c - payloads of a proof of work, as text and as the JSON inside its base64. */

#include "fuzz.h"
#include "proof_of_work.h"

#include <string.h>

/* A challenge whose solution nobody has: whatever comes, it is not done. */
static void
check_solution(const char *payload)
{
	static const struct proof_of_work work = {
		.key = { 1 }, .salt = { 2 }, .expires_at = 2000000000
	};

	FUZZ_CHECK(!proof_of_work_is_done(&work, payload), "the work is not done");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	CLEANUP(cleanup_free) char *text = fuzz_text(&input);
	char payload[PROOF_OF_WORK_INPUT_MAX + 1];
	const size_t length = strlen(text);

	if (length <= PROOF_OF_WORK_INPUT_MAX)
		check_solution(text);
	if (SECRET_BASE64_MAX(length) <= PROOF_OF_WORK_INPUT_MAX) {
		secret_base64(text, length, payload);
		check_solution(payload);
	}
	return 0;
}
