/* outbox_support.c - what the operator sees of the mails, and does to them. */

#include "outbox_support.h"

#include "clock.h"
#include "outbox.h"
#include "secret.h"
#include "statements.h"

/* A row, and what an act on it needs. */
struct outbox_row {
	struct outbox_entry entry;
	struct account_id account_id;
	struct person_id person_id;
	int64_t kind, state, wait_s, held;
	char email[EMAIL_MAX + 1];
};

/* The columns of SQL_MAIL_SEEN. */
#define ROW_SLOTS 17

static void
row_slots(struct outbox_row *row, struct db_slot ret[static ROW_SLOTS])
{
	struct outbox_entry *const entry = &row->entry;
	const struct db_slot slots[ROW_SLOTS] = {
		db_to_bytes(entry->id.bytes, sizeof entry->id.bytes),
		db_to_number(&row->kind),
		db_to_number(&row->state),
		db_to_text(row->email, sizeof row->email),
		db_to_text(entry->language, sizeof entry->language),
		db_to_number(&entry->created_at),
		db_to_number(&entry->link_ends_at),
		db_to_number(&row->wait_s),
		db_to_number(&entry->finished_at),
		db_to_number(&entry->tries),
		db_to_number(&entry->relay_failures),
		db_to_number(&entry->unconfirmed),
		db_to_number(&row->held),
		db_to_text(entry->error, sizeof entry->error),
		db_to_bytes(row->account_id.bytes, sizeof row->account_id.bytes),
		db_to_bytes(row->person_id.bytes, sizeof row->person_id.bytes),
		{ 0 },
	};

	for (size_t i = 0; i < ROW_SLOTS; i++)
		ret[i] = slots[i];
}

/* Completes the entry from what was read, and wipes the address. A link that has no life of its own
 * is none (outbox_mail_to()). */
static void
finish_row(struct outbox_row *row)
{
	struct outbox_entry *const entry = &row->entry;

	entry->kind = (enum mail_kind)row->kind;
	entry->state = (enum outbox_state)row->state;
	entry->held = row->held != 0;
	entry->next_try_at = entry->state == OUTBOX_PENDING ? clock_now() + row->wait_s : 0;
	if (entry->link_ends_at <= entry->created_at)
		entry->link_ends_at = 0;
	entry->to[0] = '\0';
	if (row->email[0] != '\0')
		email_mask(row->email, entry->to);
	secret_wipe_bytes(row->email, sizeof row->email);
}

/* Reading -------------------------------------------------------------------------------------- */

struct list_ctx {
	struct outbox_row row;
	enum result (*each)(const struct outbox_entry *, void *);
	void *context;
};

static enum result
list_one(void *context)
{
	struct list_ctx *const ctx = context;

	finish_row(&ctx->row);
	return ctx->each(&ctx->row.entry, ctx->context);
}

enum result
outbox_support_list(const struct app *app, const struct outbox_filter *filter,
    enum result (*each)(const struct outbox_entry *, void *), void *context)
{
	struct db_tx alone = db_alone(app->db);
	struct list_ctx ctx = { .each = each, .context = context };
	const bool every_kind = filter->kind == MAIL_NONE;
	struct db_slot out[ROW_SLOTS];
	const struct db_value in[] = {
		db_number("first_state", filter->states[0]),
		db_number("second_state", filter->states[1]),
		db_number("first_kind", every_kind ? MAIL_NONE + 1 : filter->kind),
		db_number("last_kind", every_kind ? MAIL_KIND__MAX : filter->kind),
		db_number("since", filter->since),
		db_number("until", filter->until),
		db_number("rows_max", filter->rows_max),
		{ 0 },
	};

	row_slots(&ctx.row, out);
	return db_rows(&alone, OPERATOR_MAIL_LIST, in, out, list_one, &ctx);
}

static enum result
read_row(
    struct db_tx *tx, enum operator_statement statement, struct mail_id id, struct outbox_row *ret)
{
	const struct db_value in[] = { db_bytes("mail_id", id.bytes, sizeof id.bytes), { 0 } };
	struct db_slot out[ROW_SLOTS];

	row_slots(ret, out);
	TRY(db_row(tx, statement, in, out));
	finish_row(ret);
	return OK;
}

enum result
outbox_support_read(const struct app *app, struct mail_id id, struct outbox_entry *ret)
{
	struct db_tx alone = db_alone(app->db);
	struct outbox_row row = { .kind = MAIL_NONE };

	TRY(read_row(&alone, OPERATOR_MAIL_READ, id, &row));
	*ret = row.entry;
	return row.entry.kind != MAIL_NONE ? OK : NO_ROW;
}

/* One mail ------------------------------------------------------------------------------------- */

/* After this moment the mailer drops it, whatever replica's clock it asks. */
static int64_t
sent_until(int64_t created_at)
{
	return created_at + OUTBOX_MAIL_LIVES_S;
}

static enum outbox_answer
may_be_changed(const struct outbox_entry *entry, int64_t now)
{
	(void)now;
	if (entry->kind == MAIL_NONE)
		return OUTBOX_NOT_THERE;
	if (entry->state != OUTBOX_PENDING && entry->state != OUTBOX_DEAD)
		return OUTBOX_IS_FINISHED;
	return entry->held ? OUTBOX_HELD : OUTBOX_ACTED;
}

static enum outbox_answer
may_be_sent(const struct outbox_entry *entry, int64_t now)
{
	const enum outbox_answer answer = may_be_changed(entry, now);

	if (answer != OUTBOX_ACTED)
		return answer;
	if (entry->to[0] == '\0')
		return OUTBOX_IS_FINISHED;
	if (entry->unconfirmed >= OUTBOX_COPIES_MAX)
		return OUTBOX_ALL_COPIES;
	return now > sent_until(entry->created_at) ? OUTBOX_TOO_OLD : OUTBOX_ACTED;
}

/* What can be done to one mail. */
struct mail_action {
	enum operator_statement statement;
	enum audit_event_kind event;
	bool finishes; /* and its statement has :now */
	enum outbox_answer (*answer)(const struct outbox_entry *, int64_t now);
};

static const struct mail_action retry_action = { OPERATOR_MAIL_RETRY, AUDIT_MAIL_RETRIED, false,
	may_be_sent };
static const struct mail_action drop_action = { OPERATOR_MAIL_DROP, AUDIT_MAIL_DROPPED, true,
	may_be_changed };

struct mail_action_ctx {
	const struct mail_action *action;
	const struct operator_act *act;
	struct mail_id id;
	enum outbox_answer answer;
};

/* The row is locked until all of it is done: a worker cannot claim it meanwhile. In a second run it
 * may be what the first made of it; then the event is there already. */
static enum result
act_on_mail_tx(struct db_tx *tx, void *context)
{
	struct mail_action_ctx *const ctx = context;
	struct outbox_row row = { .kind = MAIL_NONE };
	const struct db_value in[] = { db_bytes("mail_id", ctx->id.bytes, sizeof ctx->id.bytes),
		ctx->action->finishes ? db_number("now", ctx->act->now) : (struct db_value){ 0 },
		{ 0 } };

	ctx->answer = OUTBOX_NOT_THERE;
	TRY(read_row(tx, OPERATOR_MAIL_LOCK, ctx->id, &row));
	const enum outbox_answer answer = ctx->action->answer(&row.entry, ctx->act->now);
	ctx->answer = answer;
	if (answer != OUTBOX_ACTED && !db_may_be_committed(tx))
		return OK;
	const enum result recorded = operator_act_record(
	    tx, ctx->act, ctx->action->event, row.account_id, row.person_id);
	if (recorded == DUPLICATE)
		ctx->answer = OUTBOX_ACTED;
	if (recorded != OK)
		return recorded == DUPLICATE ? OK : recorded;
	if (answer != OUTBOX_ACTED)
		return NO_ROW;
	return db_change(tx, ctx->action->statement, in, NULL);
}

static enum result
act_on_mail(const struct app *app, const struct mail_action *action, const struct operator_act *act,
    struct mail_id id, enum outbox_answer *ret)
{
	struct mail_action_ctx ctx = { .action = action, .act = act, .id = id };
	const enum result result = db_transaction(app->db, act_on_mail_tx, &ctx);

	if (result != OK && result != NO_ROW)
		return result;
	*ret = ctx.answer;
	return OK;
}

enum result
outbox_support_retry(const struct app *app, const struct operator_act *act, struct mail_id id,
    enum outbox_answer *ret)
{
	return act_on_mail(app, &retry_action, act, id, ret);
}

enum result
outbox_support_drop(const struct app *app, const struct operator_act *act, struct mail_id id,
    enum outbox_answer *ret)
{
	return act_on_mail(app, &drop_action, act, id, ret);
}

/* Many mails ----------------------------------------------------------------------------------- */

struct mails_ctx {
	const struct operator_act *act;
	enum audit_event_kind event;
	enum operator_statement statement;
	const struct db_value *in;
	uint64_t mails;
};

/* In a second run after a lost COMMIT the event is there already, and the count is the first's. */
static enum result
act_on_mails_tx(struct db_tx *tx, void *context)
{
	struct mails_ctx *const ctx = context;
	const enum result recorded = operator_act_record(
	    tx, ctx->act, ctx->event, no_account, no_person);

	if (recorded != OK)
		return recorded == DUPLICATE ? OK : recorded;
	return db_change(tx, ctx->statement, ctx->in, &ctx->mails);
}

static enum result
act_on_mails(const struct app *app, struct mails_ctx *ctx, uint64_t *ret_mails)
{
	TRY(db_transaction(app->db, act_on_mails_tx, ctx));
	*ret_mails = ctx->mails;
	return OK;
}

enum result
outbox_support_retry_dead(const struct app *app, const struct operator_act *act,
    enum mail_kind kind, uint64_t *ret_mails, uint64_t *ret_left)
{
	struct db_tx alone = db_alone(app->db);
	const struct db_value first = db_number("first_kind", kind == MAIL_NONE ? 1 : kind);
	const struct db_value last = db_number(
	    "last_kind", kind == MAIL_NONE ? MAIL_KIND__MAX : kind);
	const struct db_value in[] = { first, last,
		db_number("asked_after", act->now - OUTBOX_MAIL_LIVES_S),
		db_number("copies_max", OUTBOX_COPIES_MAX), { 0 } };
	const struct db_value of_kind[] = { first, last, { 0 } };
	struct mails_ctx ctx = { act, AUDIT_MAIL_RETRIED, OPERATOR_MAILS_RETRY_DEAD, in, 0 };
	int64_t left = 0;
	const struct db_slot out[] = { db_to_number(&left), { 0 } };

	TRY(act_on_mails(app, &ctx, ret_mails));
	TRY(db_row(&alone, OPERATOR_MAILS_DEAD_COUNT, of_kind, out));
	*ret_left = (uint64_t)left;
	return OK;
}

enum result
outbox_support_flush(const struct app *app, const struct operator_act *act, uint64_t *ret_mails)
{
	const struct db_value in[] = { { 0 } };
	struct mails_ctx ctx = { act, AUDIT_OUTBOX_FLUSHED, OPERATOR_MAILS_FLUSH, in, 0 };

	return act_on_mails(app, &ctx, ret_mails);
}
