/* recovery.c - forgotten login ID, forgotten password: enqueues a mail, or a row that costs the
 * same. */

#include "recovery.h"

#include "audit.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "mail_interval.h"
#include "outbox.h"

enum result
recovery_login_ids(
    const struct app *app, const char *email, const char *language, struct error_info *error_info)
{
	CLEANUP(outbox_mail_wipe)
	struct outbox_mail mail = outbox_mail_to(MAIL_LOGIN_IDS, email, language, clock_now(), 0);

	return mail_interval_send(app, LIMIT_LOGIN_IDS_MAIL, &mail, error_info);
}

/* Forgotten password --------------------------------------------------------------------------- */

struct ask_reset_ctx {
	const char *login_id;
	struct mail_interval mail_interval;
	struct outbox_mail mail;
	struct audit_event event;
};

static void
ask_reset_ctx_wipe(struct ask_reset_ctx *ctx)
{
	outbox_mail_wipe(&ctx->mail);
}

/* The mailer looks up whose login ID it is when it sends: nothing here depends on that. */
static enum result
ask_reset_tx(struct db_tx *tx, void *context)
{
	struct ask_reset_ctx *ctx = context;

	TRY(audit_insert_for(tx, &ctx->event, ctx->login_id));
	return mail_interval_enqueue(tx, &ctx->mail_interval, &ctx->mail);
}

enum result
recovery_ask_reset(const struct app *app, const struct client *client, const char *login_id,
    struct error_info *error_info)
{
	const int64_t now = clock_now();
	CLEANUP(ask_reset_ctx_wipe)
	struct ask_reset_ctx ctx = {
		.login_id = login_id,
		.mail_interval = mail_interval_of_login_id(app, LIMIT_RESET_MAIL, login_id, now),
		.mail = outbox_mail_to(
		    MAIL_PASSWORD_RESET, login_id, "", now, app->password_reset_lives_s),
		.event = audit_event_of(
		    client, AUDIT_PASSWORD_RESET_ASKED, now, no_account, no_person),
	};

	secret_random(ctx.mail.jti.bytes, sizeof ctx.mail.jti.bytes);
	return mail_interval_run(app, &ctx.mail_interval, ask_reset_tx, &ctx, error_info);
}
