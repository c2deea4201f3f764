/* grey_png.c - zlib: grey pixels as a PNG file (ISO/IEC 15948).
 *
 * Not by libpng, which has no room for choices: of rows as they are and runs alone (Z_RLE) zlib
 * makes less than of filtered rows searched for repeats, and in a fifth of the time. */

#include "grey_png.h"

#define ZLIB_CONST /* what it only reads */
#include <zlib.h>

#include <stdbool.h>
#include <string.h>

#define SIGNATURE_SIZE  8
#define IHDR_SIZE       13
#define CHUNK_HEAD_SIZE 8 /* length and name come before a chunk's data, a CRC comes after */
#define CRC_SIZE        4
#define BEFORE_DATA     (SIGNATURE_SIZE + CHUNK_HEAD_SIZE + IHDR_SIZE + CRC_SIZE + CHUNK_HEAD_SIZE)
#define AFTER_DATA      (CRC_SIZE + CHUNK_HEAD_SIZE + CRC_SIZE)

/* zlib's memory: runs need no window, and a picture's symbols fit a small buffer. */
#define WINDOW_BITS  10
#define MEMORY_LEVEL 7

_Static_assert(BEFORE_DATA + AFTER_DATA == GREY_PNG_FRAME_SIZE, "as promised");

static void
put_number(uint8_t *to, size_t number)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(number >> (24 - 8 * i));
}

/* Frames the `size` bytes that are in place behind a chunk's head. Returns where it ends. */
static uint8_t *
chunk_close(uint8_t *chunk, const char name[static 4], size_t size)
{
	uint8_t *const named = chunk + 4;
	uint8_t *const crc = chunk + CHUNK_HEAD_SIZE + size;

	put_number(chunk, size);
	memcpy(named, name, 4);
	put_number(crc, crc32(0, named, (uInt)(4 + size)));
	return crc + CRC_SIZE;
}

/* Signature and IHDR. */
static void
put_head(uint8_t *to, unsigned width, unsigned height)
{
	static const uint8_t signature[SIGNATURE_SIZE] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a,
		'\n' };
	/* Depth, grey, and the only compression, filters and order without interlacing. */
	static const uint8_t kind[] = { 8, 0, 0, 0, 0 };
	uint8_t *const ihdr = to + SIGNATURE_SIZE;

	memcpy(to, signature, sizeof signature);
	put_number(ihdr + CHUNK_HEAD_SIZE, width);
	put_number(ihdr + CHUNK_HEAD_SIZE + 4, height);
	memcpy(ihdr + CHUNK_HEAD_SIZE + 8, kind, sizeof kind);
	chunk_close(ihdr, "IHDR", IHDR_SIZE);
}

/* False: what comes out does not fit. */
static bool
deflate_piece(z_stream *z, const uint8_t *bytes, unsigned size, int flush)
{
	z->next_in = bytes;
	z->avail_in = size;
	return deflate(z, flush) == (flush == Z_FINISH ? Z_STREAM_END : Z_OK);
}

/* Each row is told to be as it is: filter 0. */
static bool
deflate_rows(z_stream *z, const uint8_t *pixels, unsigned width, unsigned height)
{
	static const uint8_t filter = 0;

	for (unsigned y = 0; y < height; y++)
		if (!deflate_piece(z, &filter, 1, Z_NO_FLUSH) ||
		    !deflate_piece(z, pixels + (size_t)y * width, width, Z_NO_FLUSH))
			return false;
	return deflate_piece(z, NULL, 0, Z_FINISH);
}

enum result
grey_png_write(const uint8_t *pixels, unsigned width, unsigned height, uint8_t *ret, size_t max,
    size_t *ret_size)
{
	z_stream z = { .next_out = ret + BEFORE_DATA };

	if (max < GREY_PNG_FRAME_SIZE)
		return INTERNAL;
	z.avail_out = (uInt)(max - GREY_PNG_FRAME_SIZE);
	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, WINDOW_BITS, MEMORY_LEVEL, Z_RLE) !=
	    Z_OK)
		return UNAVAILABLE;
	const bool fits = deflate_rows(&z, pixels, width, height);
	const size_t size = z.total_out;
	deflateEnd(&z);
	if (!fits)
		return INTERNAL;

	put_head(ret, width, height);
	uint8_t *const idat = ret + BEFORE_DATA - CHUNK_HEAD_SIZE;
	uint8_t *const end = chunk_close(chunk_close(idat, "IDAT", size), "IEND", 0);
	*ret_size = (size_t)(end - ret);
	return OK;
}
