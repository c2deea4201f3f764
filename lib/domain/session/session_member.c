/* session_member.c - who holds an access token, and what they may do with their logins. */

#include "session.h"

#include "access_token.h"
#include "audit.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "session_tokens.h"

#include <string.h>

struct member_ctx {
	struct access_claims claims;
	struct session_clock clock;
	struct member *member;
};

static enum result
member_tx(struct db_tx *tx, void *context)
{
	struct member_ctx *member_ctx = context;
	struct member *member = member_ctx->member;

	struct session_id id;

	memcpy(id.bytes, member_ctx->claims.sid, sizeof id.bytes);
	return session_rows_member(
	    tx, id, &member_ctx->clock, &member->account, member->insured_number);
}

/* What a token that does not open is called here. */
static enum result
opened(enum result result)
{
	if (result == TOKEN_INVALID)
		return LOGIN_REQUIRED;
	return result == TOKEN_EXPIRED ? ACCESS_EXPIRED : result;
}

enum result
session_member(const struct app *p, const char *access_token, struct member *ret)
{
	const int64_t now = clock_now();
	char today[CLOCK_DATE_MAX + 1];
	struct member_ctx member_ctx = { .clock = session_clock_of(p, now, today), .member = ret };

	TRY(opened(access_token_open(p->access_keys, access_token, now, &member_ctx.claims)));
	const enum result found = db_each_committed(p->db, member_tx, &member_ctx);
	if (found != OK)
		return found == NO_ROW ? LOGIN_REQUIRED : found;
	if (memcmp(ret->account.id.bytes, member_ctx.claims.sub, sizeof member_ctx.claims.sub) != 0)
		return LOGIN_REQUIRED;
	memcpy(ret->session_id.bytes, member_ctx.claims.sid, sizeof ret->session_id.bytes);
	ret->auth_time = member_ctx.claims.auth_time;
	return OK;
}

void
member_wipe(struct member *member)
{
	secret_wipe_bytes(member, sizeof *member);
}

/* List, end --------------------------------------------------------------------------------- */

struct listing {
	const struct member *member;
	struct session_clock clock;
	struct session_list *list;
};

static enum result
list_tx(struct db_tx *tx, void *context)
{
	const struct listing *listing = context;

	return session_list(tx, listing->member->account.id, &listing->clock, listing->list);
}

enum result
session_list_of(const struct app *p, const struct member *member, struct session_list *ret)
{
	char today[CLOCK_DATE_MAX + 1];
	struct listing listing = {
		.member = member, .clock = session_clock_of(p, clock_now(), today), .list = ret
	};

	return db_each_committed(p->db, list_tx, &listing);
}

struct ending {
	const struct member *member;
	struct session_id session_id;
	struct audit_event event;
};

static enum result
end_tx(struct db_tx *tx, void *context)
{
	const struct ending *ending = context;

	TRY(session_rows_end(tx, ending->session_id, ending->member->account.id));
	return audit_insert(tx, &ending->event);
}

static enum result
end_others_tx(struct db_tx *tx, void *context)
{
	const struct ending *ending = context;
	const struct member *member = ending->member;

	TRY(session_rows_end_others(tx, member->account.id, member->session_id));
	return audit_insert(tx, &ending->event);
}

static struct audit_event
event_of(const struct client *client, const struct member *member, enum audit_event_kind what)
{
	return audit_event_of(
	    client, what, clock_now(), member->account.id, member->account.person_id);
}

enum result
session_end(const struct app *p, const struct client *client, const struct member *member,
    struct session_id session_id)
{
	const bool own = memcmp(session_id.bytes, member->session_id.bytes, ID_SIZE) == 0;
	struct ending ending = {
		.member = member,
		.session_id = session_id,
		.event = event_of(client, member, own ? AUDIT_LOGGED_OUT : AUDIT_SESSION_ENDED),
	};
	const enum result ended = db_transaction(p->db, end_tx, &ending);

	if (ended != NO_ROW)
		return ended;
	return own ? OK : NOT_FOUND; /* its own was alive a moment ago: it is over, as wished */
}

enum result
session_end_others(const struct app *p, const struct client *client, const struct member *member)
{
	struct ending ending = { .member = member,
		.event = event_of(client, member, AUDIT_OTHER_SESSIONS_ENDED) };

	return db_transaction(p->db, end_others_tx, &ending);
}
