/* mailer.c - the workers that send the pending mails of the outbox. */

#include "mailer.h"

#include "account.h"
#include "bounds.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "log.h"
#include "mail_relay.h"
#include "mail_templates.h"
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

/* A lease is short and renewed while the mail is being sent: one that ends is that of a worker that
 * died, or that has not reached the database for half a minute. The clocks of two servers of a
 * cluster may differ. */
#define LEASE_HELD_MS  30000
#define LEASE_S        (LEASE_HELD_MS / 1000 + CLOCK_SKEW_S)
#define LEASE_RENEW_MS 5000
#define TICK_MS        1000 /* how often the workers ask for due mails when nothing wakes them */
#define STOP_GRACE_MS  5000 /* for the reply to a mail that was handed over when a stop came */
#define FINISH_MS      500  /* between two tries to finish mails while the database is away */

/* How long a worker keeps mails to itself: then it finishes those that were sent, and lets go those
 * that it has not begun. It is also how long a mail that was sent may be known to this process
 * alone, beside the second in which a relay that has fallen silent is noticed. */
#define BATCH_MS 100

/* So long after a claim at least is the next one, unless more mails were due: a worker that has
 * sent all by then waits for what comes meanwhile, and one trip finishes and claims. */
#define GATHER_MS 50

/* Before the second copy: the server has had time to mend. */
#define UNCONFIRMED_PAUSE_S 300
#define STACK_BYTES         ((size_t)512 * 1024)

/* How a try ends. */
enum ending {
	ENDED_SENT,
	ENDED_LATER,
	ENDED_UNCONFIRMED,
	ENDED_RELAY_AWAY,
	ENDED_RELAY_REJECTS,
	ENDED_STOPPED,
	ENDED_DEAD,
	ENDED_DROPPED,
	ENDED__MAX
};

/* One thread, and what it alone uses: too big for a stack, so allocated with the mailer. */
struct mail_worker {
	struct mailer *mailer;
	pthread_t thread;
	struct worker_id id; /* the owner of its leases */
	struct smtp *smtp;
	/* What it has claimed. It claims twice as many as it got through in time before: one from a
	 * relay that is slow, so that others take the rest. */
	struct outbox_batch batch;
	size_t batch_max;
	size_t at;              /* in the batch: the mail that it sends */
	struct outbox_ids sent; /* and not finished yet */
	int64_t claimed_ms;     /* by the monotonic clock, as the next */
	int64_t batch_ends_ms;
	int64_t renew_at_ms, lease_ends_ms; /* of the mail that it sends */
	/* Of that mail; wiped after each. */
	struct outbox_mail mail;
	struct account_login_ids login_ids; /* of a MAIL_LOGIN_IDS */
	char token[TOKEN_MAX + 1];
	char link[MAILED_LINK_MAX + 1]; /* "" where the mail has none */
	struct mail_message message;    /* the mail as it is sent */
	char error[SMTP_ERROR_MAX + 1]; /* why it was not sent */
};

struct mailer {
	struct mailer_options options;
	struct mail_relay relay;
	pthread_mutex_t mutex; /* of all until `totals` */
	pthread_cond_t woken;  /* to claim, or to stop */
	pthread_cond_t stopped;
	bool asked;             /* to claim: there may be mails since the last claim began */
	int64_t claimed_ms;     /* by any worker */
	int64_t gather_ends_ms; /* then a worker claims, without being asked */
	bool stopping;
	int64_t stop_ends_ms;
	int64_t totals[ENDED__MAX];
	unsigned workers; /* that run */
	struct mail_worker worker[];
};

/* The pause of a mail after its n-th failure; one whose own tries outnumber the pauses is dead. */
static const int64_t pauses_s[] = { 5, 15, 60, 300, 900, 1800, 3600, 7200 };

/* What the mail is afterwards. */
static const enum outbox_state states_after[ENDED__MAX] = {
	[ENDED_SENT] = OUTBOX_SENT,
	[ENDED_LATER] = OUTBOX_PENDING,
	[ENDED_UNCONFIRMED] = OUTBOX_PENDING,
	[ENDED_RELAY_AWAY] = OUTBOX_PENDING,
	[ENDED_RELAY_REJECTS] = OUTBOX_PENDING,
	[ENDED_STOPPED] = OUTBOX_PENDING,
	[ENDED_DEAD] = OUTBOX_DEAD,
	[ENDED_DROPPED] = OUTBOX_DROPPED,
};

/* Makes the link of the mail. Its token is in the fragment, which browsers send to no server, so
 * that no log has it (ASVS 14.2.1). */
static enum result
make_link(struct mail_worker *w)
{
	const struct outbox_mail *mail = &w->mail;
	const enum stage stage = mailed_link_stage(mail->kind);
	CLEANUP(stage_claims_wipe)
	struct stage_claims claims = {
		.stage = stage,
		.jti = mail->jti,
		.issued_at = mail->created_at,
		.expires_at = mail->expires_at,
		.subject = mail->subject,
	};

	if (stage == STAGE_NONE)
		return OK;
	/* A link of an account is bound to the account alone. */
	if (!id_is_none(claims.subject.account_id.bytes))
		claims.subject.person_id = no_person;
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

/* A mail waited so long that its link does not work any more: it says to begin again. */
static bool
link_is_over(const struct outbox_mail *mail)
{
	return mailed_link_stage(mail->kind) != STAGE_NONE &&
	       clock_is_over(mail->expires_at, clock_now());
}

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

	const bool is_over = link_is_over(mail);
	w->link[0] = '\0';
	if (!is_over)
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
		.templates = mail_templates_hold(o->templates),
		.society_name = english ? o->society_name_en : o->society_name_ja,
		.society_contact = english ? o->society_contact_en : o->society_contact_ja,
		.portal_url = o->portal_url,
		.link = w->link,
		.link_ends_at = mail->expires_at,
		.link_is_over = is_over,
		.nickname = mail->nickname,
		.login_ids = login_ids,
		.happened_at = mail->created_at,
		.message_id = message_id,
		.date = clock_now(),
	};
	const enum result rendered = mail_text_render(&facts, &w->message);
	mail_templates_release(o->templates);
	return rendered;
}

/* Trying --------------------------------------------------------------------------------------- */

static bool
mail_is_too_old(const struct outbox_mail *mail)
{
	return clock_is_over(mail->created_at + OUTBOX_MAIL_LIVES_S, clock_now());
}

static enum ending
end_without_sending(struct mail_worker *w, enum ending ending, const char *error)
{
	text_copy_cut(w->error, sizeof w->error, error);
	return ending;
}

/* Sends the claimed mail, unless it must not be sent. */
static enum ending
send_mail(struct mail_worker *w)
{
	if (w->mail.kind == MAIL_NONE)
		return end_without_sending(w, ENDED_DROPPED, "");
	if (w->mail.created_at <= keyring_epoch(w->mailer->options.keyring))
		return end_without_sending(w, ENDED_DROPPED, "restored");
	if (mail_is_too_old(&w->mail))
		return end_without_sending(w, ENDED_DROPPED, "expired");
	if (w->mail.unconfirmed >= OUTBOX_COPIES_MAX)
		return end_without_sending(w, ENDED_DEAD, "not confirmed");
	if ((unsigned)w->mail.kind >= MAIL_KIND__MAX || render_mail(w) != OK)
		return end_without_sending(w, ENDED_DEAD, "could not be written");
	switch (smtp_send(w->smtp, &w->message, w->error)) {
	case SMTP_SENT:
		return ENDED_SENT;
	case SMTP_LATER:
		return w->mail.tries > (int64_t)LENGTH(pauses_s) ? ENDED_DEAD : ENDED_LATER;
	case SMTP_UNCONFIRMED:
		w->mail.unconfirmed++;
		return w->mail.unconfirmed < OUTBOX_COPIES_MAX ? ENDED_UNCONFIRMED : ENDED_DEAD;
	case SMTP_RELAY_AWAY:
		return ENDED_RELAY_AWAY;
	case SMTP_RELAY_REJECTS:
		return ENDED_RELAY_REJECTS;
	case SMTP_REJECTED:
		return ENDED_DEAD;
	case SMTP_STOPPED:
		return ENDED_STOPPED;
	}
	return ENDED_DEAD;
}

static int64_t
pause_after(int64_t failures)
{
	const int64_t last = (int64_t)LENGTH(pauses_s);

	return pauses_s[(failures < 1 ? 1 : failures > last ? last : failures) - 1];
}

/* What becomes of the mail. A try that failed for the relay, or for a stop, is given back. While
 * the relay is away its mails stay due, and the mailer waits. */
static struct outbox_outcome
outcome_of_ending(const struct mail_worker *w, enum ending ending)
{
	const struct outbox_mail *mail = &w->mail;
	struct outbox_outcome outcome = {
		.state = states_after[ending],
		.tries = mail->tries,
		.unconfirmed = mail->unconfirmed,
		.error = w->error,
	};

	if (ending == ENDED_LATER)
		outcome.wait_s = pause_after(mail->tries);
	if (ending == ENDED_UNCONFIRMED)
		outcome.wait_s = UNCONFIRMED_PAUSE_S;
	if (outcome.wait_s > 0 || outcome.state != OUTBOX_PENDING)
		return outcome;
	outcome.tries = mail->tries - 1;
	outcome.relay_failures = mail->relay_failures + (ending == ENDED_STOPPED ? 0 : 1);
	if (ending == ENDED_RELAY_REJECTS)
		outcome.wait_s = pause_after(outcome.relay_failures);
	return outcome;
}

static void
count_ending(struct mailer *mailer, enum ending ending)
{
	pthread_mutex_lock(&mailer->mutex);
	mailer->totals[ending]++;
	pthread_mutex_unlock(&mailer->mutex);
}

/* Logs a mail that was not sent, by its id. */
static void
log_unsent_mail(const struct mail_worker *w, enum ending ending)
{
	char id[2 * ID_SIZE + 1];

	if (ending == ENDED_SENT || ending == ENDED_STOPPED || w->error[0] == '\0')
		return;
	text_hex(w->mail.id.bytes, sizeof w->mail.id.bytes, id);
	log_event(states_after[ending] == OUTBOX_PENDING ? "mail_later" : "mail_not_sent",
	    (const struct log_value[]){ log_text("mail", id), log_int("kind", w->mail.kind),
		log_int("tries", w->mail.tries), log_text("error", w->error), { 0 } });
}

/* The lease ------------------------------------------------------------------------------------ */

static bool
mailer_is_stopping(struct mailer *mailer)
{
	pthread_mutex_lock(&mailer->mutex);
	const bool stopping = mailer->stopping;
	pthread_mutex_unlock(&mailer->mutex);
	return stopping;
}

static void
note_lease(struct mail_worker *w, int64_t begun_ms)
{
	w->renew_at_ms = begun_ms + LEASE_RENEW_MS;
	w->lease_ends_ms = begun_ms + LEASE_HELD_MS;
}

/* Renews the lease when it is time, and writes down that the mail is handed over: a worker that
 * dies while it waits for the reply leaves that. False: another worker may hold the lease. */
static bool
hold_lease(struct mail_worker *w, bool complete)
{
	struct db_tx alone = db_alone(w->mailer->options.db);
	const int64_t now_ms = clock_monotonic_ms();

	if (now_ms < w->renew_at_ms)
		return true;
	const enum result renewed = outbox_renew(
	    &alone, w->mail.id, w->id, LEASE_S, w->mail.unconfirmed + complete);
	if (renewed == OK)
		note_lease(w, now_ms);
	return renewed == OK || (renewed != NO_ROW && clock_monotonic_ms() < w->lease_ends_ms);
}

/* The batch ------------------------------------------------------------------------------------ */

static bool
batch_is_over(const struct mail_worker *w)
{
	return clock_monotonic_ms() >= w->batch_ends_ms;
}

static void
log_unfinished(size_t mails)
{
	log_event("mail_not_finished",
	    (const struct log_value[]){ log_int("mails", (int64_t)mails), { 0 } });
}

/* Notes that what was sent is finished, or cannot be. UNAVAILABLE: it is still to be. */
static enum result
note_finished(struct mail_worker *w, enum result finished)
{
	if (finished == UNAVAILABLE)
		return finished;
	if (finished != OK && w->sent.count > 0)
		log_unfinished(w->sent.count);
	w->sent.count = 0;
	return OK;
}

/* Finishes what was sent, and lets go the mails of the batch from this one on: another worker may
 * claim them. OK, UNAVAILABLE. */
static enum result
let_go_from(struct mail_worker *w, size_t first)
{
	struct db_tx alone = db_alone(w->mailer->options.db);
	struct outbox_ids untried = { .count = 0 };

	for (size_t i = first; i < w->batch.count; i++)
		untried.ids[untried.count++] = w->batch.mails[i].id;
	if (untried.count == 0 && w->sent.count == 0)
		return OK;
	TRY(note_finished(
	    w, outbox_finish_and_release(&alone, w->id, &w->sent, clock_now(), &untried)));
	w->batch.count = first;
	if (untried.count > 0)
		mailer_wake(w->mailer);
	return OK;
}

/* A relay that keeps the worker waiting keeps no other mail of the batch. While the database is
 * away this is asked again. */
static void
let_others_go(struct mail_worker *w)
{
	if (batch_is_over(w))
		(void)let_go_from(w, w->at + 1);
}

/* A smtp_go_on: a mail that was not handed over is given up at once when a stop comes or the lease
 * is lost. One that was has perhaps been sent, and its reply is worth a wait. */
static bool
may_send_on(void *context, bool complete)
{
	struct mail_worker *w = context;
	struct mailer *mailer = w->mailer;

	if (!mailer_is_stopping(mailer)) {
		let_others_go(w);
		return hold_lease(w, complete) || complete;
	}
	pthread_mutex_lock(&mailer->mutex);
	const bool in_grace = clock_monotonic_ms() < mailer->stop_ends_ms;
	pthread_mutex_unlock(&mailer->mutex);
	return complete && in_grace;
}

/* The worker ----------------------------------------------------------------------------------- */

/* Reads what the claimed mail needs beside its row, as it is now. */
static enum result
complete_mail(struct mail_worker *w)
{
	const struct mailer_options *options = &w->mailer->options;
	struct db_tx alone = db_alone(options->db);

	w->login_ids.count = 0;
	if (w->mail.kind == MAIL_LOGIN_IDS)
		return account_login_ids(&alone, w->mail.email, &w->login_ids);
	return mailed_link_complete(&alone, clock_now(), options->access_after_loss_days, &w->mail);
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

/* Sleeps for so long. False: the mailer stops. */
static bool
sleep_for(struct mailer *mailer, int64_t ms)
{
	const struct timespec until = clock_monotonic_in(ms);
	int ended = 0;

	pthread_mutex_lock(&mailer->mutex);
	while (!mailer->stopping && ended == 0)
		ended = pthread_cond_timedwait(&mailer->stopped, &mailer->mutex, &until);
	const bool go_on = !mailer->stopping;
	pthread_mutex_unlock(&mailer->mutex);
	return go_on;
}

/* Writes what became of the mail. A database that is away is asked for as long as nobody else can
 * hold the lease. */
static enum result
finish_mail(struct mail_worker *w, const struct outbox_outcome *outcome)
{
	struct db_tx alone = db_alone(w->mailer->options.db);
	enum result finished;

	do
		finished = outbox_finish(&alone, w->mail.id, w->id, outcome, clock_now());
	while (finished == UNAVAILABLE && clock_monotonic_ms() < w->lease_ends_ms &&
	       sleep_for(w->mailer, FINISH_MS));
	return finished;
}

static void
note_relay(const struct mail_worker *w, enum ending ending)
{
	struct mail_relay *relay = &w->mailer->relay;

	if (ending == ENDED_SENT)
		mail_relay_took(relay, w->mailer->options.db);
	else if (ending == ENDED_RELAY_AWAY || ending == ENDED_RELAY_REJECTS)
		mail_relay_failed(relay, ending == ENDED_RELAY_REJECTS, w->error);
}

/* Sends the claimed mail and finishes it; one that was sent in time is finished with its batch. A
 * mail that cannot be finished is sent again when its lease ends, under the same Message-ID. */
static void
send_and_finish(struct mail_worker *w)
{
	const enum ending ending = send_mail(w);
	const struct outbox_outcome outcome = outcome_of_ending(w, ending);

	log_unsent_mail(w, ending);
	count_ending(w->mailer, ending);
	note_relay(w, ending);
	if (ending == ENDED_SENT && !batch_is_over(w))
		w->sent.ids[w->sent.count++] = w->mail.id;
	else if (finish_mail(w, &outcome) != OK)
		log_unfinished(1);
}

static bool
may_try(struct mailer *mailer)
{
	return !mailer_is_stopping(mailer) && !mail_relay_is_paused(&mailer->relay);
}

/* Twice as many as were sent in time, and not fewer because fewer were due; one, for which the
 * relay is tried, while it is paused. */
static size_t
next_batch_max(const struct mail_worker *w, size_t in_time)
{
	const size_t twice = in_time < OUTBOX_BATCH_MAX / 2 ? 2 * in_time : OUTBOX_BATCH_MAX;

	if (in_time == 0 || mail_relay_is_paused(&w->mailer->relay))
		return 1;
	return in_time == w->batch.count && twice < w->batch_max ? w->batch_max : twice;
}

/* Sends mails of the batch until its time is over, or the mailer stops or pauses. */
static void
send_batch(struct mail_worker *w)
{
	size_t in_time = 0;

	while (w->at < w->batch.count && may_try(w->mailer) && !batch_is_over(w)) {
		w->mail = w->batch.mails[w->at];
		const bool completed = complete_mail(w) == OK;
		if (completed)
			send_and_finish(w);
		if (!batch_is_over(w))
			in_time = w->sent.count;
		mail_worker_wipe(w);
		w->at++;
		if (!completed) /* its lease ends by itself: no haste where the database fails */
			break;
	}
	w->batch_max = next_batch_max(w, in_time);
}

/* Finishes what was sent, lets go what was not begun, and claims the next batch. OK,
 * UNAVAILABLE. */
static enum result
finish_and_claim(struct mail_worker *w)
{
	struct db_tx alone = db_alone(w->mailer->options.db);
	const struct outbox_claim claim = { w->id, LEASE_S, may_try(w->mailer) ? w->batch_max : 0 };

	if (w->at < w->batch.count || claim.mails_max == 0)
		TRY(let_go_from(w, w->at));
	secret_wipe_bytes(&w->batch, sizeof w->batch);
	w->at = 0;
	if (claim.mails_max == 0)
		return OK;
	const int64_t now_ms = clock_monotonic_ms();
	TRY(note_finished(
	    w, outbox_finish_and_claim(&alone, &w->sent, clock_now(), &claim, &w->batch)));
	note_lease(w, now_ms);
	w->claimed_ms = now_ms;
	w->batch_ends_ms = clock_monotonic_ms() + BATCH_MS;
	if (w->batch.more)
		mailer_wake(w->mailer);
	return OK;
}

/* Ends the batch and claims the next one. A database that is away is asked for as long as nobody
 * else can hold what was sent; leases of what was not begun end by themselves. False: there is
 * nothing to send. */
static bool
next_batch(struct mail_worker *w)
{
	enum result claimed;

	do
		claimed = finish_and_claim(w);
	while (claimed == UNAVAILABLE && w->sent.count > 0 &&
	       clock_monotonic_ms() < w->claimed_ms + LEASE_HELD_MS &&
	       sleep_for(w->mailer, FINISH_MS));
	if (claimed == OK)
		return w->batch.count > 0;
	(void)note_finished(w, INTERNAL);
	secret_wipe_bytes(&w->batch, sizeof w->batch);
	return false;
}

/* When the worker claims without being asked, by the monotonic clock. One that has just claimed
 * waits for what is enqueued soon after, unless others are due already. */
static int64_t
next_claim_ms(const struct mail_worker *w)
{
	const bool others_are_due = w->batch.more || w->at < w->batch.count;

	if (w->batch.count == 0)
		return w->mailer->claimed_ms + TICK_MS;
	return w->claimed_ms + (others_are_due ? 0 : GATHER_MS);
}

/* Sleeps until the worker is to claim. One that gathers is not asked to: it will. False: the mailer
 * stops. */
static bool
wait_for_mails(struct mail_worker *w)
{
	struct mailer *mailer = w->mailer;
	const bool gathers = w->batch.count > 0;
	int64_t left_ms;

	pthread_mutex_lock(&mailer->mutex);
	if (gathers && mailer->gather_ends_ms < next_claim_ms(w))
		mailer->gather_ends_ms = next_claim_ms(w);
	while (!mailer->stopping && (gathers || !mailer->asked) &&
	       (left_ms = next_claim_ms(w) - clock_monotonic_ms()) > 0) {
		const struct timespec until = clock_monotonic_in(left_ms);

		pthread_cond_timedwait(
		    gathers ? &mailer->stopped : &mailer->woken, &mailer->mutex, &until);
	}
	mailer->asked = false;
	mailer->claimed_ms = clock_monotonic_ms();
	const bool go_on = !mailer->stopping;
	pthread_mutex_unlock(&mailer->mutex);
	return go_on;
}

static void *
run_mail_worker(void *context)
{
	struct mail_worker *w = context;

	while (wait_for_mails(w))
		if (next_batch(w))
			send_batch(w);
	(void)next_batch(w); /* claims none: ends the last one */
	return NULL;
}

static bool
start_mail_worker(struct mailer *mailer, struct mail_worker *w)
{
	pthread_attr_t attributes;

	w->mailer = mailer;
	w->batch_max = 1;
	secret_random(w->id.bytes, sizeof w->id.bytes);
	struct smtp_options smtp = mailer->options.smtp;
	smtp.go_on = may_send_on;
	smtp.context = w;
	w->smtp = smtp_open(&smtp);
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
	struct mailer *mailer = calloc(
	    1, sizeof *mailer + options->workers * sizeof(struct mail_worker));

	if (mailer == NULL)
		return NULL;
	mailer->options = *options;
	mail_relay_init(&mailer->relay);
	clock_condition_init(&mailer->woken);
	clock_condition_init(&mailer->stopped);
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
	mailer->stop_ends_ms = clock_monotonic_ms() + STOP_GRACE_MS;
	pthread_cond_broadcast(&mailer->woken);
	pthread_cond_broadcast(&mailer->stopped);
	pthread_mutex_unlock(&mailer->mutex);
	for (unsigned i = 0; i < mailer->workers; i++) {
		pthread_join(mailer->worker[i].thread, NULL);
		smtp_close(mailer->worker[i].smtp);
	}
	pthread_cond_destroy(&mailer->woken);
	pthread_cond_destroy(&mailer->stopped);
	pthread_mutex_destroy(&mailer->mutex);
	mail_relay_destroy(&mailer->relay);
	free(mailer);
}

void
mailer_wake(struct mailer *mailer)
{
	if (mailer == NULL)
		return;
	pthread_mutex_lock(&mailer->mutex);
	mailer->asked = true;
	if (clock_monotonic_ms() >= mailer->gather_ends_ms)
		pthread_cond_signal(&mailer->woken);
	pthread_mutex_unlock(&mailer->mutex);
}

void
mailer_totals(struct mailer *mailer, struct mailer_totals *ret)
{
	const int64_t *totals = mailer->totals;

	pthread_mutex_lock(&mailer->mutex);
	*ret = (struct mailer_totals){
		.sent = totals[ENDED_SENT],
		.later = totals[ENDED_LATER] + totals[ENDED_UNCONFIRMED],
		.relay_away = totals[ENDED_RELAY_AWAY],
		.relay_rejects = totals[ENDED_RELAY_REJECTS],
		.dead = totals[ENDED_DEAD],
		.dropped = totals[ENDED_DROPPED],
	};
	pthread_mutex_unlock(&mailer->mutex);
}
