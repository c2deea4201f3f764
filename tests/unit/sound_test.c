/* sound_test.c - what is promised of every sound: its form, its length, that no two are alike, and
 * that what is said stands above what babbles behind it. Who can follow it is
 * tools/measure/captcha-measure's question. */

#include "sound.h"

#include "auth_key.h"
#include "cleanup.h"
#include "clock.h"
#include "speech.h"
#include "start_secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define SPOKEN     100
#define SECOND     ((size_t)SOUND_RATE)
#define SHORTEST   (3 * SECOND) /* six digits of a quick voice */
#define WINDOW     (SECOND / 10)
#define CPU_MAX_MS 20 /* it takes one; sanitizers and busy machines take more */

struct wav {
	uint8_t bytes[CAPTCHA_WAV_MAX];
	size_t size;
};

static const char *const languages[] = { "ja", "en" };

/* Of the seed that is all `first`. */
static void
speak_seeded(const char *answer, const char *language, uint8_t first, struct wav *ret)
{
	uint8_t seed[SECRET_KEY_SIZE];

	memset(seed, first, sizeof seed);
	memset(ret, 0xAA, sizeof *ret);
	assert_int_equal(sound_speak(answer, language, seed, ret->bytes, &ret->size), OK);
}

static void
speak(const char *answer, const char *language, struct wav *ret)
{
	uint8_t seed[SECRET_KEY_SIZE];

	secret_random(seed, sizeof seed);
	assert_int_equal(sound_speak(answer, language, seed, ret->bytes, &ret->size), OK);
}

static uint32_t
number_at(const uint8_t *bytes, int size)
{
	uint32_t number = 0;

	for (int i = size - 1; i >= 0; i--)
		number = number << 8 | bytes[i];
	return number;
}

/* RIFF, fmt and data chunk, and nothing behind; samples, not silence. */
static void
assert_is_a_wav(const struct wav *wav)
{
	static const struct {
		size_t at;
		int size;
		uint32_t number;
		const char *why;
	} rows[] = {
		{ 16, 4, 16, "size of fmt" },
		{ 20, 2, 1, "PCM" },
		{ 22, 2, 1, "mono" },
		{ 24, 4, SOUND_RATE, "samples a second" },
		{ 28, 4, SOUND_RATE, "bytes a second" },
		{ 32, 2, 1, "bytes a sample" },
		{ 34, 2, 8, "bits a sample" },
	};
	const uint32_t size = (uint32_t)wav->size;

	assert_in_range(size, SOUND_HEADER_SIZE + SHORTEST, CAPTCHA_WAV_MAX);
	assert_memory_equal(wav->bytes, "RIFF", 4);
	assert_memory_equal(wav->bytes + 8, "WAVEfmt ", 8);
	assert_memory_equal(wav->bytes + 36, "data", 4);
	assert_int_equal(number_at(wav->bytes + 4, 4), size - 8);
	assert_int_equal(number_at(wav->bytes + 40, 4), size - SOUND_HEADER_SIZE);
	assert_int_equal(size % 2, 0);
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (number_at(wav->bytes + rows[i].at, rows[i].size) != rows[i].number)
			fail_msg("%s", rows[i].why);
}

/* Mean square of the samples from `from` on. */
static double
energy(const struct wav *wav, size_t from, size_t count)
{
	double sum = 0;

	assert_true(SOUND_HEADER_SIZE + from + count <= wav->size);
	for (size_t i = 0; i < count; i++) {
		const double level = wav->bytes[SOUND_HEADER_SIZE + from + i] - 128;

		sum += level * level;
	}
	return sum / (double)count;
}

static void
every_character_is_spoken(void **state)
{
	static struct wav wav;
	char answer[CAPTCHA_LENGTH + 1] = { 0 };

	(void)state;
	for (size_t l = 0; l < LENGTH(languages); l++)
		for (const char *c = AUTH_KEY_ALPHABET; *c != '\0'; c++) {
			memset(answer, *c, CAPTCHA_LENGTH);
			speak(answer, languages[l], &wav);
			assert_is_a_wav(&wav);
		}
}

static void
the_clips_are_those_of_the_alphabet(void **state)
{
	const size_t clips = (size_t)SPEECH_LANGUAGE__MAX * SPEECH_VOICES * SPEECH_CHARACTERS;

	(void)state;
	assert_int_equal(strlen(speech_characters), SPEECH_CHARACTERS);
	for (const char *c = AUTH_KEY_ALPHABET; *c != '\0'; c++)
		assert_non_null(strchr(speech_characters, *c));
	assert_int_equal(speech_at[0], 0);
	for (size_t i = 0; i < clips; i++)
		assert_in_range(speech_at[i + 1] - speech_at[i], 1600, SPEECH_CLIP_MAX);
}

static void
every_sound_is_within_its_bound(void **state)
{
	static struct wav wav;
	char answer[CAPTCHA_LENGTH + 1];
	size_t largest = 0, sum = 0;
	const clock_t before = clock();

	(void)state;
	for (int i = 0; i < SPOKEN; i++) {
		captcha_answer_random(answer);
		speak(answer, languages[i % 2], &wav);
		assert_is_a_wav(&wav);
		largest = wav.size > largest ? wav.size : largest;
		sum += wav.size;
	}
	const double ms = (double)(clock() - before) * 1000 / CLOCKS_PER_SEC / SPOKEN;
	print_message("%d sounds: mean %.1f s, max %.1f s; %.1f ms each\n", SPOKEN,
	    (double)sum / SPOKEN / SOUND_RATE, (double)largest / SOUND_RATE, ms);
	assert_true(ms < CPU_MAX_MS);
}

/* Of the longest clips there are. */
static void
the_longest_fits(void **state)
{
	static struct wav wav;
	size_t largest = 0;

	(void)state;
	for (uint8_t seed = 0; seed < 200; seed++) {
		speak_seeded("WXNWXN", "en", seed, &wav);
		assert_is_a_wav(&wav);
		largest = wav.size > largest ? wav.size : largest;
	}
	assert_in_range(largest, 8 * SECOND, CAPTCHA_WAV_MAX);
}

static void
one_seed_makes_one_sound(void **state)
{
	static struct wav one, same, other_seed, other_answer, other_language;

	(void)state;
	speak_seeded("K7QM4T", "ja", 1, &one);
	speak_seeded("K7QM4T", "ja", 1, &same);
	speak_seeded("K7QM4T", "ja", 2, &other_seed);
	speak_seeded("K7QM4S", "ja", 1, &other_answer);
	speak_seeded("K7QM4T", "en", 1, &other_language);
	assert_int_equal(one.size, same.size);
	assert_memory_equal(one.bytes, same.bytes, one.size);
	assert_memory_not_equal(one.bytes, other_seed.bytes, SHORTEST);
	assert_memory_not_equal(one.bytes, other_answer.bytes, SHORTEST);
	assert_memory_not_equal(one.bytes, other_language.bytes, SHORTEST);
}

static void
one_answer_is_never_spoken_twice_alike(void **state)
{
	static struct wav spoken[12];

	(void)state;
	for (size_t i = 0; i < LENGTH(spoken); i++) {
		speak("K7QM4T", "en", &spoken[i]);
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(spoken[i].bytes + SOUND_HEADER_SIZE,
			    spoken[j].bytes + SOUND_HEADER_SIZE, SECOND);
	}
}

/* The loudest tenth of a second of the sound. */
static double
loudest(const struct wav *wav)
{
	double most = 0;

	for (size_t at = 0; at + WINDOW <= wav->size - SOUND_HEADER_SIZE; at += WINDOW) {
		const double now = energy(wav, at, WINDOW);

		most = now > most ? now : most;
	}
	return most;
}

/* It begins with babble alone, which is never silent and never as loud as what is said. */
static void
what_is_said_stands_above_what_is_behind_it(void **state)
{
	static struct wav wav;
	double lead = 0, all = 0, peak = 0;

	(void)state;
	for (uint8_t seed = 0; seed < 50; seed++) {
		speak_seeded("K7QM4T", languages[seed % 2], seed, &wav);
		assert_true(energy(&wav, SECOND / 20, WINDOW) > 4);
		lead += energy(&wav, 0, SECOND / 2);
		all += energy(&wav, 0, wav.size - SOUND_HEADER_SIZE);
		peak += loudest(&wav);
	}
	print_message(
	    "babble alone %.0f, with speech %.0f, loudest %.0f\n", lead / 50, all / 50, peak / 50);
	assert_true(all > 2 * lead);
	assert_true(peak > 8 * lead);
}

/* Hardly a sample is cut off at the ends of its range. */
static void
little_is_cut_off(void **state)
{
	static struct wav wav;
	size_t cut = 0, all = 0;

	(void)state;
	for (uint8_t seed = 0; seed < 50; seed++) {
		speak_seeded("ZB9QWA", languages[seed % 2], seed, &wav);
		for (size_t i = SOUND_HEADER_SIZE; i < wav.size; i++, all++)
			cut += wav.bytes[i] == 0 || wav.bytes[i] == UINT8_MAX;
	}
	assert_true(cut * 100 < all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_clips_are_those_of_the_alphabet),
		cmocka_unit_test(every_character_is_spoken),
		cmocka_unit_test(every_sound_is_within_its_bound),
		cmocka_unit_test(the_longest_fits),
		cmocka_unit_test(one_seed_makes_one_sound),
		cmocka_unit_test(one_answer_is_never_spoken_twice_alike),
		cmocka_unit_test(what_is_said_stands_above_what_is_behind_it),
		cmocka_unit_test(little_is_cut_off),
	};

	return cmocka_run_group_tests(tests, start_secret, NULL);
}
