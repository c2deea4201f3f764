/* fuzz.h - what every fuzz target has in common: libFuzzer's entry, texts out of an input, and how
 * a broken promise is told.
 *
 * A target is one file NAME_fuzz.c; tests/fuzz/corpus/NAME/ has its inputs, NAME.dict its words.
 * What an input means is up to the target: most take it as a row of texts with a NUL between. Every
 * text lies in memory of exactly its size, so that AddressSanitizer sees the first byte read
 * beyond. */

#ifndef FUZZ_H
#define FUZZ_H

#include "cleanup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What libFuzzer calls: once before all inputs (only some targets have it), and with each. 0. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz_input {
	const uint8_t *at;
	size_t left;
};

/* The next byte; 0 at the end. */
uint8_t fuzz_byte(struct fuzz_input *);

/* The next text: up to a NUL, which is passed over, or to the end. For CLEANUP(cleanup_free). */
char *fuzz_text(struct fuzz_input *);

/* All that is left, and how much; no NUL behind it. For CLEANUP(cleanup_free). */
char *fuzz_rest(struct fuzz_input *, size_t *ret_size);

/* Ends the process, and with it the run, unless a promise is kept: `promise` as a sentence. */
#define FUZZ_CHECK(kept, promise) fuzz_check((kept), __FILE__, __LINE__, (promise))
void fuzz_check(bool kept, const char *file, int line, const char *promise);

/* Printable ASCII and nothing else? */
bool fuzz_is_visible_ascii(const char *text);

#endif
