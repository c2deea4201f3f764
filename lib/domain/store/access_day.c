/* access_day.c - until which day a person may use their account. */

#include "access_day.h"

struct access_day
access_day_of(int64_t now, int64_t days_after_loss)
{
	struct access_day day = { .days_after_loss = days_after_loss };

	clock_date_japan(now, day.today);
	return day;
}

struct db_value
access_day_today(const struct access_day *day)
{
	return db_text("today", day->today);
}

struct db_value
access_day_days(const struct access_day *day)
{
	return db_number("days_after_loss", day->days_after_loss);
}
