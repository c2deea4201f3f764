/* grey_png.c - libpng: grey pixels as a PNG file (ISO/IEC 15948).
 *
 * Of rows as they are and runs alone (Z_RLE) zlib makes less than of filtered rows searched for
 * repeats, as libpng would have it, and in a third of the time. */

#include "grey_png.h"

#include "cleanup.h"

#include <png.h>
#include <zlib.h> /* Z_RLE; what is called is libpng */

#include <setjmp.h>
#include <stdbool.h>
#include <string.h>

struct writer {
	png_structp png;
	png_infop info;
	uint8_t *to;
	size_t max, size; /* size: of all there was to write, fitting or not */
};

static void
writer_end(struct writer *w)
{
	png_destroy_write_struct(&w->png, &w->info);
}

_Noreturn static void
give_up(png_structp png, const char *reason)
{
	(void)reason;
	png_longjmp(png, 1);
}

static void
say_nothing(png_structp png, const char *what)
{
	(void)png, (void)what;
}

static void
append_png(png_structp png, uint8_t *bytes, size_t size)
{
	struct writer *const w = png_get_io_ptr(png);

	if (w->size + size <= w->max)
		memcpy(w->to + w->size, bytes, size);
	w->size += size;
}

static void
flush_nothing(png_structp png)
{
	(void)png;
}

/* False: no memory. libpng's errors jump back to here; nothing is then read that changed since. */
static bool
write_picture(const struct writer *w, const struct grey_picture *picture)
{
	if (setjmp(png_jmpbuf(w->png)) != 0)
		return false;
	png_set_IHDR(w->png, w->info, picture->width, picture->height, 8, PNG_COLOR_TYPE_GRAY,
	    PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
	png_set_filter(w->png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
	png_set_compression_strategy(w->png, Z_RLE);
	/* zlib's memory: a picture's symbols fit a small buffer. Runs need no window; but one that
	 * holds fewer than all pixels (this one 32 KiB) is moved on with a whole table of repeats,
	 * which runs do not need either: moving one of 2 KiB took half the time. */
	png_set_compression_window_bits(w->png, 14);
	png_set_compression_mem_level(w->png, 7);
	png_write_info(w->png, w->info);
	for (unsigned y = 0; y < picture->height; y++)
		png_write_row(w->png, picture->pixels + (size_t)y * picture->width);
	png_write_end(w->png, NULL);
	return true;
}

enum result
grey_png_write(const struct grey_picture *picture, uint8_t *ret, size_t max, size_t *ret_size)
{
	CLEANUP(writer_end) struct writer w = { .to = ret, .max = max };

	w.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, give_up, say_nothing);
	w.info = png_create_info_struct(w.png); /* NULL if png is */
	png_set_write_fn(w.png, &w, append_png, flush_nothing);
	if (w.info == NULL || !write_picture(&w, picture))
		return UNAVAILABLE;
	if (w.size > max)
		return INTERNAL;
	*ret_size = w.size;
	return OK;
}
