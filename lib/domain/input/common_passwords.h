/* common_passwords.h - the most common passwords of public leaks; tools/gen/common-passwords makes
 * the table at build time. Read by password.c only.
 *
 * One text and the offsets into it, not an array of pointers: in a position-independent program
 * each pointer is a relocation and its page private memory, while this stays in read-only pages
 * that are loaded as they are touched. */

#ifndef COMMON_PASSWORDS_H
#define COMMON_PASSWORDS_H

#include <stddef.h>
#include <stdint.h>

/* Entries in NFKC and lower case, each with a NUL behind it, none twice, sorted by strcmp(). */
extern const char common_passwords_text[];

/* Where each entry begins. */
extern const uint32_t common_passwords_at[];
extern const size_t common_passwords_count;

#endif
