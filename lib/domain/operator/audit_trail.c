/* audit_trail.c - reads the audit trail, for the operator. */

#include "audit_trail.h"

#include "statements.h"

#include <stdbool.h>

struct trail_ctx {
	size_t limit;
	struct audit_event row; /* the row that is being read */
	int64_t kind;           /* of its event */
	struct audit_event *events;
	size_t count;
};

static enum result
append_trail_row(void *context)
{
	struct trail_ctx *ctx = context;

	if (ctx->count == ctx->limit)
		return INTERNAL; /* more rows than the statement's LIMIT */
	ctx->row.kind = (enum audit_event_kind)ctx->kind;
	ctx->events[ctx->count++] = ctx->row;
	return OK;
}

enum result
audit_trail_read(struct db *db, const struct trail_filter *filter, struct audit_event *ret_events,
    size_t *ret_count)
{
	struct db_tx alone = db_alone(db);
	struct trail_ctx ctx = { .limit = filter->limit, .events = ret_events };
	struct audit_event *row = &ctx.row;
	const bool all = filter->account_id == NULL;
	const struct db_value in[] = {
		db_number("since", filter->since),
		db_number("rows_max", (int64_t)filter->limit),
		/* Of all accounts the list ends here. */
		all ? (struct db_value){ 0 } : db_bytes("account_id", filter->account_id, ID_SIZE),
		{ 0 },
	};
	const struct db_slot out[] = {
		db_to_number(&row->happened_at),
		db_to_number(&ctx.kind),
		db_to_bytes(row->account_id.bytes, sizeof row->account_id.bytes),
		db_to_text(row->network, sizeof row->network),
		db_to_bytes(row->request_id.bytes, sizeof row->request_id.bytes),
		{ 0 },
	};

	TRY(db_rows(&alone, all ? OPERATOR_TRAIL : OPERATOR_TRAIL_OF_ACCOUNT, in, out,
	    append_trail_row, &ctx));
	*ret_count = ctx.count;
	return OK;
}
