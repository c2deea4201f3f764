/* admission.c - has its sender asked too often, and is there room for one more? */

#include "admission.h"

#include "clock.h"
#include "text.h"
#include "throttle.h"

#include <string.h>

/* How often ----------------------------------------------------------------------------------- */

/* One more of the thing. */
static struct throttle_state
take(struct service *service, enum policy_scope scope, const void *thing, size_t size,
    unsigned crowd)
{
	return throttle_take(
	    service->portal.throttle, scope, thing, size, crowd, clock_monotonic_ms());
}

static enum result
judge(const struct throttle_state *state, enum result beyond, struct refusal *refusal)
{
	if (state->granted)
		return OK;
	refusal->wait_s = state->wait_s;
	return beyond;
}

static void
tell(const struct throttle_state *state, enum policy_scope scope, struct http_reply *reply)
{
	const struct policy *policy = policy_of(scope);
	char line[96];

	if (text_format(line, sizeof line, "\"%s\";q=%lld;w=%lld", policy->name,
		(long long)state->limit, (long long)policy->window_s))
		http_reply_add(reply, "RateLimit-Policy", line);
	if (text_format(line, sizeof line, "\"%s\";r=%lld;t=%lld", policy->name,
		(long long)state->left, (long long)state->wait_s))
		http_reply_add(reply, "RateLimit", line);
}

/* The source's own counter comes first: who is refused by it uses nothing up for those around. */
enum result
admission_source(struct service *service, enum policy_scope scope, const struct visitor *visitor,
    struct http_reply *reply, struct refusal *refusal)
{
	const struct throttle_state state = take(
	    service, scope, visitor->source, strlen(visitor->source), visitor->crowd);

	tell(&state, scope, reply);
	TRY(judge(&state, TOO_MANY, refusal));
	if (visitor->prefix[0] == '\0')
		return OK;
	const struct throttle_state around = take(service, scope, visitor->prefix,
	    strlen(visitor->prefix), visitor->crowd * PREFIX_SOURCES);
	return judge(&around, TOO_MANY, refusal);
}

enum result
admission_link(struct service *service, enum policy_scope scope, const uint8_t jti[static JTI_SIZE],
    struct refusal *refusal)
{
	const struct throttle_state state = take(service, scope, jti, JTI_SIZE, 1);

	return judge(&state, TOO_MANY, refusal);
}

enum result
admission_service(struct service *service, enum policy_scope scope, struct refusal *refusal)
{
	const struct throttle_state state = take(service, scope, "", 0, 1);

	return judge(&state, OVERLOADED, refusal);
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

enum result
admission_enter(struct service *service, enum load load)
{
	const unsigned all = atomic_fetch_add(&service->requests, 1);
	const unsigned alike = atomic_fetch_add(&service->loads[load], 1);

	if (all < (unsigned)service->config->requests_max && alike < load_max(service, load))
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
