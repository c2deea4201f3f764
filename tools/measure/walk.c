/* walk.c - walks whole registrations through the service, with many members at once: address, mail,
 * CAPTCHA, identity, mail, authentication key, account, and with --login the first login and a look
 * at the profile. Tells how long each step took.
 *
 * Closed loop: each client begins its next registration when the one before has ended. Open model,
 * with --rate: each has a planned moment, and its time counts from there.
 *
 * The mails' tokens come on standard input, `ADDRESS TOKEN` a line; the CAPTCHAs are read by one
 * `myportalctl captcha answer -`. */

#define _GNU_SOURCE 1 /* pipe2 */

#include "bench_options.h"
#include "bench_times.h"
#include "bench_wire.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLIENTS_MAX 512
#define TOKEN_MAX   2048
#define ADDRESS_MAX 254
#define MAIL_WAIT_S 30

static const char usage[] =
    "usage: walk [--clients N] [--rate R] [--seconds S] [--count N] [--first NUMBER]\n"
    "            [--symbol SYMBOL] [--password PASSWORD] [--login] --ctl MYPORTALCTL HOST:PORT\n"
    "\n"
    "  --rate              registrations a second at planned moments\n"
    "  --first, --symbol   the insured persons: NUMBER followed by SYMBOL, then the next NUMBER\n"
    "  --count             this many registrations at most\n"
    "\n"
    "Prints JSON. The times are those of calls that were served; refused: registrations that a "
    "503 ended.\n";

static const char walker[] = "walk-"; /* addresses begin so; the client's number follows */

enum step { EMAIL, MAIL_1, CAPTCHA, IDENTITY, MAIL_2, KEY, ACCOUNT, LOGIN, ME, WHOLE, STEP__MAX };

static const char *const step_names[STEP__MAX] = {
	[EMAIL] = "POST /v1/registration/email",
	[MAIL_1] = "mail 1",
	[CAPTCHA] = "POST /v1/captcha",
	[IDENTITY] = "POST /v1/registration/identity",
	[MAIL_2] = "mail 2",
	[KEY] = "POST /v1/registration/authentication-key",
	[ACCOUNT] = "POST /v1/registration/account",
	[LOGIN] = "POST /v1/sessions",
	[ME] = "GET /v1/me",
	[WHOLE] = "all of it",
};

struct plan {
	const char *address;
	const char *ctl;
	const char *symbol;
	const char *password;
	unsigned long clients;
	double rate; /* 0: closed loop */
	bool login;
	unsigned long first;
	unsigned long count;
	double seconds;
	int64_t start_ns;
	int64_t end_ns;
	atomic_ulong next; /* of count */
	FILE *captcha_in;  /* to the reader of CAPTCHAs */
	FILE *captcha_out;
	pthread_mutex_t captcha_lock; /* of both */
};

struct client {
	struct plan *plan;
	unsigned index;
	struct wire wire;
	struct times times[STEP__MAX];
	unsigned long walked;
	unsigned long failed;
	unsigned long refused; /* of the failed ones */
	char failure[160];     /* the first one */
	int64_t last_ns;

	/* The registration under way. */
	unsigned long number; /* of the insured person */
	char email[ADDRESS_MAX + 1];
	char token[TOKEN_MAX];   /* of the stage */
	char captcha[TOKEN_MAX]; /* captcha_token */
	char answer[32];         /* what the picture says */
	char key[32];            /* authentication_key */

	/* The token of the mail that came last, and for whom. */
	pthread_mutex_t lock;
	pthread_cond_t came;
	char mail_email[ADDRESS_MAX + 1];
	char mail_token[TOKEN_MAX];
};

static struct client *clients;

static void
walk_error(const char *what)
{
	fprintf(stderr, "walk: %s\n", what);
	exit(2);
}

/* The mails */

static void
mail_hand_over(struct client *client, const char *email, const char *token)
{
	pthread_mutex_lock(&client->lock);
	snprintf(client->mail_email, sizeof client->mail_email, "%s", email);
	snprintf(client->mail_token, sizeof client->mail_token, "%s", token);
	pthread_cond_signal(&client->came);
	pthread_mutex_unlock(&client->lock);
}

/* Reads until whoever has the mails says that there are no more; main does not wait for it. */
static void *
mails_read(void *plan)
{
	const unsigned long count = ((const struct plan *)plan)->clients;
	char email[ADDRESS_MAX + 1];
	char token[TOKEN_MAX];

	while (scanf("%254s %2047s", email, token) == 2) {
		if (strncmp(email, walker, strlen(walker)) != 0)
			continue;
		const unsigned long index = strtoul(email + strlen(walker), NULL, 10);
		if (index < count)
			mail_hand_over(&clients[index], email, token);
	}
	return NULL;
}

static bool
mail_wait(struct client *client)
{
	struct timespec until;
	int waited = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += MAIL_WAIT_S;
	pthread_mutex_lock(&client->lock);
	while (waited == 0 && strcmp(client->mail_email, client->email) != 0)
		waited = pthread_cond_timedwait(&client->came, &client->lock, &until);
	if (waited == 0)
		memcpy(client->token, client->mail_token, sizeof client->token);
	client->mail_email[0] = '\0'; /* taken: the next one is another */
	pthread_mutex_unlock(&client->lock);
	return waited == 0;
}

/* The steps. Each is a question to the service and what is kept of the answer. */

static bool
fail(struct client *client, enum step step, int status)
{
	client->refused += status == 503;
	if (client->failed++ == 0)
		snprintf(client->failure, sizeof client->failure, "%s gave %d", step_names[step],
		    status);
	return false;
}

struct wanted {
	int status;
	const char *member; /* of the answer, into `ret`; NULL: none */
	char *ret;
	size_t size;
};

/* The names of the timed steps are those of the calls. */
static bool
call(struct client *client, enum step step, const char *body, const struct wanted *wanted)
{
	char method[8];
	const char *reply = "";
	const bool open = step == EMAIL || step == LOGIN;
	const int64_t began_ns = times_now();

	sscanf(step_names[step], "%7s", method);
	const struct wire_call sent = { method, strchr(step_names[step], '/'),
		open ? "-" : client->token, body };
	const int status = wire_call(&client->wire, &sent, &reply);
	if (status != wanted->status ||
	    (wanted->member != NULL &&
		!wire_member(reply, wanted->member, wanted->ret, wanted->size)))
		return fail(client, step, status);
	times_add(&client->times[step], began_ns);
	return true;
}

static bool
walk_email(struct client *client)
{
	char body[512];

	snprintf(body, sizeof body, "{\"email\":\"%s\"}", client->email);
	return call(client, EMAIL, body, &(struct wanted){ .status = 202 });
}

static bool
walk_mail(struct client *client, enum step step)
{
	const int64_t began_ns = times_now();
	const bool came = mail_wait(client);

	times_add(&client->times[step], began_ns);
	return came || fail(client, step, 0);
}

static bool
captcha_read(struct client *client)
{
	struct plan *plan = client->plan;

	pthread_mutex_lock(&plan->captcha_lock);
	fprintf(plan->captcha_in, "%s\n", client->captcha);
	fflush(plan->captcha_in);
	const bool is_read = fscanf(plan->captcha_out, "%31s", client->answer) == 1;
	pthread_mutex_unlock(&plan->captcha_lock);
	return is_read;
}

static bool
walk_captcha(struct client *client)
{
	return call(client, CAPTCHA, "{}",
		   &(struct wanted){
		       201, "captcha_token", client->captcha, sizeof client->captcha }) &&
	       (captcha_read(client) || fail(client, CAPTCHA, 0));
}

static bool
walk_identity(struct client *client)
{
	char body[TOKEN_MAX + 512];

	snprintf(body, sizeof body,
	    "{\"insured_number\":\"%lu%s\",\"captcha_token\":\"%s\",\"captcha_answer\":\"%s\"}",
	    client->number, client->plan->symbol, client->captcha, client->answer);
	return call(client, IDENTITY, body,
	    &(struct wanted){ 200, "authentication_key", client->key, sizeof client->key });
}

static bool
walk_key(struct client *client)
{
	char body[512];

	snprintf(body, sizeof body, "{\"authentication_key\":\"%s\"}", client->key);
	return call(client, KEY, body,
	    &(struct wanted){ 200, "stage_token", client->token, sizeof client->token });
}

static bool
walk_account(struct client *client)
{
	const char *password = client->plan->password;
	char body[2048];

	snprintf(body, sizeof body,
	    "{\"login_id\":\"%s\",\"password\":\"%s\",\"password_confirmation\":\"%s\","
	    "\"email\":\"%s\",\"nickname\":\"はなこ\"}",
	    client->email, password, password, client->email);
	return call(client, ACCOUNT, body, &(struct wanted){ .status = 201 });
}

static bool
walk_login(struct client *client)
{
	char body[1024];

	snprintf(body, sizeof body, "{\"login_id\":\"%s\",\"password\":\"%s\"}", client->email,
	    client->plan->password);
	return call(client, LOGIN, body,
	    &(struct wanted){ 201, "access_token", client->token, sizeof client->token });
}

static bool
walk(struct client *client)
{
	return walk_email(client) && walk_mail(client, MAIL_1) && walk_captcha(client) &&
	       walk_identity(client) && walk_mail(client, MAIL_2) && walk_key(client) &&
	       walk_account(client) &&
	       (!client->plan->login ||
		   (walk_login(client) && call(client, ME, "", &(struct wanted){ .status = 200 })));
}

/* The clients */

static int64_t
planned(const struct plan *plan, unsigned long nth)
{
	return plan->rate > 0 ? plan->start_ns + (int64_t)((double)nth / plan->rate * 1e9)
			      : times_now();
}

static void *
client_run(void *argument)
{
	struct client *client = argument;
	struct plan *plan = client->plan;

	for (;;) {
		const unsigned long nth = atomic_fetch_add(&plan->next, 1);
		const int64_t began_ns = planned(plan, nth);
		if (nth >= plan->count || began_ns >= plan->end_ns)
			break;
		times_sleep_until(began_ns);
		client->number = plan->first + nth;
		snprintf(client->email, sizeof client->email, "%s%u-%lu@example.jp", walker,
		    client->index, client->number);
		if (walk(client)) {
			client->walked++;
			times_add(&client->times[WHOLE], began_ns);
		}
		client->last_ns = times_now();
	}
	wire_close(&client->wire);
	return NULL;
}

/* It ends when this program does, and with it the pipe. */
static void
captcha_reader_start(struct plan *plan)
{
	int to[2];
	int from[2];

	if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0)
		walk_error("no pipes");
	const pid_t pid = fork();
	if (pid < 0)
		walk_error("no process for the reader of CAPTCHAs");
	if (pid == 0) {
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		execl(plan->ctl, plan->ctl, "captcha", "answer", "-", (char *)NULL);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	plan->captcha_in = fdopen(to[1], "w");
	plan->captcha_out = fdopen(from[0], "r");
	if (plan->captcha_in == NULL || plan->captcha_out == NULL)
		walk_error("no memory");
}

static void
client_start(struct client *client, struct plan *plan, unsigned index)
{
	client->plan = plan;
	client->index = index;
	pthread_mutex_init(&client->lock, NULL);
	pthread_cond_init(&client->came, NULL);
	if (!wire_open(&client->wire, plan->address))
		walk_error("the address is not HOST:PORT");
}

static void
clients_run(struct plan *plan)
{
	pthread_t threads[CLIENTS_MAX];
	pthread_t mails;

	clients = calloc(plan->clients, sizeof *clients);
	if (clients == NULL)
		walk_error("no memory");
	for (unsigned n = 0; n < plan->clients; n++)
		client_start(&clients[n], plan, n);
	pthread_mutex_init(&plan->captcha_lock, NULL);
	captcha_reader_start(plan);
	if (pthread_create(&mails, NULL, mails_read, plan) != 0)
		walk_error("no threads");
	plan->start_ns = times_now();
	plan->end_ns = plan->start_ns + (int64_t)(plan->seconds * 1e9);
	for (unsigned n = 0; n < plan->clients; n++)
		if (pthread_create(&threads[n], NULL, client_run, &clients[n]) != 0)
			walk_error("no threads");
	for (unsigned n = 0; n < plan->clients; n++)
		pthread_join(threads[n], NULL);
}

/* The report */

static void
client_merge(struct client *into, struct client *from)
{
	for (unsigned step = 0; step < STEP__MAX; step++)
		times_merge(&into->times[step], &from->times[step]);
	into->walked += from->walked;
	if (into->failed == 0)
		memcpy(into->failure, from->failure, sizeof into->failure);
	into->failed += from->failed;
	into->refused += from->refused;
	if (into->last_ns < from->last_ns)
		into->last_ns = from->last_ns;
}

static void
report(const struct plan *plan, struct client *sum)
{
	const double seconds = (double)(sum->last_ns - plan->start_ns) / 1e9;
	const char *comma = "";

	printf("{\"calls\":%lu,\"seconds\":%.3f,\"rate\":%.2f,\"errors\":%lu,\"refused\":%lu,"
	       "\"failure\":\"%s\",",
	    sum->walked, seconds, (double)sum->walked / seconds, sum->failed, sum->refused,
	    sum->failure);
	times_print(&sum->times[WHOLE]);
	printf(",\"steps\":{");
	for (unsigned step = 0; step < STEP__MAX; step++) {
		if (sum->times[step].count == 0)
			continue;
		printf("%s\"%s\":{", comma, step_names[step]);
		times_print(&sum->times[step]);
		printf("}");
		comma = ",";
	}
	printf("}}\n");
}

/* The command */

static void
plan_parse(struct plan *plan, int argc, char **argv)
{
	const struct bench_option options[] = {
		{ "clients", .number = &plan->clients },
		{ "rate", .decimal = &plan->rate },
		{ "seconds", .decimal = &plan->seconds },
		{ "count", .number = &plan->count },
		{ "first", .number = &plan->first },
		{ "symbol", .text = &plan->symbol },
		{ "password", .text = &plan->password },
		{ "login", .flag = &plan->login },
		{ "ctl", .text = &plan->ctl },
		{ 0 },
	};

	plan->address = bench_options_read(options, 1, usage, argc, argv)[0];
	if (plan->ctl == NULL)
		walk_error("--ctl is missing");
	if (plan->clients < 1 || plan->clients > CLIENTS_MAX || plan->seconds <= 0)
		walk_error("clients and seconds begin at 1");
}

int
main(int argc, char **argv)
{
	static struct plan plan = { .symbol = "900",
		.password = "asagao7rakuda",
		.clients = 8,
		.first = 100001,
		.count = 1000000000,
		.seconds = 5 };

	plan_parse(&plan, argc, argv);
	clients_run(&plan);
	for (unsigned n = 1; n < plan.clients; n++)
		client_merge(&clients[0], &clients[n]);
	report(&plan, &clients[0]);
	fflush(stdout);
	_exit(0); /* the reader of mails may still wait for one */
}
