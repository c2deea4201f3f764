/* ctl_doctor_proxy.c - checks of myportalctl doctor: the settings against the proxy's file, which
 * the call names, or which is where it usually is. */

#include "ctl_doctor_proxy.h"

#include "cleanup.h"
#include "text.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

/* Reading -------------------------------------------------------------------------------------- */

static unsigned
port_of_listen(const char *listen)
{
	const char *const colon = strrchr(listen, ':');
	int64_t port = 0;

	return colon != NULL && text_number(colon + 1, 1, 65535, &port) ? (unsigned)port : 0;
}

static bool
read_proxy(struct doctor *doctor, enum proxy_kind kind, int fd)
{
	static char text[DOCTOR_FILE_MAX + 1];

	if (!doctor_read_file(fd, text))
		return false;
	doctor->proxy_kind = kind;
	proxy_file_read(kind, text, port_of_listen(doctor->call->config->listen), &doctor->proxy);
	return true;
}

static void
find_named(
    struct doctor *doctor, enum proxy_kind kind, const char *option, struct doctor_finding *ret)
{
	if (!read_proxy(doctor, kind, ctl_fd(doctor->call, option)))
		doctor_find(ret, DOCTOR_PROBLEM,
		    "%s names no text of at most 256 KiB: name the proxy's configuration", option);
	else if (doctor->proxy.servers == 0)
		doctor_find(ret, DOCTOR_PROBLEM,
		    "no line \"server\" of it has the port of LISTEN: correct LISTEN or the line, "
		    "or "
		    "name the file that has it");
	else
		doctor_find(ret, DOCTOR_OK, "it has %zu line%s \"server\" for LISTEN",
		    doctor->proxy.servers, doctor->proxy.servers == 1 ? "" : "s");
}

/* Those of Debian's packages. What is there of another service is nobody's fault. */
static void
find_usual(struct doctor *doctor, struct doctor_finding *ret)
{
	static const struct {
		const char *path;
		enum proxy_kind kind;
	} places[] = {
		{ "/etc/nginx/conf.d/myportal.conf", PROXY_NGINX },
		{ "/etc/nginx/sites-enabled/myportal.conf", PROXY_NGINX },
		{ "/etc/haproxy/haproxy.cfg", PROXY_HAPROXY },
	};

	for (size_t i = 0; i < LENGTH(places); i++) {
		CLEANUP(cleanup_close) const int fd = open(places[i].path, O_RDONLY | O_CLOEXEC);

		if (fd >= 0 && read_proxy(doctor, places[i].kind, fd) &&
		    doctor->proxy.servers > 0) {
			doctor_find(ret, DOCTOR_OK, "%s", places[i].path);
			return;
		}
	}
	doctor->proxy.servers = 0;
	doctor_find(ret, DOCTOR_SKIPPED,
	    "no file that can be read has a line \"server\" for LISTEN: name it with --nginx or "
	    "--haproxy, on the proxy's machine or as a copy");
}

void
doctor_proxy(struct doctor *doctor, struct doctor_finding *ret)
{
	if (ctl_given(doctor->call, "--nginx"))
		find_named(doctor, PROXY_NGINX, "--nginx", ret);
	else if (ctl_given(doctor->call, "--haproxy"))
		find_named(doctor, PROXY_HAPROXY, "--haproxy", ret);
	else
		find_usual(doctor, ret);
}

/* Comparing ------------------------------------------------------------------------------------ */

/* How the proxy's language calls a bound. */
static const char *
proxy_word(const struct doctor *doctor, const char *nginx, const char *haproxy)
{
	return doctor->proxy_kind == PROXY_NGINX ? nginx : haproxy;
}

static bool
was_read(const struct doctor *doctor, struct doctor_finding *ret)
{
	if (doctor->proxy.servers == 0)
		doctor_find(ret, DOCTOR_SKIPPED, "see proxy");
	return doctor->proxy.servers > 0;
}

void
doctor_proxy_connections(struct doctor *doctor, struct doctor_finding *ret)
{
	const struct config *const c = doctor->call->config;
	const struct proxy_file *const proxy = &doctor->proxy;
	const int64_t all = proxy->connections + proxy->idle;
	const char *const max = proxy_word(doctor, "max_conns", "maxconn");

	if (!was_read(doctor, ret))
		return;
	if (proxy->connections == 0)
		doctor_find(ret, DOCTOR_PROBLEM,
		    "a line \"server\" has no %s: give it one well below HTTP_WORKERS, or the "
		    "service "
		    "ends connections that the proxy believes in",
		    max);
	else if (4 * all >= 3 * c->http_workers)
		doctor_find(ret, DOCTOR_PROBLEM,
		    "%s and the idle connections (%s) are %" PRId64
		    " together, and HTTP_WORKERS is "
		    "%" PRId64
		    ": they must stay below three quarters of it; set HTTP_WORKERS to %" PRId64
		    " or more, or lower %s",
		    max, proxy_word(doctor, "keepalive, of 3 processes", "pool-max-conn"), all,
		    c->http_workers, 4 * all / 3 + 1, max);
	else if (c->requests_max < proxy->connections)
		doctor_find(ret, DOCTOR_WARNING,
		    "REQUESTS_MAX is %" PRId64 ", below %s (%" PRId64
		    "): under load requests get 503 that "
		    "the proxy could hold; raise REQUESTS_MAX, or lower %s",
		    c->requests_max, max, proxy->connections, max);
	else
		doctor_find(ret, DOCTOR_OK, "%" PRId64 " at most, for HTTP_WORKERS of %" PRId64,
		    all, c->http_workers);
}

void
doctor_proxy_idle(struct doctor *doctor, struct doctor_finding *ret)
{
	const struct config *const c = doctor->call->config;
	const struct proxy_file *const proxy = &doctor->proxy;
	const char *const word = proxy_word(
	    doctor, "keepalive_timeout of its upstream", "twice pool-purge-delay");

	if (!was_read(doctor, ret))
		return;
	if (proxy->idle == 0)
		doctor_find(ret, DOCTOR_OK, "no connection is kept idle");
	else if (proxy->idle_ms >= c->keep_alive_ms)
		doctor_find(ret, DOCTOR_PROBLEM,
		    "%s is %" PRId64 " ms, not below KEEP_ALIVE_MS (%" PRId64
		    "): requests meet connections "
		    "that the service closes at that moment; lower it, or raise KEEP_ALIVE_MS",
		    word, proxy->idle_ms, c->keep_alive_ms);
	else if (doctor->proxy_kind == PROXY_NGINX && c->drain_ms > 0 &&
		 proxy->idle_ms >= c->drain_ms)
		doctor_find(ret, DOCTOR_WARNING,
		    "%s is %" PRId64 " ms, not below DRAIN_MS (%" PRId64
		    "): a replica that stops cuts "
		    "connections that nginx still keeps; lower it, or raise DRAIN_MS",
		    word, proxy->idle_ms, c->drain_ms);
	else
		doctor_find(ret, DOCTOR_OK, "the proxy closes before the service does");
}

/* The first word of `of` that is no word of `other`. False: there is none. */
static bool
find_missing(const char *of, const char *other, char ret[static ORIGIN_MAX + 1])
{
	static const char between[] = ", ";
	const size_t in_length = strlen(other);

	for (of += strspn(of, between); *of != '\0'; of += strspn(of, between)) {
		const size_t length = strcspn(of, between);
		bool there = false;

		text_copy_cut(ret, length < ORIGIN_MAX ? length + 1 : ORIGIN_MAX + 1, of);
		for (size_t at = 0; at < in_length; at += strspn(other + at, between)) {
			const size_t size = strcspn(other + at, between);

			there = there ||
				(size == strlen(ret) && strncmp(other + at, ret, size) == 0);
			at += size;
		}
		if (!there)
			return true;
		of += length;
	}
	return false;
}

void
doctor_proxy_origins(struct doctor *doctor, struct doctor_finding *ret)
{
	const char *const allowed = doctor->call->config->cors_origins;
	char origin[ORIGIN_MAX + 1];

	if (!was_read(doctor, ret))
		return;
	if (find_missing(allowed, doctor->proxy.origins, origin))
		doctor_find(ret, DOCTOR_PROBLEM,
		    "the proxy does not know %s of CORS_ORIGINS: add it to %s, or the app cannot "
		    "read "
		    "what the proxy answers itself",
		    origin, proxy_word(doctor, "the map of $http_origin", "the acl \"page\""));
	else if (doctor->proxy.others > 0)
		doctor_find(
		    ret, DOCTOR_OK, "those of CORS_ORIGINS, and of others that the file serves");
	else if (find_missing(doctor->proxy.origins, allowed, origin))
		doctor_find(ret, DOCTOR_PROBLEM,
		    "the proxy lets %s read its answers, which is not in CORS_ORIGINS: add it "
		    "there, or "
		    "remove it from the proxy's file",
		    origin);
	else
		doctor_find(ret, DOCTOR_OK, "those of CORS_ORIGINS");
}
