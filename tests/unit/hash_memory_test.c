/* hash_memory_test.c - the work area stays with the thread that asked for it, and no longer. */

#include "hash_memory.h"

#include "mappings.h"
#include "secret.h"
#include "start_secret.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include <cmocka.h>

#define KIB       ((size_t)1024)
#define WORK      (12300 * KIB) /* of sizes that nobody else maps */
#define WORK_MORE (12308 * KIB)
#define HUGE_PAGE (2048 * KIB)

/* As libsodium's calls are led; those of this file would be named mmap64. */
void *__wrap_mmap(void *address, size_t, int protection, int flags, int fd, off_t);
int __wrap_munmap(void *address, size_t);

/* One hash that needs so much memory. */
static void
hash_with(size_t memory_bytes)
{
	const struct secret_cost cost = { .passes = 3, .memory_bytes = memory_bytes };
	struct secret password;
	char hash[PASSWORD_HASH_MAX + 1];

	assert_true(secret_set(&password, "hoken2026kenko"));
	assert_int_equal(secret_password_hash(&password, &cost, hash), OK);
}

static void
who_did_not_ask_keeps_nothing(void **state)
{
	(void)state;
	hash_with(WORK);
	assert_int_equal(hash_memory_kept(), 0);
	assert_int_equal(mappings_of(WORK), 0);
	hash_memory_release(); /* of nothing */
}

static void
who_asked_keeps_one_until_the_release(void **state)
{
	(void)state;
	hash_memory_keep();
	assert_int_equal(hash_memory_kept(), 0);
	for (int i = 0; i < 3; i++) {
		hash_with(WORK);
		assert_int_equal(hash_memory_kept(), WORK);
		assert_int_equal(mappings_of(WORK), 1);
		hash_memory_keep();
	}

	hash_memory_release();
	assert_int_equal(hash_memory_kept(), 0);
	assert_int_equal(mappings_of(WORK), 0);
	hash_with(WORK);
	assert_int_equal(hash_memory_kept(), 0);
	assert_int_equal(mappings_of(WORK), 0);
}

static void
another_size_takes_the_place(void **state)
{
	static const size_t sizes[] = { WORK, WORK_MORE, WORK };

	(void)state;
	hash_memory_keep();
	for (size_t i = 0; i < LENGTH(sizes); i++) {
		hash_with(sizes[i]);
		assert_int_equal(hash_memory_kept(), sizes[i]);
		assert_int_equal(mappings_of(sizes[i]), 1);
		assert_int_equal(mappings_of(WORK + WORK_MORE - sizes[i]), 0);
	}
	hash_memory_release();
}

static void
other_mappings_are_left_alone(void **state)
{
	const int shared = MAP_SHARED | MAP_ANONYMOUS;
	uint8_t *others[3];

	(void)state;
	hash_memory_keep();
	others[0] = __wrap_mmap(NULL, WORK_MORE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	others[1] = __wrap_mmap(NULL, WORK_MORE, PROT_READ | PROT_WRITE, shared, -1, 0);
	assert_int_equal(hash_memory_kept(), 0);
	hash_with(WORK);
	others[2] = __wrap_mmap(others[1], WORK_MORE, PROT_READ | PROT_WRITE,
	    MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_equal(others[2], others[1]);
	assert_int_equal(__wrap_munmap(others[0], WORK_MORE), 0);
	assert_int_equal(__wrap_munmap(others[1], WORK_MORE), 0);
	assert_int_equal(hash_memory_kept(), WORK);
	assert_int_equal(mappings_of(WORK), 1);
	hash_memory_release();
	assert_int_equal(mappings_of(WORK), 0);
}

/* While the work area is in use, a second one is the kernel's business. */
static void
a_work_area_in_use_is_not_given_twice(void **state)
{
	const int private = MAP_PRIVATE | MAP_ANONYMOUS;

	(void)state;
	hash_memory_keep();
	uint8_t *const first = __wrap_mmap(NULL, WORK, PROT_READ | PROT_WRITE, private, -1, 0);
	uint8_t *const second = __wrap_mmap(NULL, WORK, PROT_READ | PROT_WRITE, private, -1, 0);
	assert_ptr_not_equal(first, second);
	assert_int_equal((uintptr_t)first % HUGE_PAGE, 0);
	first[0] = second[WORK - 1] = 1;
	first[WORK - 1] = 1;
	assert_int_equal(__wrap_munmap(second, WORK), 0);
	assert_int_equal(msync(second, WORK, MS_ASYNC), -1); /* nothing is there any more */
	assert_int_equal(__wrap_munmap(first, WORK), 0);
	assert_int_equal(hash_memory_kept(), WORK);
	assert_ptr_equal(__wrap_mmap(NULL, WORK, PROT_READ | PROT_WRITE, private, -1, 0), first);
	assert_int_equal(__wrap_munmap(first, WORK), 0);
	hash_memory_release();
}

static void *
hash_once(void *argument)
{
	size_t *const ret_kept = argument;

	hash_with(WORK);
	*ret_kept = hash_memory_kept();
	return NULL;
}

static void
what_one_thread_asks_is_not_anothers(void **state)
{
	pthread_t other;
	size_t others_kept = 1;

	(void)state;
	hash_memory_keep();
	hash_with(WORK);
	assert_int_equal(pthread_create(&other, NULL, hash_once, &others_kept), 0);
	assert_int_equal(pthread_join(other, NULL), 0);
	assert_int_equal(others_kept, 0);
	assert_int_equal(mappings_of(WORK), 1);
	hash_memory_release();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_did_not_ask_keeps_nothing),
		cmocka_unit_test(who_asked_keeps_one_until_the_release),
		cmocka_unit_test(another_size_takes_the_place),
		cmocka_unit_test(other_mappings_are_left_alone),
		cmocka_unit_test(a_work_area_in_use_is_not_given_twice),
		cmocka_unit_test(what_one_thread_asks_is_not_anothers),
	};

	return cmocka_run_group_tests_name("hash_memory", tests, start_secret, NULL);
}
