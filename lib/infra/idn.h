/* idn.h - libidn2: internationalized domain names, as the mail needs them. */

#ifndef IDN_H
#define IDN_H

#include "result.h"

#include <stddef.h>

/* Turns a domain in UTF-8 into lower-case ASCII with punycode labels (IDNA 2008, UTS 46
 * non-transitional, so the ideographic full stop parts labels too, and characters that UTS 46
 * ignores, as the soft hyphen, vanish). An ASCII domain only changes its case. The answer is one or
 * more LDH labels (RFC 1034 3.5) of 1-63, at most 253 in all, no full stop at the end. BAD_FIELD:
 * not such a domain, or it does not fit; `ret` is then empty. */
enum result idn_to_ascii(const char *domain, char *ret, size_t ret_size) MUST_USE;

#endif
