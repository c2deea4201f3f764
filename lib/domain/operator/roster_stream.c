/* roster_stream.c - the bytes of a roster file: hashed as they are read, and never UTF-16. */

/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#define _GNU_SOURCE 1 /* fopencookie: bytes are hashed on their way to the CSV reader */

#include "roster_stream.h"

#include "text.h"
#include "unicode.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define UNIT      2    /* bytes of UTF-16 */
#define PIECE_MAX 4096 /* bytes of UTF-16 read at once */

/* UTF-16 -------------------------------------------------------------------------------------- */

bool
roster_stream_is_utf16(const struct roster_stream *stream)
{
	return stream->encoding == ROSTER_UTF16_LE || stream->encoding == ROSTER_UTF16_BE;
}

static int32_t
unit_at(const struct roster_stream *stream, const unsigned char *at)
{
	return stream->encoding == ROSTER_UTF16_BE ? at[0] << 8 | at[1] : at[1] << 8 | at[0];
}

static bool
is_high(int32_t unit)
{
	return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool
is_low(int32_t unit)
{
	return unit >= 0xDC00 && unit <= 0xDFFF;
}

/* Reads the character at `at`; returns its bytes, 0: more must be read, -1: it is none. */
static int
character_at(const struct roster_stream *stream, const unsigned char *at, size_t left, int32_t *ret)
{
	if (left < UNIT)
		return 0;
	const int32_t unit = unit_at(stream, at);
	*ret = unit;
	if (is_low(unit))
		return -1;
	if (!is_high(unit))
		return UNIT;
	if (left < (size_t)2 * UNIT)
		return 0;
	const int32_t low = unit_at(stream, at + UNIT);
	*ret = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
	return is_low(low) ? 2 * UNIT : -1;
}

/* Writes the characters of `count` bytes as UTF-8; what is left of the last one waits. A unit of
 * two bytes becomes three at most. -1: they are no UTF-16. */
static ssize_t
convert_utf16(struct roster_stream *stream, const unsigned char *bytes, size_t count, char *ret)
{
	size_t at = 0, written = 0;
	int32_t character;
	int size;

	while ((size = character_at(stream, bytes + at, count - at, &character)) > 0) {
		written += unicode_put(character, ret + written);
		at += (size_t)size;
	}
	if (size < 0) {
		stream->fault = "has bytes that are not UTF-16";
		return -1;
	}
	stream->left_count = count - at;
	memcpy(stream->left, bytes + at, stream->left_count);
	return (ssize_t)written;
}

/* Reading ------------------------------------------------------------------------------------- */

static ssize_t
read_raw(struct roster_stream *stream, void *ret, size_t size)
{
	const ssize_t count = read(stream->fd, ret, size);

	if (count > 0) {
		secret_sha256_add(&stream->hash, ret, (size_t)count);
		stream->size += (uint64_t)count;
	}
	return count;
}

/* The first two bytes tell UTF-16. Of any other file they wait to be given on. */
static bool
see_encoding(struct roster_stream *stream)
{
	ssize_t count;

	while (stream->left_count < UNIT &&
	       (count = read_raw(
		    stream, stream->left + stream->left_count, UNIT - stream->left_count)) != 0) {
		if (count < 0)
			return false;
		stream->left_count += (size_t)count;
	}
	stream->encoding = ROSTER_BYTES;
	if (stream->left_count == UNIT && stream->left[0] == 0xFF && stream->left[1] == 0xFE)
		stream->encoding = ROSTER_UTF16_LE;
	if (stream->left_count == UNIT && stream->left[0] == 0xFE && stream->left[1] == 0xFF)
		stream->encoding = ROSTER_UTF16_BE;
	if (roster_stream_is_utf16(stream))
		stream->left_count = 0;
	return true;
}

static ssize_t
give_left(struct roster_stream *stream, char *ret)
{
	const size_t count = stream->left_count;

	memcpy(ret, stream->left, count);
	stream->left_count = 0;
	return (ssize_t)count;
}

/* At least one character, unless the file ends. */
static ssize_t
read_utf16(struct roster_stream *stream, char *ret, size_t size)
{
	unsigned char piece[PIECE_MAX];
	const size_t most = size / 3 * UNIT < sizeof piece ? size / 3 * UNIT : sizeof piece;
	ssize_t written = 0;

	while (written == 0) {
		const size_t before = stream->left_count;

		memcpy(piece, stream->left, before);
		const ssize_t count = read_raw(stream, piece + before, most - before);
		if (count < 0)
			return -1;
		if (count == 0 && before > 0)
			stream->fault = "ends within a character of UTF-16";
		if (count == 0)
			return before > 0 ? -1 : 0;
		written = convert_utf16(stream, piece, before + (size_t)count, ret);
	}
	secret_wipe_bytes(piece, sizeof piece);
	return written;
}

/* The stream's buffer is the only caller: `size` is its size. */
static ssize_t
read_stream(void *cookie, char *ret, size_t size)
{
	struct roster_stream *stream = cookie;

	if (stream->encoding == ROSTER_ENCODING_NOT_SEEN && !see_encoding(stream))
		return -1;
	if (roster_stream_is_utf16(stream))
		return read_utf16(stream, ret, size);
	return stream->left_count > 0 ? give_left(stream, ret) : read_raw(stream, ret, size);
}

/* Opening and closing ------------------------------------------------------------------------- */

static bool
begin_reading(struct roster_stream *stream)
{
	stream->file = fopencookie(stream, "r", (cookie_io_functions_t){ .read = read_stream });
	secret_sha256_begin(&stream->hash);
	return stream->file != NULL &&
	       setvbuf(stream->file, stream->buffer, _IOFBF, sizeof stream->buffer) == 0;
}

bool
roster_stream_open(struct roster_stream *stream, int fd, char errbuf[static ERRBUF_MAX + 1])
{
	stream->fd = fd;
	if (fstat(fd, &stream->at_start) != 0) {
		text_copy_cut(errbuf, ERRBUF_MAX + 1, strerrordesc_np(errno));
		return false;
	}
	if (!S_ISREG(stream->at_start.st_mode)) {
		text_copy_cut(errbuf, ERRBUF_MAX + 1, "not a regular file");
		return false;
	}
	stream->size_whole = (uint64_t)stream->at_start.st_size;
	if (begin_reading(stream))
		return true;
	text_copy_cut(errbuf, ERRBUF_MAX + 1, "no memory");
	return false;
}

bool
roster_stream_rewind(struct roster_stream *stream)
{
	uint8_t unused[SECRET_SHA256_SIZE];

	fclose(stream->file);
	stream->file = NULL;
	secret_sha256_end(&stream->hash, unused);
	stream->encoding = ROSTER_ENCODING_NOT_SEEN;
	stream->left_count = 0;
	stream->size = 0;
	stream->fault = NULL;
	return lseek(stream->fd, 0, SEEK_SET) == 0 && begin_reading(stream);
}

void
roster_stream_close(struct roster_stream *stream)
{
	if (stream->file != NULL)
		fclose(stream->file);
	secret_wipe_bytes(stream, sizeof *stream);
}

bool
roster_stream_finish(struct roster_stream *stream, uint8_t ret_hash[static SECRET_SHA256_SIZE])
{
	const struct stat *before = &stream->at_start;
	struct stat after;

	secret_sha256_end(&stream->hash, ret_hash);
	return fstat(stream->fd, &after) == 0 && after.st_size == before->st_size &&
	       after.st_mtim.tv_sec == before->st_mtim.tv_sec &&
	       after.st_mtim.tv_nsec == before->st_mtim.tv_nsec &&
	       stream->size == (uint64_t)before->st_size;
}
