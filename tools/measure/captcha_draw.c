/* captcha_draw.c - N pictures as FOLDER/NUMBER-ANSWER.png for tools/measure/captcha-measure; one
 * line of sizes and times. */

#include "auth_key.h"
#include "cleanup.h"
#include "clock.h"
#include "picture.h"
#include "secret.h"
#include "text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#define PATH_SIZE 512

struct totals {
	size_t size_max, size_sum;
	int64_t us_max, us_sum;
};

static bool
draw_one(struct painting *painting, const char *folder, int64_t number, struct totals *totals)
{
	static uint8_t png[CAPTCHA_PNG_MAX];
	char answer[CAPTCHA_LENGTH + 1];
	char path[PATH_SIZE];
	size_t size;

	captcha_answer_random(answer);
	const int64_t before_us = clock_monotonic_us();
	if (picture_draw(painting, answer, png, &size) != OK)
		return false;
	const int64_t us = clock_monotonic_us() - before_us;
	totals->us_sum += us;
	totals->us_max = us > totals->us_max ? us : totals->us_max;
	totals->size_sum += size;
	totals->size_max = size > totals->size_max ? size : totals->size_max;

	if (!text_format(path, sizeof path, "%s/%05" PRId64 "-%s.png", folder, number, answer))
		return false;
	CLEANUP(cleanup_fclose) FILE *file = fopen(path, "wb");
	return file != NULL && fwrite(png, 1, size, file) == size;
}

int
main(int argc, char **argv)
{
	struct painting *const painting = painting_new();
	struct totals totals = { 0 };
	int64_t count;

	if (painting == NULL || argc != 3 || !text_number(argv[2], 1, 99999, &count) ||
	    !secret_start()) {
		fprintf(stderr, "usage: captcha_draw FOLDER N\n");
		return 2;
	}
	for (int64_t i = 0; i < count; i++)
		if (!draw_one(painting, argv[1], i, &totals)) {
			fprintf(stderr, "captcha_draw: can not draw or write to %s\n", argv[1]);
			return 1;
		}
	printf("%" PRId64 " pictures: mean %zu bytes, max %zu; mean %.1f ms, max %.1f\n", count,
	    totals.size_sum / (size_t)count, totals.size_max,
	    (double)totals.us_sum / 1000.0 / (double)count, (double)totals.us_max / 1000.0);
	painting_free(painting);
	return 0;
}
