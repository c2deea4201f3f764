/* mime.c - a mail as it goes over the wire. */

#include "mime.h"

#include "base64.h"

#include <string.h>

#define LINE_BYTES (MIME_LINE_MAX / 4 * 3) /* that become a line */
#define PART(type)                                  \
	"--" MIME_BOUNDARY "\r\n"                   \
	"Content-Type: " type "; charset=utf-8\r\n" \
	"Content-Transfer-Encoding: base64\r\n\r\n"

_Static_assert(BASE64_MAX(LINE_BYTES) + 2 == MIME_LINE_MAX, "RFC 2045 6.8: 76 and the line end");

/* Is this piece to be encoded? */
static const bool is_encoded[MIME_PIECES] = { [2] = true, [4] = true };

struct mime
mime_of(const char *headers, const char *text, const char *html)
{
	return (struct mime){
		.pieces = { headers, "\r\n" PART("text/plain"), text, PART("text/html"), html,
		    "--" MIME_BOUNDARY "--\r\n" },
	};
}

static size_t
take_plain(const char **piece, char *to, size_t size)
{
	const size_t length = strnlen(*piece, size);

	memcpy(to, *piece, length);
	*piece += length;
	return length;
}

/* Takes a line's worth of a text with CR LF line ends, as RFC 2045 6.8 wants them before they are
 * encoded. */
static size_t
take_encoded(struct mime *mime, char *to, size_t size)
{
	const char **at = &mime->pieces[mime->piece];
	char bytes[LINE_BYTES];
	size_t count = 0;

	if (size < MIME_LINE_MAX + 1)
		return 0;
	while (count < sizeof bytes && **at != '\0') {
		mime->in_line_end = **at == '\n' && !mime->in_line_end;
		bytes[count++] = mime->in_line_end ? '\r' : *(*at)++;
	}
	size_t length = base64_encode(bytes, count, to);
	to[length++] = '\r';
	to[length++] = '\n';
	return length;
}

size_t
mime_take(struct mime *mime, char *to, size_t size)
{
	size_t length = 0;

	for (; mime->piece < MIME_PIECES; mime->piece++)
		while (*mime->pieces[mime->piece] != '\0') {
			const size_t taken = is_encoded[mime->piece]
						 ? take_encoded(mime, to + length, size - length)
						 : take_plain(&mime->pieces[mime->piece],
						       to + length, size - length);

			if (taken == 0)
				return length;
			length += taken;
		}
	return length;
}
