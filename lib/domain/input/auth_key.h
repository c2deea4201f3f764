/* auth_key.h - the alphabet without look-alikes, the authentication key and the CAPTCHA answer.
 * Pure.
 *
 * Alphabet: 32 characters, A-Z and 2-9 without I and O (ALPHABET). On entry case, width, spaces and
 * hyphens of every kind are ignored (NFKC first); any other character is rejected. */

#ifndef AUTH_KEY_H
#define AUTH_KEY_H

#include "bounds.h"
#include "field_errors.h"
#include "keyring.h"
#include "secret.h"
#include "text_rule.h"

#include <stddef.h>
#include <stdint.h>

#define AUTH_KEY_ALPHABET "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

/* Folds what was typed to AUTH_KEY_LENGTH characters. FIELD_TOO_SHORT, FIELD_TOO_LONG,
 * FIELD_BAD_CHARACTER. ret_size is AUTH_KEY_LENGTH + 1. */
enum field_error auth_key_fold(const char *typed, char *ret, size_t ret_size);

extern const struct text_rule auth_key_rule;

/* The same for CAPTCHA_LENGTH characters. ret_size is CAPTCHA_LENGTH + 1. */
enum field_error captcha_answer_fold(const char *typed, char *ret, size_t ret_size);

/* The first 50 bits of a keyed hash as AUTH_KEY_LENGTH characters. */
void auth_key_from_hash(const uint8_t hash[static KEYED_HASH_SIZE], struct secret *ret);

/* The key of a registration, in which both channels meet: derived from its invitation's jti with
 * the key ring, stored nowhere. */
void auth_key_derive(
    const struct keyring *, const uint8_t invitation_jti[static JTI_SIZE], struct secret *ret);

/* As shown on the screen: "K7QM-4TXD-9P". */
void auth_key_shown(const struct secret *key, char ret[static AUTH_KEY_SHOWN_MAX + 1]);

/* A fresh CAPTCHA answer: CAPTCHA_LENGTH uniform characters. */
void captcha_answer_random(char ret[static CAPTCHA_LENGTH + 1]);

#endif
