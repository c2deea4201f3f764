/* access_day.h - until which day a person may use their account.
 *
 * An eligible person may. Some societies let former members log in for some days more
 * (ACCESS_AFTER_LOSS_DAYS), to read what the portal still has for them. The roster's 資格喪失日 is
 * the first day without eligibility; access ends so many days after it, at midnight in Japan. Who
 * may register is another matter: only eligible persons (person.h). */

#ifndef ACCESS_DAY_H
#define ACCESS_DAY_H

#include "clock.h"
#include "db.h"

#include <stdint.h>

/* What statements compare a person with (SQL_HAS_ACCESS). */
struct access_day {
	char today[CLOCK_DATE_MAX + 1]; /* in Japan */
	int64_t days_after_loss;        /* 0: access ends with eligibility */
};

struct access_day access_day_of(int64_t now, int64_t days_after_loss);

/* The parameters of SQL_HAS_ACCESS. Both borrow from the day. */
struct db_value access_day_today(const struct access_day *);
struct db_value access_day_days(const struct access_day *);

#endif
