/* speech.h - the characters of a spoken CAPTCHA as espeak-ng says them; tools/gen/speech makes the
 * table at build time. Read by sound.c only.
 *
 * One text of samples and the offsets into it: it stays in read-only pages that are loaded as they
 * are touched (common_passwords.h says why no pointers). */

#ifndef SPEECH_H
#define SPEECH_H

#include <stdint.h>

enum speech_language { SPEECH_JA, SPEECH_EN, SPEECH_LANGUAGE__MAX };

#define SPEECH_RATE       8000 /* samples a second */
#define SPEECH_VOICES     3    /* in each language */
#define SPEECH_CHARACTERS 32
#define SPEECH_CLIP_MAX   9600 /* samples: "B as in banana" in the slowest voice takes 1.2 s */

/* The characters in the order of their clips. */
extern const char speech_characters[];

/* Samples, signed bytes, without silence before or after; all clips are equally loud (a root mean
 * square of 24). Those of a language's first voice stand before those of its second. */
extern const char speech_samples[];

/* Where each clip begins, and behind the last where it ends. */
extern const uint32_t speech_at[];

#endif
