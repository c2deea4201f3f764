/* mailer.c - the workers that send the pending mails of the outbox. */

#include "mailer.h"

#include "account.h"
#include "bounds.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "log.h"
#include "mail_text.h"
#include "mailed_link.h"
#include "outbox.h"
#include "secret.h"
#include "stage.h"
#include "text.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Well above the deadline of SMTP, also when the clocks of two servers of a cluster differ: a lease
 * that ends is that of a worker that died. */
#define LEASE_S     (60 + CLOCK_SKEW_S)
#define TICK_MS     1000 /* how often a worker asks for due mails when nothing wakes it */
#define STACK_BYTES ((size_t)512 * 1024)

/* One thread, and what it alone uses: too big for a stack, so allocated with the mailer. */
struct mail_worker {
	struct mailer *mailer;
	pthread_t thread;
	struct worker_id id; /* the owner of its leases */
	struct smtp *smtp;
	/* Of the mail it holds; wiped after each. */
	struct outbox_mail mail;
	struct account_login_ids login_ids; /* of a MAIL_LOGIN_IDS */
	char token[TOKEN_MAX + 1];
	char link[MAILED_LINK_MAX + 1]; /* "" where the mail has none */
	struct mail_message message;    /* the mail as it is sent */
	char error[SMTP_ERROR_MAX + 1]; /* of SMTP */
};

struct mailer {
	struct mailer_options options;
	pthread_mutex_t mutex; /* of the next four */
	pthread_cond_t woken;
	uint64_t wakes; /* calls of mailer_wake() so far */
	bool stopping;
	struct mailer_totals totals;
	unsigned workers; /* that run */
	struct mail_worker worker[];
};

/* The pause after the n-th try; a mail whose tries outnumber the pauses is dead. */
static const int64_t pauses_s[] = { 5, 15, 60, 300, 900, 1800, 3600, 7200 };

/* The stage of the token in a mail's link. Mails without a row have no link. */
static const enum stage link_stages[MAIL_KIND__MAX] = {
	[MAIL_INVITATION] = STAGE_IDENTITY,
	[MAIL_SECOND_LINK] = STAGE_AUTHENTICATION_KEY,
	[MAIL_EMAIL_CONFIRMATION] = STAGE_EMAIL_CONFIRMATION,
	[MAIL_PASSWORD_RESET] = STAGE_PASSWORD_RESET,
};

/* Makes the link of the mail. Its token is in the fragment, which browsers send to no server, so
 * that no log has it (ASVS 14.2.1). */
static enum result
make_link(struct mail_worker *w)
{
	const struct outbox_mail *mail = &w->mail;
	const enum stage stage = link_stages[mail->kind];
	CLEANUP(stage_claims_wipe)
	struct stage_claims claims = {
		.stage = stage,
		.jti = mail->jti,
		.issued_at = mail->created_at,
		.expires_at = mail->expires_at,
		.subject = mail->subject,
	};

	w->link[0] = '\0';
	if (stage == STAGE_NONE)
		return OK;
	text_copy_cut(claims.email, sizeof claims.email, mail->email);
	text_copy_cut(claims.language, sizeof claims.language, mail->language);
	TRY(stage_seal(w->mailer->options.keyring, &claims, w->token));
	const bool fits = text_format(w->link, sizeof w->link, "%s%s#token=%s",
	    w->mailer->options.portal_url, stage_rule(stage)->portal_path, w->token);
	return fits ? OK : INTERNAL;
}

_Static_assert(sizeof((struct mail_worker *)0)->link > TOKEN_MAX, "a link has room for its token");
_Static_assert(
    ACCOUNT_LOGIN_IDS_MAX == MAIL_LOGIN_IDS_MAX, "the login IDs of an address fit a mail");

static enum result
render_mail(struct mail_worker *w)
{
	const struct mailer_options *o = &w->mailer->options;
	const struct outbox_mail *mail = &w->mail;
	const bool english = strcmp(mail->language, "en") == 0;
	const char *domain = strrchr(o->smtp.from, '@');
	char id[2 * ID_SIZE + 1];
	char message_id[MESSAGE_ID_MAX + 1];
	const char *login_ids[ACCOUNT_LOGIN_IDS_MAX + 1] = { NULL };

	TRY(make_link(w));
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
	return mail_text_render(&facts, &w->message);
}

/* What becomes of a mail that could not be sent at this try. */
static struct outbox_outcome
retry_later(int64_t tries, const char *error)
{
	if (tries > (int64_t)LENGTH(pauses_s))
		return (struct outbox_outcome){ .state = OUTBOX_DEAD, .error = error };
	return (struct outbox_outcome){
		.state = OUTBOX_PENDING,
		.wait_s = pauses_s[tries < 1 ? 0 : tries - 1],
		.error = error,
	};
}

/* Sends the claimed mail, unless it must not be sent. */
static struct outbox_outcome
send_mail(struct mail_worker *w)
{
	struct outbox_outcome outcome = { .state = OUTBOX_SENT, .error = w->error };

	if (w->mail.kind == MAIL_NONE)
		return (struct outbox_outcome){ .state = OUTBOX_DROPPED, .error = "" };
	if (clock_is_over(w->mail.expires_at, clock_now()))
		return (struct outbox_outcome){ .state = OUTBOX_DROPPED, .error = "expired" };
	if ((unsigned)w->mail.kind >= MAIL_KIND__MAX || render_mail(w) != OK)
		return (struct outbox_outcome){
			.state = OUTBOX_DEAD,
			.error = "could not be written",
		};
	switch (smtp_send(w->smtp, &w->message, w->error)) {
	case SMTP_SENT:
		break;
	case SMTP_LATER:
		return retry_later(w->mail.tries, w->error);
	case SMTP_REJECTED:
		outcome.state = OUTBOX_DEAD;
		break;
	}
	return outcome;
}

static void
count_outcome(struct mailer *mailer, enum outbox_state state)
{
	pthread_mutex_lock(&mailer->mutex);
	switch (state) {
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

/* Logs a mail that was not sent, by its id. */
static void
log_unsent_mail(const struct mail_worker *w, const struct outbox_outcome *outcome)
{
	char id[2 * ID_SIZE + 1];

	if (outcome->state == OUTBOX_SENT || outcome->error[0] == '\0')
		return;
	text_hex(w->mail.id.bytes, sizeof w->mail.id.bytes, id);
	log_event(outcome->state == OUTBOX_PENDING ? "mail_later" : "mail_not_sent",
	    (const struct log_value[]){ log_text("mail", id), log_int("kind", w->mail.kind),
		log_int("tries", w->mail.tries), log_text("error", outcome->error), { 0 } });
}

/* Claims a mail and reads what it needs. */
static enum result
claim_mail(struct mail_worker *w, struct mail_id id)
{
	struct db_tx alone = db_alone(w->mailer->options.db);

	TRY(outbox_claim(&alone, id, w->id, LEASE_S));
	TRY(outbox_read(&alone, id, &w->mail));
	w->login_ids.count = 0;
	if (w->mail.kind == MAIL_LOGIN_IDS)
		return account_login_ids(&alone, w->mail.email, &w->login_ids);
	return mailed_link_complete(&alone, clock_now(), &w->mail);
}

static void
mail_worker_wipe(struct mail_worker *w)
{
	outbox_mail_wipe(&w->mail);
	secret_wipe_bytes(&w->message, sizeof w->message);
	secret_wipe_bytes(&w->login_ids, sizeof w->login_ids);
	secret_wipe_bytes(w->token, sizeof w->token);
	secret_wipe_bytes(w->link, sizeof w->link);
}

/* Sends the claimed mail and finishes it. A mail that cannot be finished is sent again when its
 * lease ends, under the same Message-ID. */
static void
send_and_finish(struct mail_worker *w)
{
	struct db_tx alone = db_alone(w->mailer->options.db);
	const struct outbox_outcome outcome = send_mail(w);

	log_unsent_mail(w, &outcome);
	count_outcome(w->mailer, outcome.state);
	if (outbox_finish(&alone, w->mail.id, w->id, &outcome, clock_now()) != OK)
		log_event("mail_not_finished",
		    (const struct log_value[]){ log_int("kind", w->mail.kind), { 0 } });
}

static bool
mailer_is_stopping(struct mailer *mailer)
{
	pthread_mutex_lock(&mailer->mutex);
	const bool stopping = mailer->stopping;
	pthread_mutex_unlock(&mailer->mutex);
	return stopping;
}

/* Processes the mails that are due now. True: the list was full, there may be more. */
static bool
process_due_mails(struct mail_worker *w)
{
	struct db_tx alone = db_alone(w->mailer->options.db);
	struct outbox_due due = { .count = 0 };

	if (outbox_due(&alone, &due) != OK)
		return false;
	for (size_t i = 0; i < due.count && !mailer_is_stopping(w->mailer); i++) {
		if (claim_mail(w, due.ids[i]) == OK)
			send_and_finish(w);
		mail_worker_wipe(w);
	}
	return due.count == OUTBOX_DUE_MAX;
}

/* Sleeps until the next tick, or until mailer_wake() was called more than *seen times. False: the
 * mailer stops. */
static bool
wait_for_mails(struct mailer *mailer, uint64_t *seen)
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
run_mail_worker(void *context)
{
	struct mail_worker *w = context;
	uint64_t seen = 0;

	do {
		while (process_due_mails(w) && !mailer_is_stopping(w->mailer))
			;
	} while (wait_for_mails(w->mailer, &seen));
	return NULL;
}

static bool
start_mail_worker(struct mailer *mailer, struct mail_worker *w)
{
	pthread_attr_t attributes;

	w->mailer = mailer;
	secret_random(w->id.bytes, sizeof w->id.bytes);
	w->smtp = smtp_open(&mailer->options.smtp);
	if (w->smtp == NULL)
		return false;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	const bool started = pthread_create(&w->thread, &attributes, run_mail_worker, w) == 0;
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
	    1, sizeof *mailer + options->workers * sizeof(struct mail_worker));

	if (mailer == NULL)
		return NULL;
	mailer->options = *options;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&mailer->woken, &monotonic);
	pthread_condattr_destroy(&monotonic);
	pthread_mutex_init(&mailer->mutex, NULL);
	for (; mailer->workers < options->workers; mailer->workers++) {
		if (start_mail_worker(mailer, &mailer->worker[mailer->workers]))
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
