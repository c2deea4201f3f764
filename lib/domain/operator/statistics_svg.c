/* statistics_svg.c - the steps of a registration as a picture. */

#include "statistics_svg.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define WIDTH       760
#define TOP         76  /* of the first bar */
#define ROW         46  /* from one bar to the next */
#define BAR_LEFT    250 /* where bars begin */
#define BAR_WIDTH   340 /* of the longest */
#define BAR_HEIGHT  26
#define REASONS_MAX 8
#define REASON_ROW  20

struct picture {
	char *at;
	size_t room;
	bool full;
};

static void __attribute__((format(printf, 2, 3)))
draw(struct picture *picture, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	const int length = vsnprintf(picture->at, picture->room, format, values);
	va_end(values);
	picture->full |= length < 0 || (size_t)length >= picture->room;
	if (picture->full)
		return;
	picture->at += length;
	picture->room -= (size_t)length;
}

/* What is stored as an outcome is a word of ours; whatever else it is stays out of the markup. */
static const char *
outcome_shown(const char *outcome)
{
	return strspn(outcome, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(outcome) ? outcome
											   : "?";
}

static bool
is_reason(const struct statistics_row *row)
{
	return row->step != STEP_LOGIN && strcmp(row->outcome, result_code(OK)) != 0;
}

static int
count_reasons(const struct statistics *statistics)
{
	int count = 0;

	for (size_t i = 0; i < statistics->count; i++)
		count += is_reason(&statistics->rows[i]);
	return count < REASONS_MAX ? count : REASONS_MAX;
}

/* Title and description are what a screen reader says of a picture. */
static void
draw_words(struct picture *picture, const struct statistics *statistics)
{
	draw(picture,
	    "<title id=\"title\">登録の段階 %s ～ %s / Steps of registrations</title>\n"
	    "<desc id=\"desc\">",
	    statistics->first_day, statistics->last_day);
	for (enum step step = STEP_EMAIL; step < STEP_LOGIN; step++)
		draw(picture, "%s (%s): %" PRId64 ", %" PRId64 " %%. ", statistics_step(step).ja,
		    statistics_step(step).en, statistics_ok(statistics, step),
		    statistics_percent(statistics, step));
	draw(picture, "</desc>\n");
}

static int64_t
most_of(const struct statistics *statistics)
{
	int64_t most = 1;

	for (enum step step = STEP_EMAIL; step < STEP_LOGIN; step++)
		if (statistics_ok(statistics, step) > most)
			most = statistics_ok(statistics, step);
	return most;
}

static void
draw_bar(struct picture *picture, const struct statistics *statistics, enum step step)
{
	const int y = TOP + ROW * ((int)step - STEP_EMAIL);
	const int64_t ok = statistics_ok(statistics, step);
	const double width = BAR_WIDTH * ((double)ok / (double)most_of(statistics));

	draw(picture,
	    "<text x=\"24\" y=\"%d\" class=\"label\">%d %s</text>\n"
	    "<text x=\"24\" y=\"%d\" class=\"small\">%s</text>\n"
	    "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"3\" class=\"bar\"/>\n"
	    "<text x=\"%.1f\" y=\"%d\" class=\"label\">%" PRId64 " (%" PRId64 " %%)</text>\n",
	    y + 10, (int)step, statistics_step(step).ja, y + 25, statistics_step(step).en, BAR_LEFT,
	    y, width, BAR_HEIGHT, BAR_LEFT + width + 8, y + 18, ok,
	    statistics_percent(statistics, step));
}

/* The most frequent reason of each step comes first, as the rows do. */
static void
draw_reasons(struct picture *picture, const struct statistics *statistics)
{
	int y = TOP + ROW * (STEP_LOGIN - STEP_EMAIL) + 24, left = count_reasons(statistics);

	if (left == 0)
		return;
	draw(picture,
	    "<text x=\"24\" y=\"%d\" class=\"label\">進めなかった理由 / Why steps failed"
	    "</text>\n",
	    y);
	for (size_t i = 0; i < statistics->count && left > 0; i++) {
		const struct statistics_row *row = &statistics->rows[i];

		if (!is_reason(row))
			continue;
		y += REASON_ROW;
		left--;
		draw(picture,
		    "<text x=\"24\" y=\"%d\" class=\"small\">%d %s: %s, %" PRId64 "</text>\n", y,
		    (int)row->step, statistics_step(row->step).ja, outcome_shown(row->outcome),
		    row->count);
	}
}

static int
height_of(const struct statistics *statistics)
{
	const int reasons = count_reasons(statistics);

	return TOP + ROW * (STEP_LOGIN - STEP_EMAIL) +
	       (reasons > 0 ? 24 + REASON_ROW * reasons : 0) + 24;
}

enum result
statistics_svg_write(const struct statistics *statistics, char ret[static STATISTICS_SVG_MAX + 1])
{
	struct picture picture = { .at = ret, .room = STATISTICS_SVG_MAX + 1 };
	const int height = height_of(statistics);

	draw(&picture,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
	    " viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"title desc\">\n",
	    WIDTH, height, WIDTH, height);
	draw_words(&picture, statistics);
	draw(&picture,
	    "<style>text{font-family:sans-serif;fill:#1b1b1b}.title{font-size:20px}"
	    ".label{font-size:14px}.small{font-size:12px;fill:#4a4a4a}.bar{fill:#1f5fa8}</style>\n"
	    "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n"
	    "<text x=\"24\" y=\"36\" class=\"title\">登録の段階 %s ～ %s</text>\n"
	    "<text x=\"24\" y=\"56\" class=\"small\">Steps of registrations; a step that is sent "
	    "again counts again</text>\n",
	    WIDTH, height, statistics->first_day, statistics->last_day);
	for (enum step step = STEP_EMAIL; step < STEP_LOGIN; step++)
		draw_bar(&picture, statistics, step);
	draw_reasons(&picture, statistics);
	draw(&picture, "</svg>\n");
	return picture.full ? INTERNAL : OK;
}
