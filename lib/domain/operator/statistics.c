/* statistics.c - how many took each step of a registration on some days. */

#include "statistics.h"

#include "bounds.h"
#include "statements.h"
#include "text.h"

#include <string.h>

#define LONGEST_MONTH  31
#define SHORTEST_MONTH 28

struct statistics_step
statistics_step(enum step step)
{
	static const struct statistics_step steps[STEP__MAX] = {
		[STEP_NONE] = { "", "" },
		[STEP_EMAIL] = { "メールアドレスの入力", "e-mail address entered" },
		[STEP_CAPTCHA] = { "リンクの表示", "link opened" },
		[STEP_IDENTITY] = { "番号・記号の確認", "number was right" },
		[STEP_AUTHENTICATION_KEY] = { "認証キーの確認", "key was right" },
		[STEP_ACCOUNT] = { "登録の完了", "account made" },
		[STEP_LOGIN] = { "ログイン", "logged in" },
	};

	return steps[step];
}

bool
statistics_month(const char *month, char ret_first[static CLOCK_DATE_MAX + 1],
    char ret_last[static CLOCK_DATE_MAX + 1])
{
	int day = LONGEST_MONTH;

	if (strlen(month) != STATISTICS_MONTH ||
	    !text_format(ret_first, CLOCK_DATE_MAX + 1, "%s-01", month) ||
	    !clock_date_is_valid(ret_first))
		return false;
	while (day >= SHORTEST_MONTH &&
	       (!text_format(ret_last, CLOCK_DATE_MAX + 1, "%s-%d", month, day) ||
		   !clock_date_is_valid(ret_last)))
		day--;
	return day >= SHORTEST_MONTH;
}

struct read_ctx {
	struct statistics *statistics;
	struct statistics_row row;
	int64_t step;
};

/* A step that this version does not know is a later one's. */
static enum result
keep_row(void *context)
{
	struct read_ctx *ctx = context;
	struct statistics *statistics = ctx->statistics;

	if (ctx->step <= STEP_NONE || ctx->step >= STEP__MAX)
		return OK;
	if (statistics->count == STATISTICS_ROWS_MAX)
		return INTERNAL;
	ctx->row.step = (enum step)ctx->step;
	statistics->rows[statistics->count++] = ctx->row;
	return OK;
}

enum result
statistics_read(struct db *db, const char *first_day, const char *last_day, struct statistics *ret)
{
	struct db_tx alone = db_alone(db);
	struct read_ctx ctx = { .statistics = ret };
	const struct db_value in[] = { db_text("first_day", first_day),
		db_text("last_day", last_day), { 0 } };
	const struct db_slot out[] = { db_to_number(&ctx.step),
		db_to_text(ctx.row.outcome, sizeof ctx.row.outcome), db_to_number(&ctx.row.count),
		{ 0 } };

	text_copy_cut(ret->first_day, sizeof ret->first_day, first_day);
	text_copy_cut(ret->last_day, sizeof ret->last_day, last_day);
	ret->count = 0;
	return db_rows(&alone, OPERATOR_STEP_COUNTS, in, out, keep_row, &ctx);
}

int64_t
statistics_ok(const struct statistics *statistics, enum step step)
{
	for (size_t i = 0; i < statistics->count; i++)
		if (statistics->rows[i].step == step &&
		    strcmp(statistics->rows[i].outcome, result_code(OK)) == 0)
			return statistics->rows[i].count;
	return 0;
}

int64_t
statistics_percent(const struct statistics *statistics, enum step step)
{
	const int64_t first = statistics_ok(statistics, STEP_EMAIL);

	return first > 0 ? (statistics_ok(statistics, step) * 100 + first / 2) / first : 0;
}
