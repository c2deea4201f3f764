/* purge.c - what is deleted by age. */

#include "purge.h"

#include "batch.h"
#include "statements.h"

/* A rule whose condition is one time that an index knows. */
struct rule {
	int64_t age_s;
	enum operator_statement count;
	enum operator_statement delete;
};

/* NULL for the one that is not so. */
static const struct rule *
rule_of(enum purge_rule rule)
{
	/* clang-format off */
	static const struct rule rules[PURGE__MAX] = {
		/*                          older than               how many                        go */
		[PURGE_SPENT_TOKEN]        = { PURGE_SPENT_TOKEN_S,        OPERATOR_SPENT_TOKEN_COUNT,        OPERATOR_SPENT_TOKEN_PURGE },
		[PURGE_LIMIT_COUNTER]         = { PURGE_LIMIT_COUNTER_S,         OPERATOR_LIMIT_COUNT,         OPERATOR_LIMIT_PURGE },
		[PURGE_OUTBOX]          = { PURGE_OUTBOX_S,          OPERATOR_OUTBOX_COUNT,          OPERATOR_OUTBOX_PURGE },
		[PURGE_AUDIT_OF_NOBODY] = { PURGE_AUDIT_OF_NOBODY_S, OPERATOR_AUDIT_OF_NOBODY_COUNT, OPERATOR_AUDIT_OF_NOBODY_PURGE },
		[PURGE_AUDIT_EVENT]     = { PURGE_AUDIT_S,           OPERATOR_AUDIT_EVENT_COUNT,     OPERATOR_AUDIT_EVENT_PURGE },
	};
	/* clang-format on */
	return rule != PURGE_SESSION ? &rules[rule] : NULL;
}

const char *
purge_table(enum purge_rule rule)
{
#define PURGE_TABLE_(name, table) [name] = (table),
	static const char *const tables[PURGE__MAX] = { PURGE_LIST(PURGE_TABLE_) };
#undef PURGE_TABLE_
	return tables[rule];
}

/* One number that a statement reads. */
struct reading {
	enum operator_statement statement;
	const struct db_value *in;
	int64_t number;
};

static enum result
read_number(struct db_tx *tx, void *context)
{
	struct reading *reading = context;
	const struct db_slot out[] = { db_to_number(&reading->number), { 0 } };

	return db_row(tx, reading->statement, reading->in, out);
}

enum result
purge_count(
    struct db *db, enum purge_rule name, const struct purge_clock *clock, uint64_t *ret_rows)
{
	const struct rule *rule = rule_of(name);
	const struct db_value old[] = { db_number_at(clock->now - (rule != NULL ? rule->age_s : 0)),
		{ 0 } };
	const int64_t over_since = clock->now - PURGE_MARGIN_S;
	const struct db_value over[] = { db_number_at(over_since),
		db_number_at(over_since - clock->session_idle_s), { 0 } };
	struct reading reading = {
		.statement = rule != NULL ? rule->count : OPERATOR_SESSION_COUNT,
		.in = rule != NULL ? old : over,
	};

	TRY(db_each_committed(db, read_number, &reading));
	*ret_rows = (uint64_t)reading.number;
	return OK;
}

/* No index knows which logins are idle: every refresh would have to write it. So all of them are
 * looked at, a stretch at a time. */
static enum result
delete_sessions(struct db *db, const struct purge_clock *clock, uint64_t *ret_rows)
{
	const int64_t over_since = clock->now - PURGE_MARGIN_S;
	struct batch_stretch stretch = { 0 };
	enum result result;

	while ((result = batch_next(db, OPERATOR_SESSIONS_NEXT, &stretch)) == OK) {
		const struct db_value in[] = {
			db_bytes_at(stretch.after, sizeof stretch.after),
			db_bytes_at(stretch.last, sizeof stretch.last),
			db_number_at(over_since),
			db_number_at(over_since - clock->session_idle_s),
			db_number_at(BATCH_ROWS),
			{ 0 },
		};

		TRY(batch_repeat(db, OPERATOR_SESSION_PURGE, in, ret_rows));
	}
	return result == NO_ROW ? OK : result;
}

enum result
purge_delete(
    struct db *db, enum purge_rule name, const struct purge_clock *clock, uint64_t *ret_rows)
{
	const struct rule *rule = rule_of(name);

	*ret_rows = 0;
	if (rule == NULL)
		return delete_sessions(db, clock, ret_rows);
	const struct db_value in[] = { db_number_at(clock->now - rule->age_s),
		db_number_at(BATCH_ROWS), { 0 } };

	return batch_repeat(db, rule->delete, in, ret_rows);
}

enum result
purge_skew(struct db *db, int64_t now, int64_t *ret_skew_s)
{
	struct reading reading = { .statement = OPERATOR_CLOCK };

	TRY(db_each_committed(db, read_number, &reading));
	*ret_skew_s = now - reading.number;
	return OK;
}
