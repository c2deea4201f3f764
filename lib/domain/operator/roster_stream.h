/* roster_stream.h - the bytes of a roster file: hashed as they are read, and never UTF-16.
 *
 * A file that begins with the byte order mark of UTF-16, of either order, is given on as UTF-8
 * without a mark; any other as it is. */

#ifndef ROSTER_STREAM_H
#define ROSTER_STREAM_H

#include "bounds.h"
#include "result.h"
#include "secret.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#define ROSTER_STREAM_BUFFER 65536

/* Zeroed before its first use. Must not be moved while it is open. */
struct roster_stream {
	FILE *file;    /* to read from */
	uint64_t size; /* bytes read of the file, and how many it had */
	uint64_t size_whole;
	const char *fault; /* why a read failed, where the system does not say it; or NULL */

	/* The stream's own. */
	int fd;
	struct stat at_start;
	struct secret_sha256 hash;
	enum { ROSTER_ENCODING_NOT_SEEN, ROSTER_BYTES, ROSTER_UTF16_LE, ROSTER_UTF16_BE } encoding;
	unsigned char left[4]; /* bytes of a character whose end was not read yet */
	size_t left_count;
	char buffer[ROSTER_STREAM_BUFFER]; /* ours, so that it can be wiped */
};

/* Begins to read a file that is open, and stays the caller's to close. A pipe is rejected, as
 * nobody can see whether it was written to meanwhile. False, and `errbuf`: the reason. Close in
 * either case. */
bool roster_stream_open(
    struct roster_stream *, int fd, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;
void roster_stream_close(struct roster_stream *);

/* Did the file begin with the mark of UTF-16? After the first read. */
bool roster_stream_is_utf16(const struct roster_stream *) MUST_USE;

/* Begins again at the start of the file. */
bool roster_stream_rewind(struct roster_stream *) MUST_USE;

/* At the end: SHA-256 of the file as it is. False: it was changed while it was read. */
bool roster_stream_finish(
    struct roster_stream *, uint8_t ret_hash[static SECRET_SHA256_SIZE]) MUST_USE;

#endif
