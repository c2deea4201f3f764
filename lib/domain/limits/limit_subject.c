/* limit_subject.c - what a limit counts. */

#include "limit_subject.h"

#include <string.h>

struct limit_subject
limit_subject_of(enum limit_id limit_id, const void *bytes, size_t size)
{
	return (struct limit_subject){
		.limit_id = limit_id, .bytes = bytes, .size = size, .factor = 1
	};
}

static struct limit_subject
limit_subject_of_address(enum limit_id limit_id, const char *address, unsigned factor)
{
	struct limit_subject subject = limit_subject_of(limit_id, address, strlen(address));

	subject.factor = (int)factor;
	return subject;
}

struct limit_subject
limit_subject_of_source(enum limit_id limit_id, const struct client *client)
{
	return limit_subject_of_address(limit_id, client->source, client->shared_network_factor);
}

struct limit_subject
limit_subject_of_prefix(enum limit_id limit_id, const struct client *client)
{
	if (client->prefix[0] == '\0')
		return (
		    struct limit_subject){ .limit_id = limit_id, .bytes = "", .uncounted = true };
	return limit_subject_of_address(
	    limit_id, client->prefix, client->shared_network_factor * PREFIX_FACTOR);
}

struct limit_subject
limit_subject_of_service(enum limit_id limit_id)
{
	return limit_subject_of(limit_id, "", 0);
}
