/* member_find.c - finds the member who is on the phone. */

#include "member_find.h"

#include "clock.h"
#include "db.h"
#include "email.h"
#include "insured_number.h"
#include "member_registration.h"
#include "secret.h"
#include "statements.h"
#include "text.h"

#include <string.h>

void
member_match_words(unsigned matches, char ret[static MEMBER_MATCHES_MAX + 1])
{
#define MEMBER_MATCH_WORD_(name, number, word) [number] = word,
	static const char *const words[] = { MEMBER_MATCH_LIST(MEMBER_MATCH_WORD_) };
#undef MEMBER_MATCH_WORD_
	char before[MEMBER_MATCHES_MAX + 1];

	ret[0] = '\0';
	for (unsigned i = 0; i < LENGTH(words); i++) {
		if (words[i] == NULL || (matches & 1U << i) == 0)
			continue;
		text_copy_cut(before, sizeof before, ret);
		if (!text_format(ret, MEMBER_MATCHES_MAX + 1, "%s%s%s", before,
			before[0] != '\0' ? ", " : "", words[i]))
			return;
	}
}

bool
member_query_read(const char *typed, struct member_query *ret)
{
	*ret = (struct member_query){ .email = "" };
	if (email_fold(typed, ret->email, sizeof ret->email) == FIELD_OK)
		return login_id_fold(typed, ret->login_id, sizeof ret->login_id) == FIELD_OK;
	return insured_number_fold(typed, ret->number, sizeof ret->number) == FIELD_OK;
}

void
member_query_wipe(struct member_query *query)
{
	secret_wipe_bytes(query, sizeof *query);
}

/* Accounts and persons ------------------------------------------------------------------------- */

struct find_ctx {
	int64_t match, eligible;
	char number[2 * INSURED_NUMBER_SIZE_MAX + 1];
	struct member_found row; /* the row that is being read */
	struct member_list *list;
};

/* The entry of an account that was found by something else already, or NULL. */
static struct member_found *
found_before(struct member_list *list, const struct account_id *account_id)
{
	for (size_t i = 0; i < list->count; i++)
		if (id_is(list->found[i].ids.account_id.bytes, account_id->bytes))
			return &list->found[i];
	return NULL;
}

static enum result
append_found(void *context)
{
	struct find_ctx *ctx = context;
	struct member_list *list = ctx->list;
	const bool has_account = ctx->row.state != 0;
	struct member_found *before = has_account ? found_before(list, &ctx->row.ids.account_id)
						  : NULL;

	if (before != NULL) {
		before->matches |= 1U << ctx->match;
		return OK;
	}
	list->more = list->count == MEMBER_FOUND_MAX;
	if (list->more)
		return OK;
	ctx->row.matches = 1U << ctx->match;
	ctx->row.eligible = ctx->eligible != 0;
	insured_number_mask(ctx->number, ctx->row.number);
	list->found[list->count++] = ctx->row;
	return OK;
}

static enum result
find_rows(const struct app *app, enum operator_statement statement, const struct db_value *in,
    struct member_list *list)
{
	struct db_tx alone = db_alone(app->db);
	struct find_ctx ctx = { .list = list };
	struct member_found *row = &ctx.row;
	const struct db_slot out[] = {
		db_to_number(&ctx.match),
		db_to_bytes(row->ids.account_id.bytes, ID_SIZE),
		db_to_bytes(row->ids.person_id.bytes, ID_SIZE),
		db_to_number(&row->state),
		db_to_number(&ctx.eligible),
		db_to_text(ctx.number, sizeof ctx.number),
		db_to_number(&row->created_at),
		{ 0 },
	};
	const enum result read = db_rows(&alone, statement, in, out, append_found, &ctx);

	secret_wipe_bytes(ctx.number, sizeof ctx.number);
	return read;
}

/* Appends the last registration that was begun with the address. One whose person has an account
 * by now is over. */
static enum result
append_registration(const struct app *app, const char *email, struct member_list *list)
{
	struct member_registration registration;
	const enum result read = member_registration_of_address(app, email, &registration);

	if (read != OK)
		return read == NO_ROW ? OK : read;
	if (registration.next == STAGE_NONE || list->count == MEMBER_FOUND_MAX)
		return OK;
	list->found[list->count++] = (struct member_found){
		.matches = 1U << MATCH_REGISTRATION,
		.ids = { .person_id = registration.person_id, .mail_id = registration.mail_id },
		.created_at = registration.asked_at,
	};
	return OK;
}

static enum result
find_address(const struct app *app, const struct member_query *query, const char *today,
    struct member_list *list)
{
	const struct db_value in[] = {
		db_text("today", today),
		db_text("login_id", query->login_id),
		db_text("email", query->email),
		db_number("rows_max", MEMBER_FOUND_MAX + 1),
		{ 0 },
	};

	TRY(find_rows(app, OPERATOR_FIND_ADDRESS, in, list));
	return append_registration(app, query->email, list);
}

static enum result
find_number(const struct app *app, const struct member_query *query, const char *today,
    struct member_list *list)
{
	const struct db_value in[] = {
		db_text("today", today),
		db_text("insured_number", query->number),
		db_number("rows_max", MEMBER_FOUND_MAX + 1),
		{ 0 },
	};

	return find_rows(app, OPERATOR_FIND_NUMBER, in, list);
}

enum result
member_find(const struct app *app, const struct member_query *query, struct member_list *ret)
{
	char today[CLOCK_DATE_MAX + 1];

	*ret = (struct member_list){ .count = 0 };
	clock_date_japan(clock_now(), today);
	return query->number[0] != '\0' ? find_number(app, query, today, ret)
					: find_address(app, query, today, ret);
}

/* Ids ------------------------------------------------------------------------------------------ */

static enum result
read_ids(const struct app *app, enum operator_statement statement, const struct db_value *in,
    const struct db_slot *out)
{
	struct db_tx alone = db_alone(app->db);

	return db_row(&alone, statement, in, out);
}

enum result
member_find_id(const struct app *app, const uint8_t id[static ID_SIZE], struct member_ids *ret)
{
	struct member_ids ids = { .account_id = no_account };
	const struct db_value in[] = { db_bytes("id", id, ID_SIZE), { 0 } };
	const struct db_slot out[] = { db_to_bytes(ids.account_id.bytes, ID_SIZE),
		db_to_bytes(ids.person_id.bytes, ID_SIZE), db_to_bytes(ids.mail_id.bytes, ID_SIZE),
		{ 0 } };

	TRY(read_ids(app, OPERATOR_FIND_ID, in, out));
	*ret = ids;
	return OK;
}

enum result
member_find_login_id(const struct app *app, const char *login_id, struct member_ids *ret)
{
	struct member_ids ids = { .account_id = no_account };
	const struct db_value in[] = { db_text("login_id", login_id), { 0 } };
	const struct db_slot out[] = { db_to_bytes(ids.account_id.bytes, ID_SIZE),
		db_to_bytes(ids.person_id.bytes, ID_SIZE), { 0 } };

	TRY(read_ids(app, OPERATOR_FIND_LOGIN_ID, in, out));
	*ret = ids;
	return OK;
}
