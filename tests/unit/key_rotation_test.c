/* key_rotation_test.c - that new keys appear whole and once, that old ones stay as long as a token
 * of theirs may live, and that a rotation keeps nobody out. */

#include "key_rotation.h"

#include "access_keys.h"
#include "access_token.h"
#include "cleanup.h"
#include "clock.h"
#include "keyring.h"
#include "keys_fixture.h"
#include "keys_folder.h"
#include "text.h"
#include "token.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define HOUR ((int64_t)3600)

/* Making what is lacking ----------------------------------------------------------------------- */

static void
assert_key_file(const struct keys_fixture *fixture, const char *name, off_t size)
{
	struct stat file;

	assert_int_equal(lstat(key_file_path(fixture->folder, name), &file), 0);
	assert_int_equal(file.st_mode, S_IFREG | 0400);
	assert_int_equal(file.st_size, size);
	assert_int_equal(file.st_nlink, 1);
}

/* What the derive key of a folder makes of a message: another key, another hash. */
static bool
read_derive_key(
    const char *folder, char why[static ERRBUF_MAX + 1], uint8_t ret[static KEYED_HASH_SIZE])
{
	CLEANUP(cleanup_keyring) struct keyring *const ring = keyring_open(folder, why);

	if (ring == NULL)
		return false;
	keyring_hash(ring, KEYRING_LIMIT, "message", 7, ret);
	return true;
}

static void
all_that_is_lacking_is_made_and_then_nothing(void **state)
{
	struct keys_fixture *const fixture = *state;
	char kid[KID_MAX + 1], again[KID_MAX + 1], name[KEY_NAME_MAX + 1];
	struct key_kids kids;
	struct stat folder;

	assert_int_equal(keys_folder_remove(fixture->folder), 0);
	const mode_t before = umask(0); /* takes nothing away from too wide a mode */
	const bool made = key_rotation_fill(fixture->folder, kid, fixture->why);
	umask(before);

	if (!made)
		fail_msg("%s", fixture->why);
	assert_int_equal(stat(fixture->folder, &folder), 0);
	assert_int_equal(folder.st_mode, S_IFDIR | 0700);
	assert_int_equal(
	    keys_fixture_count(fixture, ""), 2 + 1 + 2 + 2); /* two dots, derive, two of each */
	assert_key_file(fixture, DERIVE, 65);
	for (enum key_kind kind = 0; kind < KEY_KIND__MAX; kind++) {
		keys_fixture_kids(fixture, kind, &kids);
		assert_int_equal(kids.count, 2);
		for (size_t i = 0; i < kids.count; i++) {
			key_name(kind, kids.kids[i], name);
			assert_key_file(fixture, name, kind == KEY_STAGE ? 65 : 241);
		}
	}
	keys_fixture_kids(fixture, KEY_STAGE, &kids);
	assert_string_equal(kids.kids[0], kid);

	assert_true(key_rotation_fill(fixture->folder, again, fixture->why));
	assert_string_equal(again, kid);
	assert_int_equal(keys_fixture_count(fixture, ""), 2 + 1 + 2 + 2);
}

/* A folder of an earlier release: one stage key, which goes on signing. */
static void
what_is_there_stays_when_more_is_made(void **state)
{
	struct keys_fixture *const fixture = *state;
	char kid[KID_MAX + 1];
	uint8_t before[KEYED_HASH_SIZE], after[KEYED_HASH_SIZE];
	struct stage_key key, next;

	assert_true(read_derive_key(fixture->folder, fixture->why, before));
	assert_true(key_rotation_fill(fixture->folder, kid, fixture->why));
	CLEANUP(cleanup_keyring)
	struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
	assert_non_null(ring);
	keyring_signing(ring, &key);
	assert_string_equal(key.kid, KID);
	assert_true(strcmp(kid, KID) > 0 && keyring_find(ring, kid, &next));
	assert_memory_not_equal(key.sign, next.sign, sizeof key.sign);
	assert_true(read_derive_key(fixture->folder, fixture->why, after));
	assert_memory_equal(after, before, sizeof before);
	assert_int_equal(keys_fixture_count(fixture, "access-"), 2);
}

static void
no_key_is_made_where_none_would_be_taken(void **state)
{
	struct keys_fixture *const fixture = *state;
	char kid[KID_MAX + 1] = "x", why[ERRBUF_MAX + 1];

	assert_int_equal(chmod(fixture->folder, 0702), 0); /* others may change it */
	assert_false(key_rotation_fill(fixture->folder, kid, why));
	assert_non_null(strstr(why, "0700"));
	assert_string_equal(kid, "");
	assert_false(key_rotation_fill("/nonexistent/keys", kid, why));
	assert_non_null(strstr(why, "cannot make the folder"));
	assert_false(key_rotation_fill(key_file_path(fixture->folder, DERIVE), kid, why));
	assert_false(key_rotation_run(fixture->folder, NOW + DAY, KEY_ROTATION_FORCED, kid, why));
	assert_non_null(strstr(why, "0700"));
	assert_int_equal(keys_fixture_count(fixture, "stage-"), 1);
}

/* One of those who make keys at once: which derive key did it see when they were made? */
struct maker {
	pthread_t thread;
	pthread_barrier_t *together;
	const char *folder;
	bool made;
	uint8_t hash[KEYED_HASH_SIZE];
	char why[ERRBUF_MAX + 1];
};

static void *
make(void *argument)
{
	struct maker *const maker = argument;
	char kid[KID_MAX + 1];

	pthread_barrier_wait(maker->together);
	maker->made = key_rotation_fill(maker->folder, kid, maker->why) &&
		      read_derive_key(maker->folder, maker->why, maker->hash);
	return NULL;
}

static void
of_several_at_once_one_makes_the_keys(void **state)
{
	struct keys_fixture *const fixture = *state;
	struct maker makers[KEYRING_STAGE_MAX];
	pthread_barrier_t together;

	for (int round = 0; round < 10; round++) {
		assert_int_equal(keys_folder_remove(fixture->folder), 0);
		pthread_barrier_init(&together, NULL, LENGTH(makers));
		for (size_t i = 0; i < LENGTH(makers); i++) {
			makers[i] = (struct maker){ .together = &together,
				.folder = fixture->folder };
			assert_int_equal(
			    pthread_create(&makers[i].thread, NULL, make, &makers[i]), 0);
		}
		for (size_t i = 0; i < LENGTH(makers); i++)
			assert_int_equal(pthread_join(makers[i].thread, NULL), 0);
		pthread_barrier_destroy(&together);

		for (size_t i = 0; i < LENGTH(makers); i++) {
			if (!makers[i].made)
				fail_msg("%s", makers[i].why);
			assert_memory_equal(makers[i].hash, makers[0].hash, KEYED_HASH_SIZE);
		}
		assert_int_equal(keys_fixture_count(fixture, "stage-"), 2);
		assert_int_equal(keys_fixture_count(fixture, "access-"), 2);
		assert_int_equal(keys_fixture_count(fixture, DERIVE), 1);
		assert_int_equal(keys_fixture_count(fixture, ".new-"), 0);
	}
}

/* Rotating ------------------------------------------------------------------------------------- */

static void
a_key_is_known_before_it_signs_and_after(void **state)
{
	struct keys_fixture *const fixture = *state;
	char kids[4][KID_MAX + 1];
	struct stage_key key;

	keys_folder_empty(fixture->folder);
	assert_true(key_rotation_fill(fixture->folder, kids[0], fixture->why));
	for (size_t i = 1; i < LENGTH(kids); i++) {
		keys_fixture_rotate(fixture, clock_now(), kids[i]);
		CLEANUP(cleanup_keyring)
		struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
		assert_non_null(ring);
		keyring_signing(ring, &key);
		assert_string_equal(key.kid, kids[i - 1]);
		assert_true(keyring_find(ring, kids[0], &key));
		assert_true(keyring_find(ring, kids[i], &key));
		assert_int_equal(keys_fixture_count(fixture, "access-"), 2 + i);
	}
}

static void
rotations_leave_the_replicas_time(void **state)
{
	static const struct {
		const char *why;
		int64_t after;
		enum key_rotation_haste haste;
		bool rotated;
	} rows[] = {
		/* clang-format off */
		{ "at once",                         0,      KEY_ROTATION_PATIENT, false },
		{ "a second too early",              59,     KEY_ROTATION_PATIENT, false },
		{ "in time",                         60,     KEY_ROTATION_PATIENT, true  },
		{ "by a clock a second behind",      -1,     KEY_ROTATION_PATIENT, false },
		{ "by a clock a year behind",        -365 * DAY, KEY_ROTATION_PATIENT, false },
		{ "at once, forced",                 0,      KEY_ROTATION_FORCED,  true  },
		{ "forced by a clock a year behind", -365 * DAY, KEY_ROTATION_FORCED, true },
		/* clang-format on */
	};
	struct keys_fixture *const fixture = *state;
	char newest[KID_MAX + 1], kid[KID_MAX + 1];

	for (size_t i = 0; i < LENGTH(rows); i++) {
		keys_fixture_fill(fixture);
		keys_fixture_rotate(
		    fixture, NOW, newest); /* the first access keys are of NOW, NOW + 1 */
		const size_t before = keys_fixture_count(fixture, "stage-");
		const bool rotated = key_rotation_run(
		    fixture->folder, NOW + 1 + rows[i].after, rows[i].haste, kid, fixture->why);
		if (rotated != rows[i].rotated)
			fail_msg("%s: %s", rows[i].why, fixture->why);
		if (keys_fixture_count(fixture, "stage-") != before + rotated)
			fail_msg("%s: another number of keys", rows[i].why);
		if (rotated && strcmp(kid, newest) <= 0)
			fail_msg("%s: the new key is not the newest", rows[i].why);
		if (!rotated &&
		    (kid[0] != '\0' || strstr(fixture->why, "less than 60 s ago") == NULL))
			fail_msg("%s: the complaint is \"%s\"", rows[i].why, fixture->why);
	}
}

/* With one key there is nobody to wait for: it signs before and after. */
static void
a_lone_key_may_be_joined_at_once(void **state)
{
	struct keys_fixture *const fixture = *state;
	char kid[KID_MAX + 1];

	assert_true(
	    key_rotation_run(fixture->folder, NOW, KEY_ROTATION_PATIENT, kid, fixture->why));
	CLEANUP(cleanup_keyring)
	struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
	struct stage_key key;
	assert_non_null(ring);
	keyring_signing(ring, &key);
	assert_string_equal(key.kid, KID);
}

/* Days of the keys of a kind, then the day of the rotation; those that are left, its new key first.
 * */
static void
keys_go_when_their_last_token_has_expired(void **state)
{
	static const struct {
		const char *why;
		enum key_kind kind;
		int64_t made[KEYS_MAX]; /* from the newest, seconds before NOW; ends with 0 */
		size_t left;
	} rows[] = {
		/* clang-format off */
		{ "one key",
		  KEY_STAGE,  { 9 * DAY },                                     2 },
		{ "current becomes previous, however old",
		  KEY_STAGE,  { 8 * DAY, 9 * DAY },                            3 },
		{ "a day, two minutes and an hour since it was third",
		  KEY_STAGE,  { DAY + 120 + HOUR, 8 * DAY, 9 * DAY },          3 },
		{ "a second less",
		  KEY_STAGE,  { DAY + 119 + HOUR, 8 * DAY, 9 * DAY },          4 },
		{ "it is not its own age that counts",
		  KEY_STAGE,  { HOUR, 2 * HOUR, 3 * HOUR, 400 * DAY },         5 },
		{ "all that are past use go at once",
		  KEY_STAGE,  { 2 * DAY, 3 * DAY, 4 * DAY, 5 * DAY, 6 * DAY }, 3 },
		{ "and only they",
		  KEY_STAGE,  { HOUR, 2 * DAY, 3 * DAY, 4 * DAY, 5 * DAY },    4 },
		{ "access keys go sooner",
		  KEY_ACCESS, { HOUR + 660, 8 * DAY, 9 * DAY },                3 },
		{ "but not before that",
		  KEY_ACCESS, { HOUR + 659, 8 * DAY, 9 * DAY },                4 },
		/* clang-format on */
	};
	struct keys_fixture *const fixture = *state;
	char kid[KID_MAX + 1], name[KEY_NAME_MAX + 1], pem[KEY_FILE_MAX + 1];
	struct key_kids kids;

	assert_true(access_key_write(pem));
	for (size_t i = 0; i < LENGTH(rows); i++) {
		keys_folder_empty(fixture->folder);
		for (size_t k = 0; rows[i].made[k] != 0; k++) {
			kid_make(NOW - rows[i].made[k], kid);
			key_name(rows[i].kind, kid, name);
			key_file_put(fixture->folder, name,
			    rows[i].kind == KEY_STAGE ? RISING "\n" : pem, 0400);
		}
		keys_fixture_rotate(fixture, NOW, kid);
		keys_fixture_kids(fixture, rows[i].kind, &kids);
		if (kids.count != rows[i].left)
			fail_msg("%s: %zu are left", rows[i].why, kids.count);
		for (size_t k = 0; k < kids.count; k++)
			assert_int_equal(
			    kid_time(kids.kids[k]), NOW - (k == 0 ? 0 : rows[i].made[k - 1]));
	}
}

static void
a_key_that_would_be_too_many_is_not_made(void **state)
{
	struct keys_fixture *const fixture = *state;
	char kid[KID_MAX + 1] = "x";

	for (int i = 1; i < KEYRING_STAGE_MAX; i++)
		keys_fixture_rotate(fixture, NOW + i, kid);
	assert_false(
	    key_rotation_run(fixture->folder, NOW + DAY, KEY_ROTATION_FORCED, kid, fixture->why));
	assert_string_equal(kid, "");
	assert_non_null(strstr(fixture->why, STAGE(KID)));
	assert_non_null(strstr(fixture->why, "rotate later"));
	assert_int_equal(keys_fixture_count(fixture, "stage-"), KEYRING_STAGE_MAX);
	CLEANUP(cleanup_keyring)
	struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
	assert_non_null(ring);
	keys_fixture_rotate(fixture, NOW + 3 * DAY, kid);
	assert_int_equal(keys_fixture_count(fixture, "stage-"), 3);
	assert_int_equal(keys_fixture_count(fixture, "access-"), 3);
}

/* Drafts --------------------------------------------------------------------------------------- */

static struct {
	size_t count;
	char name[32];
} drafts;

static bool
count_draft(const struct key_folder *folder, const char *name)
{
	(void)folder;
	drafts.count++;
	text_copy_cut(drafts.name, sizeof drafts.name, name);
	return true;
}

static void
find_drafts(struct keys_fixture *fixture)
{
	CLEANUP(key_folder_close)
	struct key_folder folder = { .path = fixture->folder, .errbuf = fixture->why };

	drafts.count = 0;
	assert_true(key_folder_open(&folder) && key_folder_drafts(&folder, count_draft));
}

/* Killed after it linked a key into its place, it leaves the key under another name, too. */
static void
what_a_killed_command_left_is_shown_and_then_removed(void **state)
{
	static const char draft[] = ".new-0011223344556677";
	struct keys_fixture *const fixture = *state;
	char kid[KID_MAX + 1], from[64];

	for (int i = 0; i < 2; i++) {
		text_copy_cut(from, sizeof from, key_file_path(fixture->folder, STAGE(KID)));
		assert_int_equal(link(from, key_file_path(fixture->folder, draft)), 0);
		find_drafts(fixture);
		assert_int_equal(drafts.count, 1);
		assert_string_equal(drafts.name, draft);

		if (i == 0)
			assert_true(key_rotation_fill(fixture->folder, kid, fixture->why));
		else
			keys_fixture_rotate(fixture, NOW + DAY, kid);
		find_drafts(fixture);
		assert_int_equal(drafts.count, 0);
		assert_key_file(fixture, STAGE(KID), 65); /* it has one name again */
	}
}

/* Owners --------------------------------------------------------------------------------------- */

static void
what_root_makes_the_service_reads(void **state)
{
	struct keys_fixture *const fixture = *state;
	char kid[KID_MAX + 1], below[64];
	unsigned removed;

	if (geteuid() != 0)
		skip();
	keys_fixture_give_to(fixture, SERVICE);
	assert_true(keys_are_read_by_a_service(fixture->folder));
	keys_fixture_rotate(fixture, NOW + DAY, kid);
	keys_fixture_rotate(fixture, NOW + 2 * DAY, kid);
	assert_true(keys_are_read_by_a_service(fixture->folder));
	assert_true(key_rotation_replace(fixture->folder, NOW + DAY, kid, &removed, fixture->why));
	assert_true(keys_are_read_by_a_service(fixture->folder));
	unlink(key_file_path(fixture->folder, DERIVE));
	assert_true(key_rotation_fill(fixture->folder, kid, fixture->why));
	assert_true(keys_are_read_by_a_service(fixture->folder));

	/* A folder that is not there yet: it is for whoever owns the one around it. */
	text_copy_cut(below, sizeof below, key_file_path(fixture->folder, "keys"));
	assert_true(key_rotation_fill(below, kid, fixture->why));
	assert_true(keys_are_read_by_a_service(below));
	assert_int_equal(keys_folder_remove(below), 0);
}

/* Replicas ------------------------------------------------------------------------------------- */

/* Two replicas. Each sees the folder every 50 ms, at another time than the other; members go from
 * one to the other with tokens of both kinds, while the operator rotates. */

#define REPLICAS     2
#define MEMBERS      2 /* threads a replica */
#define REFRESH_MS   50
#define ROTATE_MS    80 /* the operator waits until both have seen it, and so long */
#define ROTATIONS    9
#define ROTATIONS_AT ((int64_t)3 * 86400) /* apart, so that old keys go, too */

struct replica {
	struct keyring *ring;
	struct access_keys *access_keys;
};

struct world {
	struct replica replicas[REPLICAS];
	atomic_bool over;
	atomic_uint joined;
	atomic_uint carried[MEMBERS * REPLICAS]; /* tokens, by each member */
	atomic_uint opened;
	atomic_uint refused;
	atomic_uint refreshed;
	atomic_uint faulty;
};

static void
pause_ms(int64_t ms)
{
	nanosleep(&(const struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

static bool
stage_token_passes(const struct replica *from, const struct replica *to)
{
	const struct claims claims = { .use = "identity", .issued_at = NOW, .expires_at = NOW + 9 };
	struct claims opened;
	char token[TOKEN_MAX + 1];

	return token_seal(from->ring, &claims, token) == OK &&
	       token_open(to->ring, token, NOW, &opened) == OK &&
	       token_open(from->ring, token, NOW, &opened) == OK;
}

static bool
access_token_passes(const struct replica *from, const struct replica *to)
{
	const struct access_claims claims = {
		.auth_time = NOW, .issued_at = NOW, .expires_at = NOW + 9
	};
	struct access_claims opened;
	char token[TOKEN_MAX + 1];

	return access_token_seal(from->access_keys, &claims, token) == OK &&
	       access_token_open(to->access_keys, token, NOW, &opened) == OK &&
	       access_token_open(to->access_keys, token, NOW, &opened) == OK && /* remembered */
	       access_token_open(from->access_keys, token, NOW, &opened) == OK;
}

static void *
be_a_member(void *argument)
{
	struct world *const world = argument;
	const unsigned me = atomic_fetch_add(&world->joined, 1);

	for (unsigned i = 0; !atomic_load(&world->over); i++) {
		const struct replica *const from = &world->replicas[i % REPLICAS];
		const struct replica *const to = &world->replicas[(i + 1) % REPLICAS];
		const bool passed = i / REPLICAS % 2 == 0 ? stage_token_passes(from, to)
							  : access_token_passes(from, to);

		atomic_fetch_add(passed ? &world->opened : &world->refused, 1);
		atomic_fetch_add(&world->carried[me], 1);
	}
	return NULL;
}

static void
replica_refresh(struct world *world, struct replica *replica)
{
	char why[ERRBUF_MAX + 1];
	bool ring_changed, keys_changed;

	if (!keyring_refresh(replica->ring, &ring_changed, why) ||
	    !access_keys_refresh(replica->access_keys, &keys_changed, why))
		atomic_fetch_add(&world->faulty, 1);
	atomic_fetch_add(&world->refreshed, (unsigned)(ring_changed + keys_changed));
}

static void *
keep_refreshing(void *argument)
{
	struct world *const world = argument;

	while (!atomic_load(&world->over)) {
		for (size_t i = 0; i < REPLICAS; i++) {
			replica_refresh(world, &world->replicas[i]);
			pause_ms(REFRESH_MS / REPLICAS);
		}
	}
	return NULL;
}

static bool
all_know(const struct world *world, const char *stage_kid, const char *access_kid)
{
	struct stage_key key;
	struct jwk jwks[KEYS_MAX];

	for (size_t i = 0; i < REPLICAS; i++)
		if (!keyring_find(world->replicas[i].ring, stage_kid, &key) ||
		    access_keys_jwks(world->replicas[i].access_keys, jwks) == 0 ||
		    strcmp(jwks[0].kid, access_kid) != 0)
			return false;
	return true;
}

/* On a busy machine one may take longer than days of this test, and tokens live for hours. */
static void
wait_for_tokens_under_way(const struct world *world)
{
	for (size_t i = 0; i < LENGTH(world->carried); i++) {
		const unsigned carried = atomic_load(&world->carried[i]);

		while (atomic_load(&world->carried[i]) == carried)
			pause_ms(1);
	}
}

static void
rotate_and_wait(struct keys_fixture *fixture, const struct world *world, int64_t now)
{
	char kid[KID_MAX + 1];
	struct key_kids kids;

	keys_fixture_rotate(fixture, now, kid);
	keys_fixture_kids(fixture, KEY_ACCESS, &kids);
	for (int i = 0; i < 1000 && !all_know(world, kid, kids.kids[0]); i++)
		pause_ms(10);
	assert_true(all_know(world, kid, kids.kids[0]));
	pause_ms(ROTATE_MS);
	wait_for_tokens_under_way(world);
}

/* asvs 11.1.1 13.3.4 */
static void
a_rotation_refuses_nobody(void **state)
{
	struct keys_fixture *const fixture = *state;
	pthread_t threads[1 + MEMBERS * REPLICAS];
	char kid[KID_MAX + 1];
	struct world world = { 0 };

	keys_folder_empty(fixture->folder);
	assert_true(key_rotation_fill(fixture->folder, kid, fixture->why));
	for (size_t i = 0; i < REPLICAS; i++) {
		world.replicas[i].ring = keyring_open(fixture->folder, fixture->why);
		world.replicas[i].access_keys = access_keys_open(fixture->folder, fixture->why);
		assert_true(world.replicas[i].ring && world.replicas[i].access_keys);
	}
	for (size_t i = 0; i < LENGTH(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
				     i == 0 ? keep_refreshing : be_a_member, &world),
		    0);

	for (int i = 1; i <= ROTATIONS; i++)
		rotate_and_wait(fixture, &world, clock_now() + i * ROTATIONS_AT);
	atomic_store(&world.over, true);
	for (size_t i = 0; i < LENGTH(threads); i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);

	assert_int_equal(atomic_load(&world.refused), 0);
	assert_int_equal(atomic_load(&world.faulty), 0);
	assert_true(atomic_load(&world.opened) > 100);
	assert_true(atomic_load(&world.refreshed) >= 2 * REPLICAS * ROTATIONS);
	assert_int_equal(keys_fixture_count(fixture, "stage-"), 3);
	for (size_t i = 0; i < REPLICAS; i++) {
		keyring_close(world.replicas[i].ring);
		access_keys_close(world.replicas[i].access_keys);
	}
}

/* Emergencies ---------------------------------------------------------------------------------- */

/* As many files of a kind as a folder that got out of hand has. */
static void
put_keys(const struct keys_fixture *fixture, enum key_kind kind, unsigned count)
{
	char kid[KID_MAX + 1], name[KEY_NAME_MAX + 1], text[KEY_FILE_MAX + 1];

	for (unsigned i = 0; i < count; i++) {
		kid_make(NOW + i, kid);
		key_name(kind, kid, name);
		if (kind == KEY_ACCESS)
			assert_true(access_key_write(text));
		key_file_put(fixture->folder, name, kind == KEY_ACCESS ? text : RISING "\n", 0400);
	}
}

static void
an_emergency_never_stops_at_eight_keys(void **state)
{
	struct keys_fixture *const fixture = *state;
	struct key_kids kids, again;
	char kid[KID_MAX + 1];
	unsigned removed = 0;

	/* An ordinary rotation in haste stops there, and a folder with more cannot even be read. */
	keys_folder_empty(fixture->folder);
	for (unsigned count = 2; count <= KEYS_MAX + 3; count++) {
		keys_folder_empty(fixture->folder);
		key_file_put(fixture->folder, DERIVE, RISING_ON "\n", 0400);
		put_keys(fixture, KEY_STAGE, count);
		put_keys(fixture, KEY_ACCESS, count);
		if (count >= KEYS_MAX)
			assert_false(key_rotation_run(
			    fixture->folder, NOW + 60, KEY_ROTATION_FORCED, kid, fixture->why));
		if (!key_rotation_replace(fixture->folder, NOW + 60, kid, &removed, fixture->why))
			fail_msg("%u keys: %s", count, fixture->why);
		assert_int_equal(removed, 2 * count);
		for (enum key_kind kind = 0; kind < KEY_KIND__MAX; kind++) {
			keys_fixture_kids(fixture, kind, &kids);
			assert_int_equal(kids.count, 2);
			assert_true(kid_time(kids.kids[1]) >= NOW + 60);
		}
	}

	/* And again at once, and in an empty folder. */
	keys_fixture_kids(fixture, KEY_STAGE, &kids);
	assert_true(key_rotation_replace(fixture->folder, NOW + 60, kid, &removed, fixture->why));
	keys_fixture_kids(fixture, KEY_STAGE, &again);
	assert_int_equal(again.count, 2);
	assert_true(strcmp(again.kids[1], kids.kids[0]) > 0);
	assert_string_equal(again.kids[0], kid);
	keys_folder_empty(fixture->folder);
	assert_true(key_rotation_replace(fixture->folder, NOW + 60, kid, &removed, fixture->why));
	assert_int_equal(removed, 0);
	assert_int_equal(keys_fixture_count(fixture, DERIVE), 1);
	assert_false(key_rotation_replace("/nonexistent/keys", NOW, kid, &removed, fixture->why));
}

static void
what_was_seen_signs_and_opens_nothing_after_an_emergency(void **state)
{
	struct keys_fixture *const fixture = *state;
	char kid[KID_MAX + 1], token[TOKEN_MAX + 1];
	const int64_t now = clock_now();
	const struct claims claims = {
		.use = "identity", .issued_at = now, .expires_at = now + 60
	};
	struct claims opened;
	struct access_claims member = {
		.auth_time = now, .issued_at = now, .expires_at = now + 60
	};
	char access[TOKEN_MAX + 1];
	unsigned removed;
	bool changed;

	keys_folder_empty(fixture->folder);
	assert_true(key_rotation_fill(fixture->folder, kid, fixture->why));
	CLEANUP(cleanup_keyring)
	struct keyring *const ring = keyring_open(fixture->folder, fixture->why);
	struct access_keys *const keys = access_keys_open(fixture->folder, fixture->why);
	assert_true(ring != NULL && keys != NULL);
	assert_int_equal(token_seal(ring, &claims, token), OK);
	assert_int_equal(access_token_seal(keys, &member, access), OK);
	assert_int_equal(access_token_open(keys, access, now, &member), OK);
	assert_true(key_rotation_replace(fixture->folder, now, kid, &removed, fixture->why));
	assert_int_equal(removed, 4);
	assert_true(keyring_refresh(ring, &changed, fixture->why) && changed);
	assert_true(access_keys_refresh(keys, &changed, fixture->why) && changed);
	assert_int_equal(token_open(ring, token, now, &opened), TOKEN_INVALID);
	assert_int_equal(access_token_open(keys, access, now, &member), TOKEN_INVALID);
	assert_int_equal(token_seal(ring, &claims, token), OK);
	assert_int_equal(token_open(ring, token, now, &opened), OK);
	access_keys_close(keys);
}

static void
a_key_is_retired_when_its_tokens_are_over_or_by_force(void **state)
{
	struct keys_fixture *const fixture = *state;
	struct key_kids kids;
	struct key_use use;
	char kid[KID_MAX + 1];

	/* Rotations at NOW + 1, 2 and 3 days: four keys, of which two are previous ones. */
	assert_true(key_rotation_fill(fixture->folder, kid, fixture->why));
	keys_folder_empty(fixture->folder);
	key_file_put(fixture->folder, DERIVE, RISING_ON "\n", 0400);
	put_keys(fixture, KEY_STAGE, 4);
	put_keys(fixture, KEY_ACCESS, 2);
	keys_fixture_kids(fixture, KEY_STAGE, &kids);
	key_rotation_use(KEY_STAGE, &kids, 0, &use);
	assert_true(use.state == KEY_NEXT && use.tokens_until == 0 && use.made_at == NOW + 3);
	key_rotation_use(KEY_STAGE, &kids, 1, &use);
	assert_true(use.state == KEY_CURRENT && use.tokens_until == 0);
	key_rotation_use(KEY_STAGE, &kids, 2, &use);
	assert_true(use.state == KEY_PREVIOUS && use.signed_until == NOW + 3);

	/* Its last token is over by the clock of a replica that is behind this one, just now. */
	const int64_t over = use.tokens_until, ends_at = NOW + 3 + TOKEN_LIFE_MAX_S;
	assert_true(clock_is_over(ends_at, over - CLOCK_SKEW_S));
	assert_false(clock_is_over(ends_at, over - 1 - CLOCK_SKEW_S));
	for (size_t i = 0; i < 2; i++) { /* next and current, also by force */
		assert_false(
		    key_rotation_retire(fixture->folder, kids.kids[i], over, true, fixture->why));
		assert_non_null(strstr(fixture->why, "rotate first"));
	}
	assert_false(
	    key_rotation_retire(fixture->folder, kids.kids[2], over - 1, false, fixture->why));
	assert_non_null(strstr(fixture->why, "may live until 2026-11-23T01:04:06Z"));
	assert_true(key_rotation_retire(fixture->folder, kids.kids[2], over, false, fixture->why));
	assert_true(key_rotation_retire(fixture->folder, kids.kids[3], NOW, true, fixture->why));
	assert_int_equal(keys_fixture_count(fixture, "stage-"), 2);
	assert_false(key_rotation_retire(fixture->folder, kids.kids[3], NOW, true, fixture->why));
	assert_non_null(strstr(fixture->why, "no key has this id"));
	assert_false(key_rotation_retire(fixture->folder, "../" KID, NOW, true, fixture->why));
	assert_int_equal(keys_fixture_count(fixture, "access-"), 2);
}

int
main(void)
{
#define EACH(test) \
	cmocka_unit_test_setup_teardown(test, keys_fixture_set_up, keys_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		EACH(all_that_is_lacking_is_made_and_then_nothing),
		EACH(what_is_there_stays_when_more_is_made),
		EACH(no_key_is_made_where_none_would_be_taken),
		EACH(of_several_at_once_one_makes_the_keys),
		EACH(a_key_is_known_before_it_signs_and_after),
		EACH(rotations_leave_the_replicas_time),
		EACH(a_lone_key_may_be_joined_at_once),
		EACH(keys_go_when_their_last_token_has_expired),
		EACH(a_key_that_would_be_too_many_is_not_made),
		EACH(what_a_killed_command_left_is_shown_and_then_removed),
		EACH(what_root_makes_the_service_reads),
		EACH(an_emergency_never_stops_at_eight_keys),
		EACH(what_was_seen_signs_and_opens_nothing_after_an_emergency),
		EACH(a_key_is_retired_when_its_tokens_are_over_or_by_force),
		EACH(a_rotation_refuses_nobody),
	};
#undef EACH

	return cmocka_run_group_tests_name("key_rotation", tests, NULL, NULL);
}
