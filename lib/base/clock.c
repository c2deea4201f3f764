/* clock.c - the one source of time. */

#include "clock.h"

#include "text.h"

#include <stdio.h>
#include <string.h>

#define JAPAN_OFFSET_S ((int64_t)9 * 3600)
#define LAST_S         INT64_C(253402300799) /* the year 9999 ends */

int64_t
clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

int64_t
clock_monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
clock_monotonic_ms(void)
{
	return clock_monotonic_us() / 1000;
}

struct timespec
clock_monotonic_in(int64_t ms)
{
	struct timespec then;

	clock_gettime(CLOCK_MONOTONIC, &then);
	then.tv_sec += ms / 1000;
	then.tv_nsec += ms % 1000 * 1000000;
	if (then.tv_nsec >= 1000000000) {
		then.tv_nsec -= 1000000000;
		then.tv_sec++;
	}
	return then;
}

void
clock_condition_init(pthread_cond_t *condition)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

bool
clock_is_over(int64_t ends_at, int64_t now)
{
	return now - CLOCK_SKEW_S >= ends_at;
}

void
clock_text(int64_t time_s, char ret[CLOCK_TEXT_MAX + 1])
{
	const time_t seconds = time_s;
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL ||
	    strftime(ret, CLOCK_TEXT_MAX + 1, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		ret[0] = '\0';
}

bool
clock_japan(int64_t time_s, struct tm *ret)
{
	const time_t japan = time_s + JAPAN_OFFSET_S;

	return time_s > 0 && japan <= LAST_S && gmtime_r(&japan, ret) != NULL;
}

void
clock_date_japan(int64_t time_s, char ret[CLOCK_DATE_MAX + 1])
{
	char text[CLOCK_TEXT_MAX + 1];

	clock_text(time_s + JAPAN_OFFSET_S, text);
	text_copy_cut(ret, CLOCK_DATE_MAX + 1, text);
}

static bool
digits_at(const char *text, size_t at, size_t count, int *ret)
{
	*ret = 0;
	for (size_t i = at; i < at + count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*ret = *ret * 10 + (text[i] - '0');
	}
	return true;
}

bool
clock_date_is_valid(const char *text)
{
	static const int days[13] = { 0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day;

	if (strlen(text) != CLOCK_DATE_MAX || text[4] != '-' || text[7] != '-')
		return false;
	if (!digits_at(text, 0, 4, &year) || !digits_at(text, 5, 2, &month) ||
	    !digits_at(text, 8, 2, &day))
		return false;
	if (year < 1850 || year > 2199 || month < 1 || month > 12)
		return false;
	const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return day >= 1 && day <= days[month] + (month == 2 && leap);
}

bool
clock_text_read(const char *text, int64_t *ret)
{
	struct tm tm = { 0 };
	char again[CLOCK_TEXT_MAX + 1];

	if (strlen(text) != CLOCK_TEXT_MAX || !digits_at(text, 0, 4, &tm.tm_year) ||
	    !digits_at(text, 5, 2, &tm.tm_mon) || !digits_at(text, 8, 2, &tm.tm_mday) ||
	    !digits_at(text, 11, 2, &tm.tm_hour) || !digits_at(text, 14, 2, &tm.tm_min) ||
	    !digits_at(text, 17, 2, &tm.tm_sec))
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	const int64_t time_s = timegm(&tm);
	clock_text(time_s, again); /* what is no time comes out as another */
	if (strcmp(again, text) != 0)
		return false;
	*ret = time_s;
	return true;
}
