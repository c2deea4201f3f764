/* picture.h - cairo: the picture of a CAPTCHA. */

#ifndef PICTURE_H
#define PICTURE_H

#include "bounds.h"
#include "result.h"

#include <stddef.h>
#include <stdint.h>

/* Draws `answer` (CAPTCHA_LENGTH characters of the look-alike-free alphabet, upper case) so that a
 * person reads it and an OCR program mostly does not; every call draws differently. Writes a PNG of
 * at most CAPTCHA_PNG_MAX bytes. UNAVAILABLE: no memory. Takes a few ms: drawn ahead by a pool. */
enum result picture_draw(const char *answer, uint8_t ret_png[static CAPTCHA_PNG_MAX],
    size_t *ret_size) MUST_USE;

#endif
