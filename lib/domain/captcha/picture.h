/* picture.h - the picture of a CAPTCHA. */

#ifndef PICTURE_H
#define PICTURE_H

#include "bounds.h"
#include "result.h"

#include <stddef.h>
#include <stdint.h>

#define PICTURE_WIDTH  248 /* pixels */
#define PICTURE_HEIGHT 80

/* Draws `answer` (CAPTCHA_LENGTH characters of the look-alike-free alphabet, upper case) so that a
 * person reads it and an OCR program mostly does not; every call draws differently. Writes a grey
 * PNG of at most CAPTCHA_PNG_MAX bytes, mostly about 4,000. UNAVAILABLE: no memory; ret_png may
 * then hold the beginning of one. Takes 0.7 ms and 150 KiB of memory meanwhile: drawn ahead by the
 * one thread of domain/captcha_pool. */
enum result picture_draw(
    const char *answer, uint8_t ret_png[static CAPTCHA_PNG_MAX], size_t *ret_size) MUST_USE;

#endif
