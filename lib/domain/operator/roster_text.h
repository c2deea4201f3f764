/* roster_text.h - the text of one field of a roster, in UTF-8 and in its plain form.
 *
 * A roster is in UTF-8 or in Shift_JIS, which is Microsoft's: CP932. */

#ifndef ROSTER_TEXT_H
#define ROSTER_TEXT_H

#include <iconv.h>
#include <stdbool.h>

/* Bytes of a field as text; a name of 300 bytes has up to 600 in half-width kana. */
#define ROSTER_FIELD_MAX 1024

bool roster_text_is_utf8(const char *field);

/* Converts a field to NFKC and cuts the spaces around it off: exports fill columns up with
 * spaces, also with full-width ones. Of ="0123", as spreadsheets are told that it is a text, 0123
 * is left. `from_cp932`: iconv's, from CP932 to UTF-8; NULL: the field is in UTF-8. Returns NULL,
 * or the reason why it is no text, which holds nothing of the field; then `ret` is undefined. */
const char *roster_text_read(
    iconv_t from_cp932, const char *field, char ret[static ROSTER_FIELD_MAX + 1]);

#endif
