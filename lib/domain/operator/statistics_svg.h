/* statistics_svg.h - the steps of a registration as a picture: an SVG 1.1 that can be printed, put
 * into a report, and read out, as its title and description say all of it in words. */

#ifndef STATISTICS_SVG_H
#define STATISTICS_SVG_H

#include "result.h"
#include "statistics.h"

#include <stddef.h>

#define STATISTICS_SVG_MAX 16384

/* Writes the picture, in UTF-8, Japanese with English beside it. INTERNAL: it does not fit. */
enum result statistics_svg_write(
    const struct statistics *, char ret[static STATISTICS_SVG_MAX + 1]) MUST_USE;

#endif
