/* caching.c - answers that anybody may keep. */

#include "caching.h"

#include "http_reply.h"
#include "secret.h"
#include "text.h"

#include <stddef.h>
#include <string.h>

#define TAG_BYTES 16 /* of the hash: nobody would find another body of ours with the same */

#define TAG_MAX (2 * TAG_BYTES + 2)

/* The tag of a body, with its quotes, made of its bytes. */
static void
body_tag(const struct http_reply *reply, char ret[static TAG_MAX + 1])
{
	uint8_t hash[SECRET_SHA256_SIZE];

	secret_sha256(reply->body, reply->body_size, hash);
	ret[0] = '"';
	text_hex(hash, TAG_BYTES, ret + 1);
	memcpy(ret + TAG_MAX - 1, "\"", sizeof "\"");
}

/* Behind blanks and commas: a list may have empty places (RFC 9110 5.6.1). */
static const char *
next_tag(const char *list)
{
	return list + strspn(list, " \t,");
}

/* Behind the tag that begins here; NULL: none does. */
static const char *
tag_end(const char *opaque)
{
	const char *const quote = opaque[0] == '"' ? strchr(opaque + 1, '"') : NULL;

	return quote != NULL ? quote + 1 : NULL;
}

bool
caching_tag_is_listed(const char *if_none_match, const char *entity_tag)
{
	const size_t length = strlen(entity_tag);

	if (strcmp(if_none_match, "*") == 0)
		return true;
	for (const char *at = next_tag(if_none_match); *at != '\0'; at = next_tag(at)) {
		const char *const opaque = text_starts_with(at, "W/") ? at + 2 : at;

		at = tag_end(opaque);
		if (at == NULL || strchr(" \t,", *at) == NULL)
			return false;
		if ((size_t)(at - opaque) == length && strncmp(opaque, entity_tag, length) == 0)
			return true;
	}
	return false;
}

void
caching_allow(struct http_reply *reply, int64_t max_age_s, const char *if_none_match)
{
	char made[TAG_MAX + 1];
	const char *tag = made;

	if (reply->document != NULL)
		tag = reply->document->entity_tag;
	else
		body_tag(reply, made);
	reply->max_age_s = max_age_s;
	http_reply_add(reply, "ETag", tag);
	if (if_none_match == NULL || !caching_tag_is_listed(if_none_match, tag))
		return;
	reply->status = 304;
	reply->media_type = NULL;
	reply->document = NULL;
}
