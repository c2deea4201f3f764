/* mailer.c - the workers that send what the outbox owes: claim, mint, render, send, settle. */

#include "mailer.h"

#include "account.h"
#include "bounds.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "mail_text.h"
#include "log.h"
#include "mailed_link.h"
#include "outbox.h"
#include "secret.h"
#include "stage.h"
#include "text.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Well above SMTP's whole deadline, also where two servers of a cluster tell the time: a lease that
 * ends means a worker that died. */
#define LEASE_S     (60 + CLOCK_SKEW_S)
#define TICK_MS     1000 /* how often an unwoken worker looks */
#define STACK_BYTES ((size_t)512 * 1024)

/* One thread and what it alone uses: too big for a stack, so allocated with the mailer. */
struct worker {
	struct mailer *mailer;
	pthread_t thread;
	struct worker_id owner; /* of its leases */
	struct smtp *smtp;
	struct outbox_mail mail;
	struct mail rendered;
	struct account_login_ids login_ids; /* of MAIL_LOGIN_IDS */
	char token[TOKEN_MAX + 1];
	char link[MAILED_LINK_MAX + 1];
};

struct mailer {
	struct mailer_options options;
	pthread_mutex_t mutex; /* guards the next three */
	pthread_cond_t woken;
	uint64_t wakes;
	bool stopping;
	struct mailer_totals totals;
	unsigned workers;
	struct worker worker[];
};

/* What a try came to. */
struct verdict {
	enum outbox_state state; /* OUTBOX_PENDING: again in wait_s */
	int64_t wait_s;
	char error[SMTP_ERROR_MAX + 1];
};

/* Pause after the n-th try; a mail that outlives the table is dead. */
static const int64_t pauses_s[] = { 5, 15, 60, 300, 900, 1800, 3600, 7200 };

/* The stage of the token in a letter; STAGE_NONE: it has no link. */
static enum stage
stage_of(enum mail_kind kind)
{
	switch (kind) {
	case MAIL_INVITATION:
		return STAGE_IDENTITY;
	case MAIL_SECOND_LINK:
		return STAGE_AUTHENTICATION_KEY;
	case MAIL_EMAIL_CONFIRMATION:
		return STAGE_EMAIL_CONFIRMATION;
	case MAIL_PASSWORD_RESET:
		return STAGE_PASSWORD_RESET;
	case MAIL_NONE:
	case MAIL_ALREADY_REGISTERED:
	case MAIL_COMPLETION:
	case MAIL_EMAIL_CHANGED:
	case MAIL_LOGIN_IDS:
	case MAIL_PASSWORD_CHANGED:
	case MAIL_LOGIN_ID_CHANGED:
	case MAIL_LOGIN_AFTER_FAILURES:
	case MAIL_LEFT:
	case MAIL_EMAIL_CHANGE_ASKED:
	case MAIL_KIND__MAX:
		return STAGE_NONE;
	}
	return STAGE_NONE;
}

/* The token rides in the fragment, which no server and no log ever sees (ASVS 14.2.1). */
static enum result
mint_link(struct worker *w)
{
	const struct outbox_mail *mail = &w->mail;
	const enum stage stage = stage_of(mail->kind);
	CLEANUP(stage_claims_wipe)
	struct stage_claims claims = {
		.stage = stage,
		.issued_at = mail->created_at,
		.expires_at = mail->expires_at,
	};

	w->link[0] = '\0';
	if (stage == STAGE_NONE)
		return OK;
	claims.jti = mail->jti;
	claims.subject = mail->subject;
	text_copy_cut(claims.email, sizeof claims.email, mail->email);
	text_copy_cut(claims.language, sizeof claims.language, mail->language);
	TRY(stage_seal(w->mailer->options.keyring, &claims, w->token));
	const bool fits = text_format(w->link, sizeof w->link, "%s%s#token=%s",
	    w->mailer->options.portal_url, stage_rule(stage)->portal_path, w->token);
	return fits ? OK : INTERNAL;
}

_Static_assert(sizeof((struct worker *)0)->link > TOKEN_MAX, "a link has room for its token");
_Static_assert(ACCOUNT_LOGIN_IDS_MAX == MAIL_LOGIN_IDS_MAX, "what is found fits a letter");

static enum result
render(struct worker *w)
{
	const struct mailer_options *o = &w->mailer->options;
	const struct outbox_mail *mail = &w->mail;
	const bool english = strcmp(mail->language, "en") == 0;
	const char *domain = strrchr(o->smtp.from, '@');
	char id[2 * ID_SIZE + 1];
	char message_id[MESSAGE_ID_MAX + 1];
	const char *login_ids[ACCOUNT_LOGIN_IDS_MAX + 1] = { NULL };

	TRY(mint_link(w));
	for (size_t i = 0; i < w->login_ids.count; i++)
		login_ids[i] = w->login_ids.ids[i];
	text_hex(mail->id.bytes, sizeof mail->id.bytes, id);
	if (!text_format(message_id, sizeof message_id, "%s%.90s", id,
		domain != NULL ? domain : "@localhost"))
		return INTERNAL;
	const struct mail_facts facts = {
		.kind = mail->kind,
		.to = mail->email,
		.language = mail->language,
		.society_name = english ? o->society_name_en : o->society_name_ja,
		.portal_url = o->portal_url,
		.link = w->link,
		.link_lives_s = mail->expires_at - mail->created_at,
		.nickname = mail->nickname,
		.login_ids = login_ids,
		.happened_at = mail->created_at,
		.message_id = message_id,
		.date = clock_now(),
	};
	return mail_text_render(&facts, &w->rendered);
}

static struct verdict
again_later(int64_t tries)
{
	if (tries > (int64_t)LENGTH(pauses_s))
		return (struct verdict){ .state = OUTBOX_DEAD };
	return (struct verdict){ .state = OUTBOX_PENDING,
		.wait_s = pauses_s[tries < 1 ? 0 : tries - 1] };
}

/* Sends the claimed mail, or finds why not. */
static struct verdict
try_mail(struct worker *w)
{
	struct verdict verdict = { .state = OUTBOX_SENT };
	char error[SMTP_ERROR_MAX + 1] = "";

	if (w->mail.kind == MAIL_NONE)
		return (struct verdict){ .state = OUTBOX_DROPPED };
	if (clock_is_over(w->mail.expires_at, clock_now()))
		return (struct verdict){ .state = OUTBOX_DROPPED, .error = "expired" };
	if (render(w) != OK)
		return (struct verdict){ .state = OUTBOX_DEAD, .error = "could not be written" };
	switch (smtp_send(w->smtp, &w->rendered, error)) {
	case SMTP_SENT:
		break;
	case SMTP_LATER:
		verdict = again_later(w->mail.tries);
		break;
	case SMTP_REJECTED:
		verdict.state = OUTBOX_DEAD;
		break;
	}
	text_copy_cut(verdict.error, sizeof verdict.error, error);
	return verdict;
}

static void
count(struct mailer *mailer, const struct verdict *verdict)
{
	pthread_mutex_lock(&mailer->mutex);
	switch (verdict->state) {
	case OUTBOX_PENDING:
		mailer->totals.later++;
		break;
	case OUTBOX_SENT:
		mailer->totals.sent++;
		break;
	case OUTBOX_DEAD:
		mailer->totals.dead++;
		break;
	case OUTBOX_DROPPED:
		mailer->totals.dropped++;
		break;
	}
	pthread_mutex_unlock(&mailer->mutex);
}

/* The operator hears of mails that fail, by id. */
static void
report(const struct worker *w, const struct verdict *verdict)
{
	char id[2 * ID_SIZE + 1];

	if (verdict->state == OUTBOX_SENT || verdict->error[0] == '\0')
		return;
	text_hex(w->mail.id.bytes, sizeof w->mail.id.bytes, id);
	log_event(verdict->state == OUTBOX_PENDING ? "mail_later" : "mail_not_sent",
	    (const struct log_value[]){ log_text("mail", id), log_int("kind", w->mail.kind),
		log_int("tries", w->mail.tries), log_text("error", verdict->error), { 0 } });
}

/* One due mail and the worker that wants it, for the bodies below. */
struct mail_ctx {
	struct worker *worker;
	struct mail_id id;
	struct verdict verdict;
};

static enum result
claim_tx(struct db_tx *tx, void *context)
{
	struct mail_ctx *mail_ctx = context;

	struct worker *w = mail_ctx->worker;

	TRY(outbox_claim(tx, mail_ctx->id, w->owner, LEASE_S));
	TRY(outbox_read(tx, mail_ctx->id, &w->mail));
	w->login_ids.count = 0;
	if (w->mail.kind == MAIL_LOGIN_IDS)
		return account_login_ids(tx, w->mail.email, &w->login_ids);
	return mailed_link_address(tx, clock_now(), &w->mail);
}

static enum result
finish_tx(struct db_tx *tx, void *context)
{
	const struct mail_ctx *mail_ctx = context;
	const struct verdict *verdict = &mail_ctx->verdict;
	const struct worker_id owner = mail_ctx->worker->owner;

	if (verdict->state == OUTBOX_PENDING)
		return outbox_retry(tx, mail_ctx->id, owner, verdict->wait_s, verdict->error);
	return outbox_finish(tx, mail_ctx->id, owner, verdict->state, verdict->error, clock_now());
}

static void
wipe(struct worker *w)
{
	outbox_mail_wipe(&w->mail);
	secret_wipe_bytes(&w->rendered, sizeof w->rendered);
	secret_wipe_bytes(&w->login_ids, sizeof w->login_ids);
	secret_wipe_bytes(w->token, sizeof w->token);
	secret_wipe_bytes(w->link, sizeof w->link);
}

static void
send_one(struct worker *w, struct mail_id id)
{
	struct mail_ctx mail_ctx = { .worker = w, .id = id };

	if (db_each_committed(w->mailer->options.db, claim_tx, &mail_ctx) != OK)
		return;
	mail_ctx.verdict = try_mail(w);
	report(w, &mail_ctx.verdict);
	count(w->mailer, &mail_ctx.verdict);
	/* Not settled: the lease ends and the mail goes out again, under the same Message-ID. */
	if (db_each_committed(w->mailer->options.db, finish_tx, &mail_ctx) != OK)
		log_event("mail_not_finished",
		    (const struct log_value[]){ log_int("kind", w->mail.kind), { 0 } });
	wipe(w);
}

static enum result
due_tx(struct db_tx *tx, void *context)
{
	return outbox_due(tx, context);
}

static bool
is_stopping(struct mailer *mailer)
{
	pthread_mutex_lock(&mailer->mutex);
	const bool stopping = mailer->stopping;
	pthread_mutex_unlock(&mailer->mutex);
	return stopping;
}

/* Sends what is due now. True: the list was full, there may be more. */
static bool
send_due(struct worker *w)
{
	struct outbox_due due = { .count = 0 };

	if (db_each_committed(w->mailer->options.db, due_tx, &due) != OK)
		return false;
	for (size_t i = 0; i < due.count && !is_stopping(w->mailer); i++)
		send_one(w, due.ids[i]);
	return due.count == OUTBOX_DUE_MAX;
}

/* Sleeps until the next tick, a wake since `*seen`, or the end. False: the end. */
static bool
wait_for_work(struct mailer *mailer, uint64_t *seen)
{
	const struct timespec until = clock_monotonic_in(TICK_MS);

	pthread_mutex_lock(&mailer->mutex);
	while (!mailer->stopping && mailer->wakes == *seen)
		if (pthread_cond_timedwait(&mailer->woken, &mailer->mutex, &until) != 0)
			break;
	*seen = mailer->wakes;
	const bool go_on = !mailer->stopping;
	pthread_mutex_unlock(&mailer->mutex);
	return go_on;
}

static void *
work(void *context)
{
	struct worker *w = context;
	uint64_t seen = 0;

	do {
		while (send_due(w) && !is_stopping(w->mailer))
			;
	} while (wait_for_work(w->mailer, &seen));
	return NULL;
}

static bool
start_worker(struct mailer *mailer, struct worker *w)
{
	pthread_attr_t attributes;

	w->mailer = mailer;
	secret_random(w->owner.bytes, sizeof w->owner.bytes);
	w->smtp = smtp_open(&mailer->options.smtp);
	if (w->smtp == NULL)
		return false;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	const bool started = pthread_create(&w->thread, &attributes, work, w) == 0;
	pthread_attr_destroy(&attributes);
	if (!started)
		smtp_close(w->smtp);
	return started;
}

struct mailer *
mailer_open(const struct mailer_options *options)
{
	pthread_condattr_t monotonic;
	struct mailer *mailer = calloc(
	    1, sizeof *mailer + options->workers * sizeof(struct worker));

	if (mailer == NULL)
		return NULL;
	mailer->options = *options;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&mailer->woken, &monotonic);
	pthread_condattr_destroy(&monotonic);
	pthread_mutex_init(&mailer->mutex, NULL);
	for (; mailer->workers < options->workers; mailer->workers++) {
		if (start_worker(mailer, &mailer->worker[mailer->workers]))
			continue;
		mailer_close(mailer);
		return NULL;
	}
	return mailer;
}

void
mailer_close(struct mailer *mailer)
{
	if (mailer == NULL)
		return;
	pthread_mutex_lock(&mailer->mutex);
	mailer->stopping = true;
	pthread_cond_broadcast(&mailer->woken);
	pthread_mutex_unlock(&mailer->mutex);
	for (unsigned i = 0; i < mailer->workers; i++) {
		pthread_join(mailer->worker[i].thread, NULL);
		smtp_close(mailer->worker[i].smtp);
	}
	pthread_cond_destroy(&mailer->woken);
	pthread_mutex_destroy(&mailer->mutex);
	free(mailer);
}

void
mailer_wake(struct mailer *mailer)
{
	if (mailer == NULL)
		return;
	pthread_mutex_lock(&mailer->mutex);
	mailer->wakes++;
	pthread_cond_signal(&mailer->woken);
	pthread_mutex_unlock(&mailer->mutex);
}

void
mailer_totals(struct mailer *mailer, struct mailer_totals *ret)
{
	pthread_mutex_lock(&mailer->mutex);
	*ret = mailer->totals;
	pthread_mutex_unlock(&mailer->mutex);
}
