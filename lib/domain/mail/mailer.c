/* mailer.c - the workers that send the pending mails of the outbox. */

#include "mailer.h"

#include "account.h"
#include "bounds.h"
#include "cleanup.h"
#include "clock.h"
#include "db.h"
#include "log.h"
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
#define TICK_MS        1000 /* how often a worker asks for due mails when nothing wakes it */
#define STOP_GRACE_MS  5000 /* for the reply to a mail that was handed over when a stop came */
#define FINISH_MS      500  /* between two tries to finish mails while the database is away */

/* How long a worker keeps mails to itself: then it finishes those that were sent, and lets go those
 * that it has not begun. It is also how long a mail that was sent may be known to this process
 * alone, beside the second in which a relay that has fallen silent is noticed. */
#define BATCH_MS 100

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
	struct outbox_ids sent; /* of the batch, and not finished yet */
	int64_t batch_ends_ms;
	int64_t batch_lease_ends_ms;        /* by the monotonic clock, as the next two */
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
	pthread_mutex_t mutex; /* of all until `totals` */
	pthread_cond_t woken;
	uint64_t wakes; /* calls of mailer_wake() so far */
	bool stopping;
	int64_t stop_ends_ms;
	unsigned relay_failures;     /* in a row, as this process has seen it */
	int64_t relay_pause_ends_ms; /* until then no mail is tried */
	bool mails_may_wait;         /* for the relay, with long pauses: to be woken */
	int64_t totals[ENDED__MAX];
	unsigned workers; /* that run */
	struct mail_worker worker[];
};

/* The pause of a mail after its n-th failure; one whose own tries outnumber the pauses is dead. */
static const int64_t pauses_s[] = { 5, 15, 60, 300, 900, 1800, 3600, 7200 };

/* The pause of the whole mailer after the n-th failure of the relay in a row; then one mail is
 * tried for all. A relay that rejects us is not asked as often as one that is away. */
static const int64_t relay_pauses_s[] = { 1, 2, 3, 5, 10, 20, 60 };
#define AWAY_PAUSES 5

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

/* The relay ------------------------------------------------------------------------------------ */

static bool
relay_is_paused(struct mailer *mailer)
{
	pthread_mutex_lock(&mailer->mutex);
	const bool paused = clock_monotonic_ms() < mailer->relay_pause_ends_ms;
	pthread_mutex_unlock(&mailer->mutex);
	return paused;
}

/* Begins a pause; what fails during it had begun before, and is the same failure. Returns the
 * failures in a row, or 0 for the same. */
static unsigned
pause_for_relay(struct mailer *mailer, bool rejects)
{
	const size_t pauses = rejects ? LENGTH(relay_pauses_s) : AWAY_PAUSES;
	const int64_t now_ms = clock_monotonic_ms();
	unsigned failures = 0;

	pthread_mutex_lock(&mailer->mutex);
	if (now_ms >= mailer->relay_pause_ends_ms) {
		const size_t before = mailer->relay_failures;
		const size_t n = before < pauses ? before : pauses - 1;

		mailer->relay_pause_ends_ms = now_ms + relay_pauses_s[n] * 1000;
		failures = ++mailer->relay_failures;
		mailer->mails_may_wait |= failures > 1;
	}
	pthread_mutex_unlock(&mailer->mutex);
	return failures;
}

/* A relay that works again takes at once what waited for it. One mail that it rejects again and
 * again, between others that it takes, wakes nothing. */
static void
wake_after_relay(struct mailer *mailer)
{
	struct db_tx alone = db_alone(mailer->options.db);
	uint64_t mails = 0;

	pthread_mutex_lock(&mailer->mutex);
	const unsigned failures = mailer->relay_failures;
	const bool wakes = mailer->mails_may_wait;
	mailer->relay_failures = 0;
	mailer->relay_pause_ends_ms = 0;
	mailer->mails_may_wait = false;
	pthread_mutex_unlock(&mailer->mutex);
	const bool woken = !wakes || outbox_wake(&alone, &mails) == OK;
	if (failures > 0)
		log_event(
		    "mail_relay_back", (const struct log_value[]){ log_int("failures", failures),
					   log_int("woken", (int64_t)mails), { 0 } });
	if (woken)
		return;
	pthread_mutex_lock(&mailer->mutex);
	mailer->mails_may_wait = true;
	pthread_mutex_unlock(&mailer->mutex);
}

static void
note_relay(const struct mail_worker *w, enum ending ending)
{
	const bool rejects = ending == ENDED_RELAY_REJECTS;

	if (ending == ENDED_SENT)
		wake_after_relay(w->mailer);
	if (!rejects && ending != ENDED_RELAY_AWAY)
		return;
	const unsigned failures = pause_for_relay(w->mailer, rejects);
	if (failures > 0)
		log_event(rejects ? "mail_relay_rejects" : "mail_relay_away",
		    (const struct log_value[]){
			log_text("error", w->error), log_int("failures", failures), { 0 } });
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

/* Finishes the mails of the batch that were sent. UNAVAILABLE: they are still to be finished. */
static enum result
finish_sent(struct mail_worker *w)
{
	struct db_tx alone = db_alone(w->mailer->options.db);

	if (w->sent.count == 0)
		return OK;
	const enum result finished = outbox_finish_sent(&alone, &w->sent, w->id, clock_now());
	if (finished == UNAVAILABLE)
		return finished;
	if (finished != OK)
		log_unfinished(w->sent.count);
	w->sent.count = 0;
	return finished;
}

/* Lets go the mails of the batch from this one on: another worker may claim them. */
static void
release_from(struct mail_worker *w, size_t first)
{
	struct db_tx alone = db_alone(w->mailer->options.db);
	struct outbox_ids rest = { .count = 0 };

	for (size_t i = first; i < w->batch.count; i++)
		rest.ids[rest.count++] = w->batch.mails[i].id;
	if (rest.count == 0 || outbox_release(&alone, &rest, w->id) != OK)
		return;
	w->batch.count = first;
	mailer_wake(w->mailer);
}

/* A relay that keeps the worker waiting keeps no other mail of the batch. */
static void
let_others_go(struct mail_worker *w)
{
	if (!batch_is_over(w))
		return;
	if (finish_sent(w) != UNAVAILABLE)
		release_from(w, w->at + 1);
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

/* Sleeps for so long, or until mailer_wake() was called more than *seen times (NULL: no call ends
 * it). False: the mailer stops. */
static bool
wait_for_mails(struct mailer *mailer, int64_t ms, uint64_t *seen)
{
	const struct timespec until = clock_monotonic_in(ms);

	pthread_mutex_lock(&mailer->mutex);
	while (!mailer->stopping && (seen == NULL || mailer->wakes == *seen))
		if (pthread_cond_timedwait(&mailer->woken, &mailer->mutex, &until) != 0)
			break;
	if (seen != NULL)
		*seen = mailer->wakes;
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
	       wait_for_mails(w->mailer, FINISH_MS, NULL));
	return finished;
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
	return !mailer_is_stopping(mailer) && !relay_is_paused(mailer);
}

/* Twice as many as were sent in time; one, for which the relay is tried, while it is paused. */
static size_t
next_batch_max(const struct mail_worker *w, size_t in_time)
{
	if (in_time == 0 || relay_is_paused(w->mailer))
		return 1;
	return in_time < OUTBOX_BATCH_MAX / 2 ? 2 * in_time : OUTBOX_BATCH_MAX;
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

/* Finishes what was sent, also when the database is away for a while, and lets go what was not
 * begun. */
static void
end_batch(struct mail_worker *w)
{
	while (finish_sent(w) == UNAVAILABLE && clock_monotonic_ms() < w->batch_lease_ends_ms &&
	       wait_for_mails(w->mailer, FINISH_MS, NULL))
		;
	if (w->sent.count > 0)
		log_unfinished(w->sent.count);
	release_from(w, w->at);
	secret_wipe_bytes(&w->batch, sizeof w->batch);
}

/* Sends mails that are due now. True: there may be more. */
static bool
process_due_mails(struct mail_worker *w)
{
	struct db_tx alone = db_alone(w->mailer->options.db);
	const int64_t now_ms = clock_monotonic_ms();
	const size_t wanted = w->batch_max;

	if (outbox_claim(&alone, w->id, LEASE_S, wanted, &w->batch) != OK || w->batch.count == 0)
		return false;
	const bool all = w->batch.count < wanted;
	note_lease(w, now_ms);
	w->batch_lease_ends_ms = w->lease_ends_ms;
	w->batch_ends_ms = clock_monotonic_ms() + BATCH_MS;
	w->at = 0;
	w->sent.count = 0;
	send_batch(w);
	const bool sent_all = w->at == w->batch.count;
	end_batch(w);
	return !all || !sent_all;
}

static void *
run_mail_worker(void *context)
{
	struct mail_worker *w = context;
	uint64_t seen = 0;

	do {
		while (may_try(w->mailer) && process_due_mails(w))
			;
	} while (wait_for_mails(w->mailer, TICK_MS, &seen));
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
	pthread_condattr_t monotonic;
	struct mailer *mailer = calloc(
	    1, sizeof *mailer + options->workers * sizeof(struct mail_worker));

	if (mailer == NULL)
		return NULL;
	mailer->options = *options;
	mailer->mails_may_wait = true; /* since before this process began */
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
	mailer->stop_ends_ms = clock_monotonic_ms() + STOP_GRACE_MS;
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
