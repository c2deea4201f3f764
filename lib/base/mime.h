/* mime.h - a mail as it goes over the wire: its headers, then a text and an HTML part in base64,
 * all in lines that end with CR LF (RFC 5322, 2045, 2046).
 *
 * It stands nowhere as a whole: whoever sends it takes as much as there is room for, until all of
 * it was taken. */

#ifndef MIME_H
#define MIME_H

#include <stdbool.h>
#include <stddef.h>

/* In no part: where base64 has a "=", no "_" follows (RFC 2045 6.7 has the idea). */
#define MIME_BOUNDARY "=_myportal_part"

/* A header of the mail, with a "MIME-Version: 1.0" (RFC 2045 4). */
#define MIME_CONTENT_TYPE "Content-Type: multipart/alternative; boundary=\"" MIME_BOUNDARY "\"\r\n"

#define MIME_LINE_MAX 78 /* of an encoded line, with its CR LF */
#define MIME_PIECES   6

/* How far a mail was taken. */
struct mime {
	const char *pieces[MIME_PIECES]; /* what is left of each, in their order; borrowed */
	size_t piece;
	bool in_line_end;
};

/* A mail that begins. `headers` end with CR LF each; the two texts are UTF-8 with \n line ends, and
 * are borrowed until the mail was taken. */
struct mime mime_of(const char *headers, const char *text, const char *html);

/* Takes what comes next, as much as there is room for, and says how much that was. 0: all of the
 * mail was taken, or `size` is not more than MIME_LINE_MAX. */
size_t mime_take(struct mime *, char *to, size_t size);

#endif
