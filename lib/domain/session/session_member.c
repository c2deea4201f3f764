/* session_member.c - who holds an access token, and which sessions they list and end. */

#include "session.h"

#include "access_token.h"
#include "audit.h"
#include "clock.h"
#include "db.h"

#include <string.h>

/* Member --------------------------------------------------------------------------------------- */

static enum result
open_access_token(const struct app *app, const char *token, int64_t now, struct access_claims *ret)
{
	const enum result opened = access_token_open(app->access_keys, token, now, ret);

	if (opened == TOKEN_INVALID)
		return LOGIN_REQUIRED;
	return opened == TOKEN_EXPIRED ? ACCESS_EXPIRED : opened;
}

enum result
session_member(const struct app *app, const char *access_token, struct member *ret)
{
	const int64_t now = clock_now();
	const struct session_cutoff cutoff = session_cutoff_of(app, now);
	struct db_tx alone = db_alone(app->db);
	struct access_claims claims = { 0 };
	struct session_id id;

	TRY(open_access_token(app, access_token, now, &claims));
	memcpy(id.bytes, claims.sid, sizeof id.bytes);
	const enum result found = session_rows_member(
	    &alone, id, &cutoff, &ret->account, &ret->person);
	if (found != OK)
		return found == NO_ROW ? LOGIN_REQUIRED : found;
	if (memcmp(ret->account.id.bytes, claims.sub, sizeof claims.sub) != 0)
		return LOGIN_REQUIRED;
	ret->session_id = id;
	ret->auth_time = claims.auth_time;
	return OK;
}

void
member_wipe(struct member *member)
{
	secret_wipe_bytes(member, sizeof *member);
}

/* List ----------------------------------------------------------------------------------------- */

enum result
session_list(const struct app *app, const struct member *member, struct session_list *ret)
{
	const struct session_cutoff cutoff = session_cutoff_of(app, clock_now());
	struct db_tx alone = db_alone(app->db);

	return session_rows_list(&alone, member->account.id, &cutoff, ret);
}

/* End ------------------------------------------------------------------------------------------ */

struct end_session_ctx {
	const struct member *member;
	struct session_id session_id; /* of the one to end */
	struct audit_event event;
};

static enum result
end_session_tx(struct db_tx *tx, void *context)
{
	const struct end_session_ctx *ctx = context;

	TRY(session_rows_end(tx, ctx->session_id, ctx->member->account.id));
	return audit_insert(tx, &ctx->event);
}

static enum result
end_others_tx(struct db_tx *tx, void *context)
{
	const struct end_session_ctx *ctx = context;
	const struct member *member = ctx->member;

	TRY(session_rows_end_others(tx, member->account.id, member->session_id));
	return audit_insert(tx, &ctx->event);
}

static struct audit_event
member_event(const struct client *client, const struct member *member, enum audit_event_kind event)
{
	return audit_event_of(
	    client, event, clock_now(), member->account.id, member->account.person_id);
}

enum result
session_end(const struct app *app, const struct client *client, const struct member *member,
    struct session_id session_id)
{
	const bool is_own = memcmp(session_id.bytes, member->session_id.bytes, ID_SIZE) == 0;
	struct end_session_ctx ctx = {
		.member = member,
		.session_id = session_id,
		.event = member_event(
		    client, member, is_own ? AUDIT_LOGGED_OUT : AUDIT_SESSION_ENDED),
	};
	const enum result ended = db_transaction(app->db, end_session_tx, &ctx);

	if (ended != NO_ROW)
		return ended;
	return is_own ? OK : NOT_FOUND; /* its own was alive a moment ago, and has ended since */
}

enum result
session_end_others(const struct app *app, const struct client *client, const struct member *member)
{
	struct end_session_ctx ctx = {
		.member = member,
		.event = member_event(client, member, AUDIT_OTHER_SESSIONS_ENDED),
	};

	return db_transaction(app->db, end_others_tx, &ctx);
}
