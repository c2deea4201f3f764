/* myportal-dbagent.c - tells HAProxy whether the database server of this machine takes connections:
 * answers each connection with one line (node_state.h) and closes it. It reads nothing of whoever
 * asks, waits for nobody, and knows no secret. */

#include "bounds.h"
#include "db.h"
#include "log.h"
#include "node_watch.h"
#include "secret.h"
#include "standard_streams.h"
#include "text.h"
#include "version.h"

#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define BACKLOG      64
#define ADDRESS_SIZE 64 /* "[IPv6]:port" with the NUL */

struct agent_options {
	const char *listen;
	const char *socket;
	const char *user;
};

static const char usage[] =
    "usage: myportal-dbagent [--listen ADDRESS:PORT] [--socket PATH] [--user NAME]\n"
    "       myportal-dbagent --help | --version\n"
    "\n"
    "Tells HAProxy (agent-check) whether the MariaDB server of this machine takes connections.\n"
    "\n"
    "  --listen   where HAProxy asks (127.0.0.1:3308); an IPv6 address stands in brackets\n"
    "  --socket   the server's socket (/run/mysqld/mysqld.sock)\n"
    "  --user     the server's user, without a password (myportal-dbagent)\n";

static int
print_and_end(FILE *to, const char *text, int status)
{
	const bool printed = fputs(text, to) >= 0 && fflush(to) == 0;

	return printed ? status : EX_IOERR;
}

/* Returns -1, or the status with which the process ends. */
static int
parse_command_line(int argc, char **argv, struct agent_options *ret)
{
	static const struct option names[] = {
		{ "listen", required_argument, NULL, 'l' },
		{ "socket", required_argument, NULL, 's' },
		{ "user", required_argument, NULL, 'u' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ 0 },
	};
	char version[64];
	int option;

	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (option) {
		case 'l':
			ret->listen = optarg;
			break;
		case 's':
			ret->socket = optarg;
			break;
		case 'u':
			ret->user = optarg;
			break;
		case 'h':
			return print_and_end(stdout, usage, EX_OK);
		case 'v':
			(void)snprintf(
			    version, sizeof version, "myportal-dbagent %s\n", version_text());
			return print_and_end(stdout, version, EX_OK);
		default:
			return EX_USAGE; /* getopt_long() has said why */
		}
	}
	return optind == argc ? -1 : print_and_end(stderr, usage, EX_USAGE);
}

/* "ADDRESS:PORT" or "[ADDRESS]:PORT", both as numbers. False: it is none. */
static bool
resolve(const char *text, struct addrinfo **ret)
{
	const struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
	};
	char address[ADDRESS_SIZE];
	char *host = address;
	char *port;

	if (strlen(text) >= sizeof address)
		return false;
	text_copy_cut(address, sizeof address, text);
	port = strrchr(address, ':');
	if (port == NULL || port == address)
		return false;
	*port++ = '\0';
	if (host[0] == '[' && port[-2] == ']') {
		port[-2] = '\0';
		host++;
	}
	return getaddrinfo(host, port, &hints, ret) == 0;
}

/* -1, and errno. */
static int
open_listener(const struct addrinfo *address)
{
	static const int yes = 1;
	const int listener = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (listener >= 0 &&
	    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
	    bind(listener, address->ai_addr, address->ai_addrlen) == 0 &&
	    listen(listener, BACKLOG) == 0)
		return listener;
	if (listener >= 0)
		(void)close(listener);
	return -1;
}

static void
log_agent_not_started(const char *why)
{
	log_event("not_started", (const struct log_value[]){ log_text("why", why), { 0 } });
}

/* The line fits into an empty socket: nothing waits, whoever asks. */
static void
answer_client(int client, const char *answer)
{
	(void)!send(client, answer, strlen(answer), MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)close(client);
}

static void
serve_agent(int listener, struct node_watch *watch)
{
	for (;;) {
		const int client = accept(listener, NULL, NULL);

		if (client >= 0)
			answer_client(client, node_watch_answer(watch));
		else if (errno != EINTR && errno != ECONNABORTED) /* no descriptor, no memory */
			nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	}
}

static bool
start_process(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* as log.h asks of the process */
	log_open();
	return secret_start() && db_start();
}

int
main(int argc, char **argv)
{
	struct agent_options options = {
		.listen = "127.0.0.1:3308",
		.socket = "/run/mysqld/mysqld.sock",
		.user = "myportal-dbagent",
	};
	struct addrinfo *address;
	const bool has_streams = standard_streams_open();
	const int status = parse_command_line(argc, argv, &options);

	if (status != -1)
		return status;
	if (!resolve(options.listen, &address))
		return print_and_end(
		    stderr, "myportal-dbagent: --listen is no ADDRESS:PORT\n", EX_USAGE);
	if (!has_streams || !start_process()) {
		log_agent_not_started("the process could not be prepared");
		return EX_OSERR;
	}
	const int listener = open_listener(address);
	const int error = errno;
	freeaddrinfo(address);
	if (listener < 0) {
		log_agent_not_started(strerror(error));
		return EX_OSERR;
	}
	struct node_watch *watch = node_watch_begin(options.socket, options.user);
	if (watch == NULL) {
		log_agent_not_started("no memory, or no thread");
		return EX_OSERR;
	}
	log_event_at(LOG_LEVEL_NOTICE, "started",
	    (const struct log_value[]){ log_text("version", version_text()), { 0 } });
	serve_agent(listener, watch);
}
