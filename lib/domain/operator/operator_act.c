/* operator_act.c - what an operator does, by whom and why. */

#include "operator_act.h"

#include "clock.h"
#include "secret.h"
#include "statements.h"
#include "text.h"
#include "unicode.h"

#include <string.h>

static struct client
operator_client(void)
{
	struct client client = { .source = "operator", .network = "operator" };

	secret_random(client.request_id.bytes, sizeof client.request_id.bytes);
	return client;
}

/* Is it 1 to `max` characters, all of which are seen? (unicode_code_points() is 0 for what is not
 * UTF-8.) */
static bool
is_one_line(const char *text, size_t max)
{
	const size_t length = unicode_code_points(text);

	return length >= 1 && length <= max && !unicode_has_invisible(text);
}

const char *
operator_act_begin(const char *operator, const char * reason, struct operator_act *ret)
{
	struct operator_act act = { .client = operator_client(), .now = clock_now() };

	if (!text_copy(act.operator, sizeof act.operator, operator) ||
	    !is_one_line(act.operator, OPERATOR_NAME_MAX))
		return "the operator's name must be 1-80 characters";
	if (!text_copy(act.reason, sizeof act.reason, reason))
		return "the reason must be 1-200 characters in one line";
	const char *trimmed = unicode_trim(act.reason);
	memmove(act.reason, trimmed, strlen(trimmed) + 1);
	if (!is_one_line(act.reason, OPERATOR_REASON_MAX))
		return "the reason must be 1-200 characters in one line";
	*ret = act;
	return NULL;
}

enum result
operator_act_record(struct db_tx *tx, const struct operator_act *act, enum audit_event_kind kind,
    struct account_id account_id, struct person_id person_id)
{
	const struct audit_event event = audit_event_of(
	    &act->client, kind, act->now, account_id, person_id);
	struct db_values in = { { db_text("operator", act->operator),
	    db_text("reason", act->reason) } };

	audit_params(&event, &in);
	const enum result written = db_change(tx, OPERATOR_AUDIT_INSERT, in.list, NULL);
	return written == DUPLICATE && !db_may_be_committed(tx) ? INTERNAL : written;
}

enum result
operator_act_record_alone(struct db *db, const struct operator_act *act, enum audit_event_kind kind)
{
	struct db_tx alone = db_alone(db);
	const struct audit_event event = audit_event_of(
	    &act->client, kind, act->now, no_account, no_person);
	struct db_values in = { { db_text("operator", act->operator),
	    db_text("reason", act->reason) } };

	audit_params(&event, &in);
	return db_insert_new(&alone, OPERATOR_AUDIT_INSERT, in.list);
}
