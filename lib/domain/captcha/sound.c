/* sound.c - speaks a CAPTCHA.
 *
 * The clips are everybody's: who has espeak-ng has them. So each is said a little faster or slower,
 * higher or lower, brighter or darker than the last time, and its pace wavers; and behind it other
 * voices say pieces of the same clips backwards, also in the pauses, so that neither a threshold
 * nor a filter tells what is said from what is not. A person follows the one voice that speaks
 * forwards.
 *
 * It is one hurdle among several, not a proof. It stops recognisers of speech; a program that holds
 * the clips themselves against the sound, at many speeds, reads most of it: no background that
 * people can stand hinders that. tools/measure/captcha-measure tells how much each of the two
 * reads. */

#include "sound.h"

#include "cleanup.h"
#include "speech.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Milliseconds. */
#define LEAD_LOW   500
#define LEAD_HIGH  700
#define PAUSE_LOW  400
#define PAUSE_HIGH 520
#define TAIL       300
#define FADE       6
#define PIECE_LOW  180 /* of the babble */
#define PIECE_HIGH 520
#define PACE_LOW   90 /* from one pace to the next */
#define PACE_HIGH  220

/* How fast a clip is played, and so how high; a tenth more or less is the same person. Percent. */
#define SPEED_LOW  95
#define SPEED_HIGH 110
#define WAVER      8 /* of the speed, each way */

/* How much of the sample before is added to each, or taken away: darker, or brighter. */
#define TILT 0.5

/* How loud, the clips being 1: what is said stands about 6 dB above all the rest. */
#define LOUD_LOW  0.9
#define LOUD_HIGH 1.1
#define BABBLE    0.25
#define HISS      0.15
#define LAYERS    2 /* of babble */

#define FINE    32 /* steps of the track to one of a sample */
#define LOUDER  1.4
#define SILENCE 128 /* as a sample in the file */

#define SAMPLES(ms)  ((size_t)(ms)*SOUND_RATE / 1000)
#define SAMPLES_MAX  (CAPTCHA_WAV_MAX - SOUND_HEADER_SIZE)
#define SLOWEST      ((size_t)SPEECH_CLIP_MAX * 100 / SPEED_LOW * 100 / (100 - WAVER) + 2)
#define CHANCES_SIZE 4096

_Static_assert(
    SAMPLES(LEAD_HIGH + (CAPTCHA_LENGTH - 1) * PAUSE_HIGH + TAIL) + CAPTCHA_LENGTH * SLOWEST <=
	SAMPLES_MAX,
    "the six longest clips fit");
_Static_assert(SPEECH_RATE == SOUND_RATE, "clips are not converted");
_Static_assert(127 * FINE * (1 + LAYERS) * 2 < INT16_MAX, "the track holds all at their loudest");

struct clip {
	const int8_t *samples;
	size_t size;
};

/* How a clip is played. */
struct play {
	double speed;
	double tilt;
	double loud;
	size_t length; /* samples at most */
	bool backwards;
};

/* The waver of the pace, on its way to another value for `left` samples more. */
struct pace {
	double now, step;
	size_t left;
};

/* All that one sound takes. */
struct mix {
	uint8_t seed[SECRET_KEY_SIZE]; /* of the chances after these */
	uint8_t chances[CHANCES_SIZE];
	size_t chance;
	enum speech_language language;
	unsigned voice;
	size_t end; /* of the track, in samples */
	int16_t track[SAMPLES_MAX];
};

/* Random numbers ------------------------------------------------------------------------------- */

/* The next of the bytes that follow from the seed. The first bytes of each block are the seed of
 * the next block. */
static uint8_t
sound_random(struct mix *m)
{
	if (m->chance == CHANCES_SIZE) {
		secret_random_from(m->seed, m->chances, sizeof m->chances);
		memcpy(m->seed, m->chances, sizeof m->seed);
		m->chance = sizeof m->seed;
	}
	return m->chances[m->chance++];
}

static double
sound_between(struct mix *m, double low, double high)
{
	const unsigned first = sound_random(m);

	return low + (high - low) * (first << 8 | sound_random(m)) / (1U << 16);
}

static size_t
sound_samples_between(struct mix *m, size_t low_ms, size_t high_ms)
{
	const size_t low = SAMPLES(low_ms), high = SAMPLES(high_ms);

	return (size_t)sound_between(m, (double)low, (double)high);
}

static unsigned
sound_below(struct mix *m, unsigned bound)
{
	return (unsigned)sound_between(m, 0, bound);
}

/* Clips --------------------------------------------------------------------------------------- */

static struct clip
clip_of(enum speech_language language, unsigned voice, size_t character)
{
	const size_t row = (size_t)language * SPEECH_VOICES + voice;
	const uint32_t *at = &speech_at[row * SPEECH_CHARACTERS + character];

	return (struct clip){ (const int8_t *)speech_samples + at[0], at[1] - at[0] };
}

static size_t
character_index(char character)
{
	const char *found = strchr(speech_characters, character);

	assert(character != '\0' && found != NULL);
	return (size_t)(found - speech_characters);
}

/* The sample of a clip at `place`, counted from its beginning, interpolated between two samples. */
static double
sample_at(const struct clip *clip, double place, bool backwards)
{
	const size_t passed = (size_t)place;
	const double part = place - (double)passed;
	const size_t one = backwards ? clip->size - 1 - passed : passed;
	const size_t next = backwards ? one - 1 : one + 1;

	return clip->samples[one] * (1 - part) + clip->samples[next] * part;
}

static double
smaller_of(double a, double b)
{
	return a < b ? a : b;
}

/* How loud a clip is near its ends: soft, because a cut clicks. */
static double
fade_at(double passed, double left)
{
	const size_t whole = SAMPLES(FADE);

	return smaller_of(1, smaller_of(passed, left) / (double)whole);
}

static double
pace_next(struct mix *m, struct pace *pace)
{
	if (pace->left-- == 0) {
		const size_t length = sound_samples_between(m, PACE_LOW, PACE_HIGH);

		pace->step = (sound_between(m, -WAVER / 100.0, WAVER / 100.0) - pace->now) /
			     (double)length;
		pace->left = length;
	}
	return pace->now += pace->step;
}

static struct play
play_random(struct mix *m, double loud)
{
	return (struct play){
		.speed = sound_between(m, SPEED_LOW, SPEED_HIGH) / 100,
		.tilt = sound_between(m, -TILT, TILT),
		.loud = loud * sound_between(m, LOUD_LOW, LOUD_HIGH),
		.length = SLOWEST,
	};
}

/* Adds a clip to the track from `at` on. Returns how many samples it took. */
static size_t
lay_clip(struct mix *m, size_t at, const struct clip *clip, const struct play *play)
{
	const double last = (double)clip->size - 1;
	struct pace pace = { .now = sound_between(m, -WAVER / 100.0, WAVER / 100.0) };
	double place = 0, before = 0;
	size_t n = 0;

	for (; n < play->length && place < last; n++) {
		const double left = smaller_of(last - place, (double)(play->length - n));
		const double loud = FINE * play->loud * fade_at((double)n, left);
		const double sample = sample_at(clip, place, play->backwards);

		m->track[at + n] += (int16_t)(loud * (sample + play->tilt * before));
		before = sample;
		place += play->speed * (1 + pace_next(m, &pace));
	}
	return n;
}

/* The track ------------------------------------------------------------------------------------ */

static void
lay_answer(struct mix *m, const char *answer)
{
	size_t at = sound_samples_between(m, LEAD_LOW, LEAD_HIGH);

	for (size_t i = 0; i < CAPTCHA_LENGTH; i++) {
		const struct clip clip = clip_of(m->language, m->voice, character_index(answer[i]));
		const struct play play = play_random(m, 1);

		if (i > 0)
			at += sound_samples_between(m, PAUSE_LOW, PAUSE_HIGH);
		at += lay_clip(m, at, &clip, &play);
	}
	m->end = at + SAMPLES(TAIL);
}

/* Adds a piece of a random clip of another voice, backwards. Returns how many samples it took. */
static size_t
lay_babble_piece(struct mix *m, size_t at)
{
	const unsigned voice = (m->voice + 1 + sound_below(m, SPEECH_VOICES - 1)) % SPEECH_VOICES;
	const struct clip clip = clip_of(m->language, voice, sound_below(m, SPEECH_CHARACTERS));
	struct play play = play_random(m, BABBLE);

	play.backwards = true;
	play.length = sound_samples_between(m, PIECE_LOW, PIECE_HIGH);
	if (play.length > m->end - at)
		play.length = m->end - at;
	return lay_clip(m, at, &clip, &play);
}

static void
lay_babble(struct mix *m)
{
	for (int layer = 0; layer < LAYERS; layer++)
		for (size_t at = 0; at < m->end;)
			at += lay_babble_piece(m, at);
}

/* Adds white noise whose upper half is softer, as that of speech is. */
static void
add_hiss(struct mix *m)
{
	double before = 0;

	for (size_t n = 0; n < m->end; n++) {
		const double white = sound_random(m) - 127.5;

		m->track[n] += (int16_t)(FINE * HISS * (white + before) / 2);
		before = white;
	}
}

/* The file ------------------------------------------------------------------------------------ */

/* Writes a number, the low byte first. Returns what is behind it. */
static uint8_t *
wav_put_number(uint8_t *to, size_t number, int bytes)
{
	for (; bytes > 0; bytes--, number >>= 8)
		*to++ = (uint8_t)(number & 0xff);
	return to;
}

static uint8_t *
wav_put_name(uint8_t *to, const char *name)
{
	return (uint8_t *)memcpy(to, name, 4) + 4;
}

/* Writes the heads of a RIFF WAVE file's chunks: each has a name and the size of what follows. */
static uint8_t *
wav_put_header(uint8_t *to, size_t samples)
{
	to = wav_put_number(wav_put_name(to, "RIFF"), SOUND_HEADER_SIZE - 8 + samples, 4);
	to = wav_put_number(wav_put_name(wav_put_name(to, "WAVE"), "fmt "), 16, 4);
	to = wav_put_number(wav_put_number(to, 1, 2), 1, 2); /* PCM; channels */
	to = wav_put_number(
	    wav_put_number(to, SOUND_RATE, 4), SOUND_RATE, 4); /* samples, bytes a second */
	to = wav_put_number(wav_put_number(to, 1, 2), 8, 2);   /* bytes, bits a sample */
	return wav_put_number(wav_put_name(to, "data"), samples, 4);
}

static uint8_t
wav_sample(int16_t fine)
{
	const int level = (int)(SILENCE + 0.5 + fine * LOUDER / FINE);

	return (uint8_t)(level < 0 ? 0 : level > UINT8_MAX ? UINT8_MAX : level);
}

static size_t
write_wav(const struct mix *m, uint8_t *to)
{
	const size_t samples = m->end - m->end % 2; /* chunks are of even size */

	to = wav_put_header(to, samples);
	for (size_t n = 0; n < samples; n++)
		*to++ = wav_sample(m->track[n]);
	return SOUND_HEADER_SIZE + samples;
}

static void
mix_free(struct mix **m)
{
	if (*m != NULL)
		secret_wipe_bytes(*m, sizeof **m);
	free(*m);
}

enum result
sound_speak(const char *answer, const char *language, const uint8_t seed[static SECRET_KEY_SIZE],
    uint8_t ret_wav[static CAPTCHA_WAV_MAX], size_t *ret_size)
{
	CLEANUP(mix_free) struct mix *mix = calloc(1, sizeof *mix);

	if (mix == NULL)
		return UNAVAILABLE;
	assert(strlen(answer) == CAPTCHA_LENGTH);
	memcpy(mix->seed, seed, sizeof mix->seed);
	mix->chance = CHANCES_SIZE;
	mix->language = strcmp(language, "ja") == 0 ? SPEECH_JA : SPEECH_EN;
	mix->voice = sound_below(mix, SPEECH_VOICES);

	lay_answer(mix, answer);
	lay_babble(mix);
	add_hiss(mix);
	*ret_size = write_wav(mix, ret_wav);
	return OK;
}
