/* sound.h - speaks a CAPTCHA, for those who cannot see its picture (WCAG 1.1.1). */

#ifndef SOUND_H
#define SOUND_H

#include "bounds.h"
#include "result.h"
#include "secret.h"

#include <stddef.h>
#include <stdint.h>

#define SOUND_RATE        8000 /* samples a second, a byte each */
#define SOUND_HEADER_SIZE 44   /* RIFF, fmt and data chunk heads */

/* Speaks `answer` (CAPTCHA_LENGTH upper-case characters of auth_key.h's alphabet, which has no
 * look-alikes) in `language` ("ja"; anything else is English), slowly enough to be written down: it
 * begins after half a second, and pauses at least 0.4 s between the characters. One voice speaks;
 * others babble backwards behind it, and noise hisses, so that a program that knows the voice
 * mostly does not follow.
 *
 * Writes a WAV file of 8 kHz, 8 bits, mono, of at most CAPTCHA_WAV_MAX bytes: 9 s on average, never
 * over 12. The same seed makes the same sound. UNAVAILABLE: no memory. Takes 2 ms, and 190 KiB of
 * memory until it returns, little of it stack. */
enum result sound_speak(const char *answer, const char *language,
    const uint8_t seed[static SECRET_KEY_SIZE], uint8_t ret_wav[static CAPTCHA_WAV_MAX],
    size_t *ret_size) MUST_USE;

#endif
