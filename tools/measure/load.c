/* load.c - sends the requests of a file to an HTTP server and tells how long the answers took.
 *
 * Closed loop: each of the clients sends its next request when it has an answer; that finds the
 * highest rate. Open model, with --rate: each request has a planned moment, and its time counts
 * from there even if all clients were still busy, so that a stall is seen as long as it was. */

#include "bench_options.h"
#include "bench_times.h"
#include "bench_wire.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#define CLIENTS_MAX 1024
#define STATUS_MAX  599
#define TOKEN_MAX   2048
#define GRACE_NS    5000000000 /* open model: after the end, until who still waits is given up */

static const char usage[] =
    "usage: load [--clients N] [--rate R] [--seconds S] [--once] [--save MEMBER=FILE]\n"
    "            [--log FILE] HOST:PORT FILE\n"
    "\n"
    "  FILE       a request a line: METHOD PATH TOKEN|- [BODY]\n"
    "  --rate     requests a second at planned moments; without it as fast as answers come\n"
    "  --once     each line at most once; without it from the start again\n"
    "  --save     writes `LINE VALUE` for each answer that has this member\n"
    "  --log      writes `LINE PLANNED ENDED STATUS` for each request, when it has ended: "
    "microseconds\n"
    "             of the monotonic clock; status 0 for a connection that broke, or given up\n"
    "\n"
    "Prints JSON. refused: the times of answers from 500 on, which the others are without. errors: "
    "connections that broke. unserved: planned and given up.\n";

struct plan {
	const char *address;
	struct wire_call *calls;
	size_t count;
	unsigned long clients;
	double rate; /* 0: closed loop */
	double seconds;
	bool once;
	char member[64]; /* empty: nothing is saved */
	FILE *saved;
	FILE *log; /* NULL: none */
	int64_t start_ns;
	int64_t end_ns;
	atomic_size_t next;
};

struct client {
	struct plan *plan;
	pthread_t thread;
	struct wire wire;
	struct times times;
	struct times refused; /* of answers from 500 on */
	unsigned statuses[STATUS_MAX + 1];
	unsigned errors;
	unsigned unserved;
	int64_t last_ns; /* when it had its last answer */
};

static void
load_error(const char *what)
{
	fprintf(stderr, "load: %s\n", what);
	exit(2);
}

/* The file */

static char *
read_requests(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t room = 0;

	if (file == NULL)
		load_error("the file of requests can not be read");
	if (getdelim(&text, &room, '\0', file) < 0)
		load_error("the file of requests is empty");
	fclose(file);
	return text;
}

static void
call_parse(struct wire_call *call, char *line)
{
	call->method = strsep(&line, " ");
	call->path = strsep(&line, " ");
	call->token = strsep(&line, " ");
	call->body = line == NULL ? "" : line;
	if (call->token == NULL)
		load_error("a line is not METHOD PATH TOKEN|- [BODY]");
}

/* The calls point into the text, which lives as long as the program. */
static void
calls_parse(struct plan *plan, char *text)
{
	size_t lines = 0;

	for (const char *c = text; *c != '\0'; c++)
		lines += *c == '\n';
	plan->calls = calloc(lines + 1, sizeof *plan->calls);
	if (plan->calls == NULL)
		load_error("no memory");
	for (char *line; (line = strsep(&text, "\n")) != NULL && line[0] != '\0';)
		call_parse(&plan->calls[plan->count++], line);
}

/* The clients */

static void
save(const struct plan *plan, size_t line, const char *body)
{
	char value[TOKEN_MAX];

	if (plan->saved != NULL && wire_member(body, plan->member, value, sizeof value))
		fprintf(plan->saved, "%zu %s\n", line, value);
}

/* A line at once, so that whoever reads the file sees what has ended. */
static void
log_call(const struct plan *plan, size_t line, int64_t began_ns, int status)
{
	if (plan->log != NULL)
		fprintf(plan->log, "%zu %lld %lld %d\n", line, (long long)(began_ns / 1000),
		    (long long)(times_now() / 1000), status < 0 ? 0 : status);
}

static void
send_one(struct client *client, size_t line, int64_t began_ns)
{
	const char *body = "";
	const int status = wire_call(&client->wire, &client->plan->calls[line], &body);

	log_call(client->plan, line, began_ns, status);
	if (status < 0 || status > STATUS_MAX) {
		client->errors++;
		return;
	}
	times_add(status < 500 ? &client->times : &client->refused, began_ns);
	client->last_ns = times_now();
	client->statuses[status]++;
	save(client->plan, line, body);
}

static int64_t
planned(const struct plan *plan, size_t nth)
{
	return plan->rate > 0 ? plan->start_ns + (int64_t)((double)nth / plan->rate * 1e9)
			      : times_now();
}

static void *
client_run(void *argument)
{
	struct client *client = argument;
	struct plan *plan = client->plan;

	prctl(PR_SET_TIMERSLACK, 1UL);
	for (;;) {
		const size_t nth = atomic_fetch_add(&plan->next, 1);
		const int64_t began_ns = planned(plan, nth);
		if ((plan->once && nth >= plan->count) || began_ns >= plan->end_ns)
			break;
		if (plan->rate > 0)
			times_sleep_until(began_ns);
		if (times_now() < plan->end_ns + GRACE_NS) {
			send_one(client, nth % plan->count, began_ns);
			continue;
		}
		client->unserved++;
		log_call(plan, nth % plan->count, began_ns, 0);
	}
	wire_close(&client->wire);
	return NULL;
}

static struct client *
clients_run(struct plan *plan)
{
	struct client *clients = calloc(plan->clients, sizeof *clients);

	if (clients == NULL)
		load_error("no memory");
	plan->start_ns = times_now();
	plan->end_ns = plan->start_ns + (int64_t)(plan->seconds * 1e9);
	for (unsigned n = 0; n < plan->clients; n++) {
		clients[n].plan = plan;
		if (!wire_open(&clients[n].wire, plan->address))
			load_error("the address is not HOST:PORT");
		if (pthread_create(&clients[n].thread, NULL, client_run, &clients[n]) != 0)
			load_error("no threads");
	}
	for (unsigned n = 0; n < plan->clients; n++)
		pthread_join(clients[n].thread, NULL);
	return clients;
}

/* The report */

static void
client_merge(struct client *into, struct client *from)
{
	times_merge(&into->times, &from->times);
	times_merge(&into->refused, &from->refused);
	for (unsigned status = 0; status <= STATUS_MAX; status++)
		into->statuses[status] += from->statuses[status];
	into->errors += from->errors;
	into->unserved += from->unserved;
	if (into->last_ns < from->last_ns)
		into->last_ns = from->last_ns;
}

static double
cpu_seconds(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void
report(const struct plan *plan, struct client *sum)
{
	const size_t calls = sum->times.count + sum->refused.count;
	const double seconds = calls == 0 ? plan->seconds
					  : (double)(sum->last_ns - plan->start_ns) / 1e9;
	const char *comma = "";

	printf("{\"calls\":%zu,\"seconds\":%.3f,\"rate\":%.2f,", calls, seconds,
	    (double)calls / seconds);
	times_print(&sum->times);
	printf(",\"refused\":{");
	times_print(&sum->refused);
	printf("}");
	printf(",\"errors\":%u,\"unserved\":%u,\"load_cpu_s\":%.2f,\"statuses\":{", sum->errors,
	    sum->unserved, cpu_seconds());
	for (unsigned status = 0; status <= STATUS_MAX; status++) {
		if (sum->statuses[status] == 0)
			continue;
		printf("%s\"%u\":%u", comma, status, sum->statuses[status]);
		comma = ",";
	}
	printf("}}\n");
}

/* The command */

static void
save_to(struct plan *plan, const char *member_and_file)
{
	const char *equals = strchr(member_and_file, '=');

	if (equals == NULL || (size_t)(equals - member_and_file) >= sizeof plan->member)
		load_error("--save takes MEMBER=FILE");
	memcpy(plan->member, member_and_file, (size_t)(equals - member_and_file));
	plan->saved = fopen(equals + 1, "w");
	if (plan->saved == NULL)
		load_error("what is saved can not be written");
}

static void
log_to(struct plan *plan, const char *path)
{
	plan->log = fopen(path, "w");
	if (plan->log == NULL || setvbuf(plan->log, NULL, _IOLBF, BUFSIZ) != 0)
		load_error("the log can not be written");
}

static void
plan_parse(struct plan *plan, int argc, char **argv)
{
	const char *member_and_file = NULL;
	const char *log = NULL;
	const struct bench_option options[] = {
		{ "clients", .number = &plan->clients },
		{ "rate", .decimal = &plan->rate },
		{ "seconds", .decimal = &plan->seconds },
		{ "once", .flag = &plan->once },
		{ "save", .text = &member_and_file },
		{ "log", .text = &log },
		{ 0 },
	};
	char **words = bench_options_read(options, 2, usage, argc, argv);

	if (member_and_file != NULL)
		save_to(plan, member_and_file);
	if (log != NULL)
		log_to(plan, log);
	plan->address = words[0];
	calls_parse(plan, read_requests(words[1]));
	if (plan->clients < 1 || plan->clients > CLIENTS_MAX || plan->seconds <= 0 ||
	    plan->count == 0)
		load_error("clients, seconds and requests begin at 1");
}

int
main(int argc, char **argv)
{
	static struct plan plan = { .clients = 8, .seconds = 5 };

	plan_parse(&plan, argc, argv);
	struct client *clients = clients_run(&plan);
	for (unsigned n = 1; n < plan.clients; n++)
		client_merge(&clients[0], &clients[n]);
	report(&plan, &clients[0]);
	if (plan.saved != NULL && fclose(plan.saved) != 0)
		load_error("what was saved could not be written");
	if (plan.log != NULL && fclose(plan.log) != 0)
		load_error("the log could not be written");
	free(clients[0].times.us);
	free(clients[0].refused.us);
	free(clients);
	return 0;
}
