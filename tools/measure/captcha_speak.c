/* captcha_speak.c - N sounds as FOLDER/NUMBER-ANSWER.wav, and the clips they are made of as
 * FOLDER/clips/VOICE-CHARACTER.raw (signed bytes), for tools/measure/captcha-measure; one line of
 * lengths and times. The same N are always the same answers and sounds. */

#include "auth_key.h"
#include "cleanup.h"
#include "secret.h"
#include "sound.h"
#include "speech.h"
#include "text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PATH_SIZE 512

struct totals {
	size_t size_max, size_sum;
	clock_t cpu;
};

static bool
write_wav(const char *path, const void *bytes, size_t size)
{
	CLEANUP(cleanup_fclose) FILE *file = fopen(path, "wb");

	return file != NULL && fwrite(bytes, 1, size, file) == size;
}

static bool
speak_one(const char *folder, const char *language, int64_t number, struct totals *totals)
{
	static uint8_t wav[CAPTCHA_WAV_MAX];
	uint8_t seed[SECRET_KEY_SIZE] = { 0 }, chances[CAPTCHA_LENGTH];
	char answer[CAPTCHA_LENGTH + 1] = "", path[PATH_SIZE];
	size_t size = 0;

	memcpy(seed, &number, sizeof number);
	secret_random_from(seed, chances, sizeof chances);
	for (size_t i = 0; i < CAPTCHA_LENGTH; i++)
		answer[i] = AUTH_KEY_ALPHABET[chances[i] % (sizeof AUTH_KEY_ALPHABET - 1)];

	const clock_t before = clock();
	if (sound_speak(answer, language, seed, wav, &size) != OK)
		return false;
	totals->cpu += clock() - before;
	totals->size_sum += size;
	totals->size_max = size > totals->size_max ? size : totals->size_max;
	return text_format(path, sizeof path, "%s/%05" PRId64 "-%s.wav", folder, number, answer) &&
	       write_wav(path, wav, size);
}

static bool
write_clips(const char *folder, const char *language)
{
	const unsigned first = strcmp(language, "ja") == 0 ? SPEECH_JA : SPEECH_EN;
	char path[PATH_SIZE];

	for (unsigned i = 0; i < SPEECH_VOICES * SPEECH_CHARACTERS; i++) {
		const uint32_t *at = speech_at + first * SPEECH_VOICES * SPEECH_CHARACTERS + i;

		if (!text_format(path, sizeof path, "%s/clips/%u-%c.raw", folder,
			i / SPEECH_CHARACTERS, speech_characters[i % SPEECH_CHARACTERS]) ||
		    !write_wav(path, speech_samples + at[0], at[1] - at[0]))
			return false;
	}
	return true;
}

int
main(int argc, char **argv)
{
	struct totals totals = { 0 };
	int64_t count = 0;
	bool done = argc == 4 && text_number(argv[3], 1, 99999, &count) && secret_start();

	if (!done) {
		fprintf(stderr, "usage: captcha_speak FOLDER LANGUAGE N\n");
		return 2;
	}
	for (int64_t i = 0; i < count && done; i++)
		done = speak_one(argv[1], argv[2], i, &totals);
	if (!done || !write_clips(argv[1], argv[2])) {
		fprintf(stderr, "captcha_speak: can not speak or write to %s\n", argv[1]);
		return 1;
	}
	printf("%" PRId64 " sounds: mean %.1f s, max %.1f s; mean %.1f ms of CPU\n", count,
	    (double)totals.size_sum / (double)count / SOUND_RATE,
	    (double)totals.size_max / SOUND_RATE,
	    (double)totals.cpu * 1000 / CLOCKS_PER_SEC / (double)count);
	return 0;
}
