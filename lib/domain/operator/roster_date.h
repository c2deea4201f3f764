/* roster_date.h - a date as spreadsheets and the systems of societies write it. Pure.
 *
 * What is read means one day, or it is no date here:
 *
 *   1978-04-12  1978/4/12  19780412  1978年4月12日       and with " 0:00" or " 00:00:00" behind it
 *   S53.4.12  S53/4/12  S53-4-12  S530412  昭和53年4月12日  昭和元年12月25日
 *
 * The eras are 明治 (M), 大正 (T), 昭和 (S), 平成 (H) and 令和 (R), by the edicts that began them: the
 * day on which one begins is not a day of the one before. A day outside its era is refused, not
 * moved on: 平成31年5月1日 is more often a slip than 令和1年. 明治 is read from its sixth year on, when
 * the calendar became the present one. A year without its era, a day of the month first, and the
 * days that spreadsheets count (28592) are refused. */

#ifndef ROSTER_DATE_H
#define ROSTER_DATE_H

#include "clock.h"

#include <stdbool.h>

/* Reads a text in NFKC. Returns NULL and writes YYYY-MM-DD of 1850-2199; or why it is none, and
 * `ret` is undefined. */
const char *roster_date_read(const char *text, char ret[static CLOCK_DATE_MAX + 1]);

/* Does the text say the last day that a calendar of four digits has, 9999-12-31, in one of the
 * forms above? It stands for "no end". */
bool roster_date_is_no_end(const char *text);

#endif
