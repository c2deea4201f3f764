/* grey_png.h - libpng: grey pixels as a PNG file (ISO/IEC 15948). */

#ifndef GREY_PNG_H
#define GREY_PNG_H

#include "result.h"

#include <stddef.h>
#include <stdint.h>

struct grey_picture {
	const uint8_t *pixels;  /* `width` * `height` bytes of grey, 0 black, row by row */
	unsigned width, height; /* neither is 0 */
};

/* Writes a picture into the `max` bytes of `ret`. For pictures of few shades, in which neighbours
 * are alike: those become as small as they get, at a third of the usual time; what has no such runs
 * comes out a little larger than it is. UNAVAILABLE: no memory. INTERNAL: `max` is too small. `ret`
 * then holds no picture. */
enum result grey_png_write(
    const struct grey_picture *, uint8_t *ret, size_t max, size_t *ret_size) MUST_USE;

#endif
