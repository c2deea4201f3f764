/* picture.h - draws the picture of a CAPTCHA. */

#ifndef PICTURE_H
#define PICTURE_H

#include "bounds.h"
#include "result.h"

#include <stddef.h>
#include <stdint.h>

#define PICTURE_WIDTH  248 /* pixels */
#define PICTURE_HEIGHT 80

/* What pictures are painted on, one after the other: 200 KiB. NULL: no memory. Free:
 * painting_free(), which accepts NULL. */
struct painting *painting_new(void) MUST_USE;

void painting_free(struct painting *);

/* Draws `answer` (CAPTCHA_LENGTH upper-case characters of auth_key.h's alphabet, which has no
 * look-alikes) so that a person reads it and an OCR program mostly does not. Every call draws
 * differently. Writes a grey PNG of at most CAPTCHA_PNG_MAX bytes, mostly about 3,000. UNAVAILABLE:
 * no memory; ret_png may then hold the beginning of a PNG. Takes 0.2 ms, and 150 KiB of memory
 * until it returns: captcha_pool.h draws ahead. */
enum result picture_draw(struct painting *, const char *answer,
    uint8_t ret_png[static CAPTCHA_PNG_MAX], size_t *ret_size) MUST_USE;

#endif
