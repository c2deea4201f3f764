/* purge.c - deletes rows by age. */

#include "purge.h"

#include "batch.h"
#include "member_erase.h"
#include "roster_packed.h"
#include "statements.h"

/* A rule that deletes what is older than `age_s`, by a time that has an index. */
struct age_rule {
	int64_t age_s;
	enum operator_statement count;
	enum operator_statement delete;
};

/* NULL for PURGE_SESSION, which looks at two times, and for PURGE_FORMER_MEMBER. */
static const struct age_rule *
age_rule_of(enum purge_rule rule)
{
	static const struct age_rule rules[PURGE__MAX] = {
		[PURGE_SPENT_TOKEN] = { PURGE_SPENT_TOKEN_S, OPERATOR_SPENT_TOKEN_COUNT,
		    OPERATOR_SPENT_TOKEN_PURGE },
		[PURGE_LIMIT_COUNTER] = { PURGE_LIMIT_COUNTER_S, OPERATOR_LIMIT_COUNT,
		    OPERATOR_LIMIT_PURGE },
		[PURGE_OUTBOX] = { PURGE_OUTBOX_S, OPERATOR_OUTBOX_COUNT, OPERATOR_OUTBOX_PURGE },
		[PURGE_POSTED_CODE] = { PURGE_POSTED_CODE_S, OPERATOR_POSTED_CODE_COUNT,
		    OPERATOR_POSTED_CODE_PURGE },
		[PURGE_AUDIT_NO_ACCOUNT] = { PURGE_AUDIT_NO_ACCOUNT_S,
		    OPERATOR_AUDIT_NO_ACCOUNT_COUNT, OPERATOR_AUDIT_NO_ACCOUNT_PURGE },
		[PURGE_AUDIT_EVENT] = { PURGE_AUDIT_S, OPERATOR_AUDIT_EVENT_COUNT,
		    OPERATOR_AUDIT_EVENT_PURGE },
		[PURGE_STEP_COUNT] = { PURGE_STEP_COUNT_S, OPERATOR_STEP_COUNT_COUNT,
		    OPERATOR_STEP_COUNT_PURGE },
	};

	return rules[rule].age_s != 0 ? &rules[rule] : NULL;
}

const char *
purge_rows(enum purge_rule rule)
{
#define PURGE_ROWS_(name, rows) [name] = (rows),
	static const char *const names[PURGE__MAX] = { PURGE_LIST(PURGE_ROWS_) };
#undef PURGE_ROWS_
	return names[rule];
}

/* Sessions that expired or were not refreshed up to these times are over by every replica's
 * clock. */
static struct db_value
expired_by(const struct purge_clock *clock)
{
	return db_number("expired_by", clock->now - PURGE_MARGIN_S);
}

static struct db_value
unused_since(const struct purge_clock *clock)
{
	return db_number("unused_since", clock->now - PURGE_MARGIN_S - clock->session_idle_s);
}

static enum result
read_one_number(
    struct db *db, enum operator_statement statement, const struct db_value *in, int64_t *ret)
{
	struct db_tx alone = db_alone(db);
	const struct db_slot out[] = { db_to_number(ret), { 0 } };

	return db_row(&alone, statement, in, out);
}

static enum result
count_sessions(struct db *db, const struct purge_clock *clock, int64_t *ret)
{
	const struct db_value in[] = { expired_by(clock), unused_since(clock), { 0 } };

	return read_one_number(db, OPERATOR_SESSION_COUNT, in, ret);
}

void
purge_kept_since(int64_t now, int64_t retention_days, char ret[static CLOCK_DATE_MAX + 1])
{
	ret[0] = '\0';
	if (retention_days > 0)
		clock_date_japan(now - retention_days * PURGE_DAY_S, ret);
}

static enum result
count_former_members(struct db *db, const struct purge_clock *clock, int64_t *ret)
{
	char kept_since[CLOCK_DATE_MAX + 1];

	purge_kept_since(clock->now, clock->retention_days, kept_since);
	if (kept_since[0] == '\0')
		return OK;
	const struct db_value in[] = { db_text("kept_since", kept_since), { 0 } };

	return read_one_number(db, OPERATOR_FORMER_MEMBERS_COUNT, in, ret);
}

enum result
purge_count(
    struct db *db, enum purge_rule name, const struct purge_clock *clock, uint64_t *ret_rows)
{
	const struct age_rule *rule = age_rule_of(name);
	int64_t count = 0;

	if (name == PURGE_SESSION)
		TRY(count_sessions(db, clock, &count));
	else if (name == PURGE_FORMER_MEMBER)
		TRY(count_former_members(db, clock, &count));
	else
		TRY(read_one_number(db, rule->count,
		    (const struct db_value[]){
			db_number("cutoff", clock->now - rule->age_s), { 0 } },
		    &count));
	*ret_rows = (uint64_t)count;
	return OK;
}

/* No index knows which sessions are unused: every refresh would have to write it. So all sessions
 * are looked at, a batch at a time. */
static enum result
delete_sessions(struct db *db, const struct purge_clock *clock, uint64_t *rows)
{
	struct batch_range range = { 0 };
	enum result result;

	while ((result = batch_next(db, OPERATOR_SESSIONS_NEXT, &range)) == OK) {
		const struct db_value in[] = {
			db_bytes("after", range.after, sizeof range.after),
			db_bytes("last", range.last, sizeof range.last),
			expired_by(clock),
			unused_since(clock),
			db_number("rows_max", BATCH_ROWS),
			{ 0 },
		};

		TRY(batch_repeat(db, OPERATOR_SESSION_PURGE, in, rows));
	}
	return result == NO_ROW ? OK : result;
}

/* The ids of a batch, as they are read. */
struct former_members_ctx {
	struct person_id row;
	struct roster_pair behind; /* the last that was read */
	struct former_members batch;
};

static enum result
append_former_member(void *context)
{
	struct former_members_ctx *ctx = context;

	if (ctx->batch.count == MEMBER_ERASE_AT_ONCE)
		return INTERNAL; /* more rows than the statement's LIMIT */
	ctx->batch.ids[ctx->batch.count++] = ctx->row;
	return OK;
}

static enum result
read_former_members(struct db *db, struct former_members_ctx *ctx)
{
	struct db_tx alone = db_alone(db);
	const struct roster_pair behind = ctx->behind;
	const struct db_value in[] = { db_text("kept_since", ctx->batch.kept_since),
		db_text("number", behind.number), db_text("symbol", behind.symbol),
		db_number("rows_max", MEMBER_ERASE_AT_ONCE), { 0 } };
	const struct db_slot out[] = { db_to_bytes(ctx->row.bytes, ID_SIZE),
		db_to_text(ctx->behind.number, sizeof ctx->behind.number),
		db_to_text(ctx->behind.symbol, sizeof ctx->behind.symbol), { 0 } };

	ctx->batch.count = 0;
	return db_rows(&alone, OPERATOR_FORMER_MEMBERS_NEXT, in, out, append_former_member, ctx);
}

/* Whoever is eligible again by the time stays, and is not read once more. */
static enum result
delete_former_members(struct db *db, const struct purge_clock *clock, uint64_t *rows)
{
	char kept_since[CLOCK_DATE_MAX + 1];
	struct former_members_ctx ctx = { .batch.kept_since = kept_since };

	purge_kept_since(clock->now, clock->retention_days, kept_since);
	if (kept_since[0] == '\0')
		return OK;
	do {
		size_t erased = 0;

		TRY(read_former_members(db, &ctx));
		TRY(member_erase_former(db, clock->act, &ctx.batch, &erased));
		*rows += erased;
	} while (ctx.batch.count == MEMBER_ERASE_AT_ONCE);
	return OK;
}

enum result
purge_delete(
    struct db *db, enum purge_rule name, const struct purge_clock *clock, uint64_t *ret_rows)
{
	const struct age_rule *rule = age_rule_of(name);

	*ret_rows = 0;
	if (name == PURGE_SESSION)
		return delete_sessions(db, clock, ret_rows);
	if (name == PURGE_FORMER_MEMBER)
		return delete_former_members(db, clock, ret_rows);
	const struct db_value in[] = { db_number("cutoff", clock->now - rule->age_s),
		db_number("rows_max", BATCH_ROWS), { 0 } };

	return batch_repeat(db, rule->delete, in, ret_rows);
}

enum result
purge_skew(struct db *db, int64_t now, int64_t *ret_skew_s)
{
	int64_t database_now = 0;

	TRY(read_one_number(db, OPERATOR_CLOCK, NULL, &database_now));
	*ret_skew_s = now - database_now;
	return OK;
}
