/* admission.c - rate limits of requests, and how many are worked on at once. */

#include "admission.h"

#include "clock.h"
#include "hash_pool.h"
#include "limit_local.h"
#include "text.h"

#include <string.h>

/* How often ----------------------------------------------------------------------------------- */

static struct limit_state
count_request(
    struct service *service, struct limit_subject subject, struct admission_counts *counts)
{
	const struct limit_state state = limit_local_count(
	    service->app.limit_local, subject, clock_monotonic_ms());

	if (counts != NULL) {
		counts->subjects[counts->count] = subject;
		counts->states[counts->count++] = state;
	}
	return state;
}

void
admission_give_back(struct service *service, const struct admission_counts *counts)
{
	for (unsigned i = 0; i < counts->count; i++)
		limit_local_give_back(
		    service->app.limit_local, counts->subjects[i], &counts->states[i]);
}

/* OK, or `beyond` and how long to wait. */
static enum result
limit_result(const struct limit_state *state, enum result beyond, struct error_info *error_info)
{
	if (state->granted)
		return OK;
	error_info->wait_s = state->wait_s;
	return beyond;
}

static void
add_ratelimit_headers(
    const struct limit_state *state, enum limit_id limit_id, struct http_reply *reply)
{
	const struct limit *limit = limit_of(limit_id);
	char line[96];

	if (text_format(line, sizeof line, "\"%s\";q=%lld;w=%lld", limit->name,
		(long long)state->max, (long long)limit->window_s))
		http_reply_add(reply, "RateLimit-Policy", line);
	if (text_format(line, sizeof line, "\"%s\";r=%lld;t=%lld", limit->name,
		(long long)state->left, (long long)state->wait_s))
		http_reply_add(reply, "RateLimit", line);
}

/* The source's own counter comes first: a source that has reached its limit uses up nothing of what
 * its /48 shares. */
enum result
admission_source(struct service *service, enum limit_id limit_id, const struct client *client,
    const struct admission_told *told, struct admission_counts *counts)
{
	const struct limit_state state = count_request(
	    service, limit_subject_of_source(limit_id, client), counts);

	add_ratelimit_headers(&state, limit_id, told->reply);
	TRY(limit_result(&state, TOO_MANY, told->error_info));
	const struct limit_state around = count_request(
	    service, limit_subject_of_prefix(limit_id, client), counts);
	return limit_result(&around, TOO_MANY, told->error_info);
}

enum result
admission_link(struct service *service, enum limit_id limit_id, const struct jti *jti,
    struct error_info *error_info, struct admission_counts *counts)
{
	const struct limit_state state = count_request(
	    service, limit_subject_of(limit_id, jti->bytes, sizeof jti->bytes), counts);

	return limit_result(&state, TOO_MANY, error_info);
}

enum result
admission_service(struct service *service, enum limit_id limit_id, struct error_info *error_info)
{
	const struct limit_state state = count_request(
	    service, limit_subject_of_service(limit_id), NULL);

	return limit_result(&state, OVERLOADED, error_info);
}

/* How many at once ---------------------------------------------------------------------------- */

static unsigned
load_max(const struct service *service, enum load load)
{
	switch (load) {
	case LOAD_HASHING:
		return (unsigned)service->config->hashing_max;
	case LOAD_PICTURES:
		return (unsigned)service->config->pictures_max;
	case LOAD_REST:
	case LOAD__MAX:
		break;
	}
	return (unsigned)service->config->requests_max;
}

/* May one more be worked on beside so many of its load? Passwords are not hashed faster by being
 * asked for: one that would wait for too long is rejected at once. */
static bool
has_place(const struct service *service, enum load load, unsigned alike)
{
	if (alike >= load_max(service, load))
		return false;
	return load != LOAD_HASHING ||
	       hash_pool_wait_ms(service->app.hash_pool, alike) <= HASHING_WAIT_MS;
}

enum result
admission_enter(struct service *service, enum load load)
{
	const unsigned all = atomic_fetch_add(&service->requests, 1);
	const unsigned alike = atomic_fetch_add(&service->loads[load], 1);

	if (all < (unsigned)service->config->requests_max && has_place(service, load, alike))
		return OK;
	admission_leave(service, load);
	return OVERLOADED;
}

void
admission_leave(struct service *service, enum load load)
{
	atomic_fetch_sub(&service->loads[load], 1);
	atomic_fetch_sub(&service->requests, 1);
}
