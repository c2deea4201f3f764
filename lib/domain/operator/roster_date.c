/* roster_date.c - a date as spreadsheets and the systems of societies write it. */

#include "roster_date.h"

#include "bounds.h"
#include "text.h"

#include <stddef.h>
#include <string.h>

/* Three numbers, as they are written. */
struct written_date {
	int year, month, day;
};

struct era {
	const char *name; /* as kanji */
	char letter;
	int before;               /* the year before its first one */
	const char *first, *last; /* days */
};

/* 明治: from the present calendar on. The others by their edicts; 令和 has no end yet. */
static const struct era eras[] = {
	{ "明治", 'M', 1867, "1873-01-01", "1912-07-29" },
	{ "大正", 'T', 1911, "1912-07-30", "1926-12-24" },
	{ "昭和", 'S', 1925, "1926-12-25", "1989-01-07" },
	{ "平成", 'H', 1988, "1989-01-08", "2019-04-30" },
	{ "令和", 'R', 2018, "2019-05-01", "2199-12-31" },
};

static const char no_date[] = "no date as 1978-04-12, 1978/4/12, 19780412, 1978年4月12日, "
			      "S53.4.12 or 昭和53年4月12日";

/* Reads so many digits at most; at least one. */
static bool
read_digits(const char **at, size_t most, int *ret)
{
	size_t count = 0;

	*ret = 0;
	for (; count < most && **at >= '0' && **at <= '9'; count++, (*at)++)
		*ret = *ret * 10 + (**at - '0');
	return count > 0;
}

static bool
read_word(const char **at, const char *word)
{
	if (!text_starts_with(*at, word))
		return false;
	*at += strlen(word);
	return true;
}

/* "/4/12" and its like: the same sign twice. */
static bool
read_month_and_day(const char **at, const char *sign, struct written_date *ret)
{
	return read_word(at, sign) && read_digits(at, 2, &ret->month) && read_word(at, sign) &&
	       read_digits(at, 2, &ret->day);
}

static bool
read_kanji_month_and_day(const char **at, struct written_date *ret)
{
	return read_word(at, "年") && read_digits(at, 2, &ret->month) && read_word(at, "月") &&
	       read_digits(at, 2, &ret->day) && read_word(at, "日");
}

/* What stands behind the year, in each of the forms. */
static bool
read_behind_year(const char **at, bool point, struct written_date *ret)
{
	switch (**at) {
	case '-':
		return read_month_and_day(at, "-", ret);
	case '/':
		return read_month_and_day(at, "/", ret);
	case '.':
		return point && read_month_and_day(at, ".", ret);
	default:
		return read_kanji_month_and_day(at, ret);
	}
}

/* Databases and spreadsheets write midnight behind a day. */
static void
pass_midnight(const char **at)
{
	static const char *const midnights[] = { " 00:00:00", " 0:00:00", " 00:00", " 0:00" };

	for (size_t i = 0; i < LENGTH(midnights); i++)
		if (read_word(at, midnights[i]))
			return;
}

/* `count` digits and nothing else. */
static bool
is_digits(const char *text, size_t count)
{
	return strspn(text, "0123456789") == count && text[count] == '\0';
}

/* The same in western years: the year has four digits, so that none is cut off. */
static bool
read_western(const char *text, struct written_date *ret)
{
	const char *at = text;

	if (strspn(text, "0123456789") < 4 || !read_digits(&at, 4, &ret->year))
		return false;
	if (is_digits(text, 8))
		return read_digits(&at, 2, &ret->month) && read_digits(&at, 2, &ret->day);
	if (!read_behind_year(&at, false, ret))
		return false;
	pass_midnight(&at);
	return *at == '\0';
}

static const struct era *
read_era(const char **at)
{
	for (size_t i = 0; i < LENGTH(eras); i++) {
		const bool letter = **at == eras[i].letter || **at == eras[i].letter - 'A' + 'a';

		if (letter)
			(*at)++;
		if (letter || read_word(at, eras[i].name))
			return &eras[i];
	}
	return NULL;
}

/* What stands behind the era: "53.4.12", "530412", "元年12月25日". */
static bool
read_behind_era(const char *at, struct written_date *ret)
{
	if (is_digits(at, 6))
		return read_digits(&at, 2, &ret->year) && read_digits(&at, 2, &ret->month) &&
		       read_digits(&at, 2, &ret->day);
	if (read_word(&at, "元"))
		ret->year = 1;
	else if (!read_digits(&at, 2, &ret->year))
		return false;
	return read_behind_year(&at, true, ret) && *at == '\0';
}

static bool
write_date(const struct written_date *date, char ret[static CLOCK_DATE_MAX + 1])
{
	return text_format(
		   ret, CLOCK_DATE_MAX + 1, "%04d-%02d-%02d", date->year, date->month, date->day) &&
	       clock_date_is_valid(ret);
}

static const char *
read_date_of_era(const struct era *era, const char *behind, char ret[static CLOCK_DATE_MAX + 1])
{
	struct written_date date;

	if (!read_behind_era(behind, &date) || date.year == 0)
		return no_date;
	date.year += era->before;
	if (!write_date(&date, ret))
		return "no day of the calendar";
	if (strcmp(ret, era->first) < 0 || strcmp(ret, era->last) > 0)
		return "a day that its era does not have";
	return NULL;
}

const char *
roster_date_read(const char *text, char ret[static CLOCK_DATE_MAX + 1])
{
	struct written_date date;
	const char *at = text;

	if (clock_date_is_valid(text)) /* as most are */
		return text_copy(ret, CLOCK_DATE_MAX + 1, text) ? NULL : no_date;
	const struct era *era = read_era(&at);
	if (era != NULL)
		return read_date_of_era(era, at, ret);
	if (!read_western(text, &date))
		return no_date;
	return write_date(&date, ret) ? NULL : "no day of the calendar";
}

bool
roster_date_is_no_end(const char *text)
{
	struct written_date date;

	return read_western(text, &date) && date.year == 9999 && date.month == 12 && date.day == 31;
}
