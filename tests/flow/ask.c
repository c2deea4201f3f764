/* ask.c - sends one HTTP request and keeps the answer: curl's part in api() of helper.bash, where
 * the request is a plain one to this machine. A run asks ten thousand times, and curl loads 33
 * libraries before it asks.
 *
 *   ask ADDRESS:PORT METHOD PATH OUT [HEADER...] [<BODY]
 *
 * A regular file on standard input is the body. Writes the header lines of the answer, interim ones
 * too, to OUT.headers, its body to OUT.body, and prints its status, or 000 where no whole answer
 * came in ANSWER_WAIT_S. It sends what curl sends, but for what curl makes of some headers: it
 * sends chunks where Transfer-Encoding says so. An answer in chunks is none, as the service has no
 * such. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ANSWER_WAIT_S = 30, TEXT_MAX = 16 << 20 };

struct text {
	size_t length;
	char bytes[TEXT_MAX + 1]; /* ended by zero */
};

/* What curl says where the caller says nothing else. */
static const char *const curl_headers[] = { "User-Agent: curl/7.88.1", "Accept: */*" };

static _Noreturn void
give_up(const char *what)
{
	perror(what);
	printf("000");
	exit(EXIT_FAILURE);
}

static void
too_late(int signal_number)
{
	(void)signal_number;
	_exit(write(STDOUT_FILENO, "000", 3) == 3 ? EXIT_FAILURE : 2);
}

/* Reads once; false at the end, which may be that of a connection that was reset. */
static bool
read_some(int fd, struct text *text)
{
	const ssize_t got = read(fd, text->bytes + text->length, TEXT_MAX - text->length);

	if (got > 0)
		text->length += (size_t)got;
	return got > 0;
}

static bool
has_body(void)
{
	struct stat input;

	return fstat(STDIN_FILENO, &input) == 0 && S_ISREG(input.st_mode);
}

static int
connect_to(const char *host)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	const int sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char address[INET_ADDRSTRLEN];
	unsigned short port;

	if (sscanf(host, "%15[0-9.]:%hu", address, &port) != 2 ||
	    inet_pton(AF_INET, address, &to.sin_addr) != 1)
		give_up(host);
	to.sin_port = htons(port);
	if (sock < 0 || connect(sock, (const struct sockaddr *)&to, sizeof to) != 0)
		give_up(host);
	return sock;
}

static bool
is_given(const char *header, char **given)
{
	const size_t name = strcspn(header, ":") + 1;

	while (*given != NULL && strncasecmp(*given, header, name) != 0)
		given++;
	return *given != NULL;
}

static void
write_head(FILE *to, char **words)
{
	char **const given = words + 4;

	fprintf(to, "%s %s HTTP/1.1\r\n", words[1], words[2]);
	if (!is_given("Host:", given))
		fprintf(to, "Host: %s\r\n", words[0]);
	for (size_t i = 0; i < sizeof curl_headers / sizeof *curl_headers; i++) {
		if (!is_given(curl_headers[i], given))
			fprintf(to, "%s\r\n", curl_headers[i]);
	}
	for (size_t i = 0; given[i] != NULL; i++)
		fprintf(to, "%s\r\n", given[i]);
}

/* All at once. A server that has seen enough answers, and closes before the end. */
static void
send_request(int sock, char **words)
{
	static struct text body;
	char *bytes;
	size_t length;
	FILE *const request = open_memstream(&bytes, &length);

	if (request == NULL)
		give_up("memory");
	write_head(request, words);
	if (has_body()) {
		while (read_some(STDIN_FILENO, &body))
			continue;
		fprintf(request, "Content-Length: %zu\r\n", body.length);
	}
	fputs("\r\n", request);
	fwrite(body.bytes, 1, body.length, request);
	fclose(request);
	for (size_t sent = 0; sent < length;) {
		const ssize_t now = send(sock, bytes + sent, length - sent, MSG_NOSIGNAL);
		if (now < 0)
			break;
		sent += (size_t)now;
	}
	free(bytes);
}

/* The body behind a head, by its own words; what has none of them ends with the connection. */
static size_t
body_length(const char *head, int status, bool is_head)
{
	const char *const field = strcasestr(head, "\r\nContent-Length:");

	if (is_head || status == 204 || status == 304)
		return 0;
	return field == NULL ? SIZE_MAX : strtoul(field + 17, NULL, 10);
}

/* Reads one head, from `text` on, and returns where it ends. */
static size_t
receive_head(int sock, struct text *text, size_t from, int *ret_status)
{
	char *end;

	while ((end = strstr(text->bytes + from, "\r\n\r\n")) == NULL) {
		if (!read_some(sock, text))
			give_up("no answer");
	}
	if (sscanf(text->bytes + from, "HTTP/1.1 %3d", ret_status) != 1)
		give_up("no HTTP");
	return (size_t)(end - text->bytes) + 4;
}

static void
write_file(const char *out, const char *part, const char *bytes, size_t length)
{
	char name[4096];

	snprintf(name, sizeof name, "%s.%s", out, part);
	FILE *const file = fopen(name, "w");
	if (file == NULL || fwrite(bytes, 1, length, file) != length || fclose(file) != 0)
		give_up(name);
}

static void
receive(int sock, const char *out, bool is_head)
{
	static struct text text;
	size_t head = 0, from;
	int status;

	do {
		from = head;
		head = receive_head(sock, &text, from, &status);
	} while (status < 200);
	write_file(out, "headers", text.bytes, head);

	/* The head alone is searched for its length. */
	const char first = text.bytes[head];
	text.bytes[head] = '\0';
	const size_t length = body_length(text.bytes + from, status, is_head);
	text.bytes[head] = first;

	while (text.length - head < length && read_some(sock, &text))
		continue;
	const size_t got = text.length - head;
	write_file(out, "body", text.bytes + head, got < length ? got : length);
	if (length != SIZE_MAX && got < length)
		give_up("half an answer");
	printf("%d", status);
}

int
main(int argc, char **argv)
{
	if (argc < 5)
		return 2;
	signal(SIGALRM, too_late);
	alarm(ANSWER_WAIT_S);
	const int sock = connect_to(argv[1]);
	send_request(sock, argv + 1);
	receive(sock, argv[4], strcmp(argv[2], "HEAD") == 0);
	return 0;
}
