/* audit_trail.c - reads the audit trail, for the operator. */

#include "audit_trail.h"

#include "statements.h"
#include "text.h"

#include <string.h>

/* The bytes of a cursor's text: the time, big-endian, the request's id, the event. */
#define CURSOR_SIZE (TRAIL_CURSOR_TEXT / 2)
#define TIME_SIZE   8

void
trail_cursor_text(const struct trail_cursor *cursor, char ret[static TRAIL_CURSOR_TEXT + 1])
{
	uint8_t bytes[CURSOR_SIZE];

	for (size_t i = 0; i < TIME_SIZE; i++)
		bytes[i] = (uint8_t)((uint64_t)cursor->happened_at >> (8 * (TIME_SIZE - 1 - i)));
	memcpy(bytes + TIME_SIZE, cursor->request_id.bytes, REQUEST_ID_SIZE);
	bytes[CURSOR_SIZE - 1] = (uint8_t)cursor->event;
	text_hex(bytes, sizeof bytes, ret);
}

bool
trail_cursor_read(const char *text, struct trail_cursor *ret)
{
	uint8_t bytes[CURSOR_SIZE];
	uint64_t time = 0;

	if (!text_unhex(text, bytes, sizeof bytes) || bytes[0] > INT8_MAX)
		return false;
	for (size_t i = 0; i < TIME_SIZE; i++)
		time = time << 8 | bytes[i];
	ret->happened_at = (int64_t)time;
	memcpy(ret->request_id.bytes, bytes + TIME_SIZE, REQUEST_ID_SIZE);
	ret->event = bytes[CURSOR_SIZE - 1];
	return true;
}

struct trail_ctx {
	enum result (*each)(void *context, const struct trail_event *);
	void *context;
	size_t limit, count;
	struct trail_event row; /* the row that is being read */
};

/* The row behind the last one of the page only says that there are more. */
static enum result
pass_trail_row(void *context)
{
	struct trail_ctx *ctx = context;

	if (ctx->count++ == ctx->limit)
		return OK;
	return ctx->each(ctx->context, &ctx->row);
}

/* The statement of a filter, and the value of its own. */
static enum operator_statement
statement_of(const struct trail_filter *filter, struct db_value *ret)
{
	if (filter->account_id != NULL) {
		*ret = db_bytes("account_id", filter->account_id->bytes, ID_SIZE);
		return OPERATOR_TRAIL_OF_ACCOUNT;
	}
	if (filter->person_id != NULL) {
		*ret = db_bytes("person_id", filter->person_id->bytes, ID_SIZE);
		return OPERATOR_TRAIL_OF_PERSON;
	}
	if (filter->operator!= NULL) {
		*ret = db_text("operator", filter->operator);
		return OPERATOR_TRAIL_OF_OPERATOR;
	}
	*ret = (struct db_value){ 0 };
	return OPERATOR_TRAIL;
}

enum result
audit_trail_read(struct db *db, const struct trail_filter *filter,
    enum result (*each)(void *context, const struct trail_event *), void *context, bool *ret_more)
{
	static const struct trail_cursor newest = { .happened_at = INT64_MAX };
	struct db_tx alone = db_alone(db);
	struct trail_ctx ctx = { .each = each, .context = context, .limit = filter->limit };
	struct trail_event *row = &ctx.row;
	const struct trail_cursor *after = filter->after != NULL ? filter->after : &newest;
	/* What is newer than the cursor is not even read. */
	const bool pages = after->happened_at < filter->until;
	struct db_value own;
	const enum operator_statement statement = statement_of(filter, &own);
	const struct db_value in[] = {
		db_number("since", filter->since),
		db_number("until", pages ? after->happened_at + 1 : filter->until),
		db_number("after_time", after->happened_at),
		db_bytes("after_request_id", after->request_id.bytes, REQUEST_ID_SIZE),
		db_number("after_event", after->event),
		db_number("rows_max", (int64_t)filter->limit + 1),
		own,
		{ 0 },
	};
	const struct db_slot out[] = {
		db_to_number(&row->at.happened_at),
		db_to_number(&row->at.event),
		db_to_bytes(row->account_id.bytes, sizeof row->account_id.bytes),
		db_to_bytes(row->person_id.bytes, sizeof row->person_id.bytes),
		db_to_text(row->network, sizeof row->network),
		db_to_bytes(row->at.request_id.bytes, sizeof row->at.request_id.bytes),
		db_to_text(row->operator, sizeof row->operator),
		db_to_text(row->reason, sizeof row->reason),
		{ 0 },
	};

	TRY(db_rows(&alone, statement, in, out, pass_trail_row, &ctx));
	*ret_more = ctx.count > filter->limit;
	return OK;
}
