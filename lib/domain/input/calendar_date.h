/* calendar_date.h - a calendar date as people and other systems write it. Pure. */

#ifndef CALENDAR_DATE_H
#define CALENDAR_DATE_H

#include "field_errors.h"
#include "text_rule.h"

#include <stddef.h>

#define CALENDAR_DATE_INPUT_MAX 64

/* 1970-01-31, 1970/01/31 or 19700131, full-width digits and signs too, folded to the first form.
 * FIELD_BAD_FORMAT, and `ret` empty, if it is no calendar day of 1850-2199. Years of a Japanese era
 * are none: 05-11-22 is 1930, 1993 or 2023, by an era that is often left out. `ret_size` is
 * CLOCK_DATE_MAX + 1. */
enum field_error calendar_date_fold(const char *typed, char *ret, size_t ret_size);

extern const struct text_rule calendar_date_rule;

#endif
