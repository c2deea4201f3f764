/* record_sort.c - sorts more records than memory holds.
 *
 * Records fill an arena, each with its size before it. A full arena is sorted and written as a run
 * of sealed blocks; at the end the runs are merged by a heap, with a block of each in the same
 * arena. */

/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#define _GNU_SOURCE 1 /* mkostemp, qsort_r */

#include "record_sort.h"

#include "secret.h"
#include "text.h"

#include <assert.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RUNS_MAX    256
#define BLOCK_SIZE  8192
#define ARENA_SIZE  ((size_t)RUNS_MAX * BLOCK_SIZE)
#define RECORDS_MAX 65536 /* in the arena */
#define SIZE_BYTES  2     /* before each record */
#define SEALED_SIZE (BLOCK_SIZE + SECRET_SEAL_OVERHEAD)

/* A run in the file, and the block of it that is in memory. */
struct run {
	uint64_t block, blocks_end; /* the next to read, and the one behind the last */
	uint8_t *at, *end;          /* in its block; equal: it is read */
};

struct record_sort {
	uint8_t *arena;
	size_t used;
	uint32_t *offsets; /* of the records in the arena */
	size_t count;
	size_t next; /* of the offsets, where nothing was written to the file */
	int fd;      /* -1: nothing was */
	uint64_t blocks;
	struct run runs[RUNS_MAX];
	size_t run_count;
	size_t heap[RUNS_MAX]; /* runs that have a record, the least first */
	size_t heap_count;
	bool failed;
	uint8_t key[SECRET_KEY_SIZE];
	uint8_t plain[BLOCK_SIZE]; /* the block that is written, or the record that was given */
	uint8_t sealed[SEALED_SIZE];
};

static bool
fail(struct record_sort *sort)
{
	sort->failed = true;
	return false;
}

struct record_sort *
record_sort_open(void)
{
	struct record_sort *sort = calloc(1, sizeof *sort);

	if (sort == NULL)
		return NULL;
	sort->fd = -1;
	secret_random(sort->key, sizeof sort->key);
	return sort;
}

void
record_sort_close(struct record_sort *sort)
{
	if (sort == NULL)
		return;
	if (sort->fd >= 0)
		close(sort->fd);
	if (sort->arena != NULL)
		secret_wipe_bytes(sort->arena, ARENA_SIZE);
	free(sort->arena);
	free(sort->offsets);
	secret_wipe_bytes(sort, sizeof *sort);
	free(sort);
}

static bool
take_memory(struct record_sort *sort)
{
	sort->arena = malloc(ARENA_SIZE);
	sort->offsets = malloc(RECORDS_MAX * sizeof *sort->offsets);
	return sort->arena != NULL && sort->offsets != NULL;
}

/* Order --------------------------------------------------------------------------------------- */

static size_t
size_at(const uint8_t *at)
{
	return (size_t)at[0] << 8 | at[1];
}

static int
compare_at(const uint8_t *a, const uint8_t *b)
{
	const size_t a_size = size_at(a), b_size = size_at(b);
	const uint8_t *left = a + SIZE_BYTES, *right = b + SIZE_BYTES;
	const int order = memcmp(left, right, a_size < b_size ? a_size : b_size);

	if (order != 0)
		return order;
	return (a_size > b_size) - (a_size < b_size);
}

static int
compare_offsets(const void *a, const void *b, void *arena)
{
	const uint8_t *bytes = arena;

	return compare_at(bytes + *(const uint32_t *)a, bytes + *(const uint32_t *)b);
}

/* Writing ------------------------------------------------------------------------------------- */

/* A file whose name is gone at once: the rest goes with its last descriptor, whatever ends the
 * process. (O_TMPFILE would do that in one step, and not in every file system.) */
static int
open_nameless(void)
{
	const char *folder = secure_getenv("TMPDIR");
	char path[PATH_MAX];

	if (!text_format(path, sizeof path, "%s/myportal.XXXXXX",
		folder != NULL && folder[0] != '\0' ? folder : "/var/tmp"))
		return -1;
	const int fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

static bool
write_block(struct record_sort *sort)
{
	const off_t at = (off_t)(sort->blocks * SEALED_SIZE);

	secret_seal(sort->key, "", sort->plain, BLOCK_SIZE, sort->sealed);
	sort->blocks++;
	return pwrite(sort->fd, sort->sealed, SEALED_SIZE, at) == SEALED_SIZE;
}

/* Writes what is in the arena as a run. What a block has no room for begins the next one; a size of
 * zero ends it early. */
static bool
write_run(struct record_sort *sort)
{
	struct run *run = &sort->runs[sort->run_count];
	size_t filled = 0;

	run->block = sort->blocks;
	for (size_t i = 0; i < sort->count; i++) {
		const uint8_t *record = sort->arena + sort->offsets[i];
		const size_t size = SIZE_BYTES + size_at(record);

		if (filled + size > BLOCK_SIZE) {
			memset(sort->plain + filled, 0, BLOCK_SIZE - filled);
			if (!write_block(sort))
				return false;
			filled = 0;
		}
		memcpy(sort->plain + filled, record, size);
		filled += size;
	}
	memset(sort->plain + filled, 0, BLOCK_SIZE - filled);
	if (!write_block(sort))
		return false;
	run->blocks_end = sort->blocks;
	sort->run_count++;
	sort->count = sort->used = 0;
	return true;
}

static bool
spill(struct record_sort *sort)
{
	if (sort->fd < 0)
		sort->fd = open_nameless();
	if (sort->fd < 0 || sort->run_count == RUNS_MAX)
		return false;
	qsort_r(sort->offsets, sort->count, sizeof *sort->offsets, compare_offsets, sort->arena);
	return write_run(sort);
}

bool
record_sort_add(struct record_sort *sort, const void *record, size_t size)
{
	assert(size > 0 && size <= RECORD_SORT_SIZE_MAX);
	if (sort->failed || (sort->arena == NULL && !take_memory(sort)))
		return fail(sort);
	if ((sort->used + SIZE_BYTES + size > ARENA_SIZE || sort->count == RECORDS_MAX) &&
	    !spill(sort))
		return fail(sort);

	uint8_t *at = sort->arena + sort->used;
	sort->offsets[sort->count++] = (uint32_t)sort->used;
	at[0] = (uint8_t)(size >> 8);
	at[1] = (uint8_t)size;
	memcpy(at + SIZE_BYTES, record, size);
	sort->used += SIZE_BYTES + size;
	return true;
}

/* Reading ------------------------------------------------------------------------------------- */

/* Moves the run on to a block with a record. False: there is none, or it can not be read. */
static bool
read_block(struct record_sort *sort, size_t i)
{
	struct run *run = &sort->runs[i];
	uint8_t *block = sort->arena + i * BLOCK_SIZE;
	const off_t at = (off_t)(run->block * SEALED_SIZE);

	if (run->block == run->blocks_end)
		return false;
	run->block++;
	if (pread(sort->fd, sort->sealed, SEALED_SIZE, at) != SEALED_SIZE ||
	    !secret_unseal(sort->key, "", sort->sealed, SEALED_SIZE, block))
		return fail(sort);
	run->at = block;
	run->end = block + BLOCK_SIZE;
	return true;
}

/* Does the run have a record, perhaps in its next block? */
static bool
run_has_record(struct record_sort *sort, size_t i)
{
	const struct run *run = &sort->runs[i];

	if (run->at != NULL && run->end - run->at > SIZE_BYTES && size_at(run->at) > 0)
		return true;
	return read_block(sort, i);
}

static int
compare_runs(const struct record_sort *sort, size_t a, size_t b)
{
	return compare_at(sort->runs[a].at, sort->runs[b].at);
}

/* Lets the run at this place of the heap sink to where it belongs. */
static void
sink(struct record_sort *sort, size_t place)
{
	for (size_t child; (child = 2 * place + 1) < sort->heap_count; place = child) {
		if (child + 1 < sort->heap_count &&
		    compare_runs(sort, sort->heap[child + 1], sort->heap[child]) < 0)
			child++;
		if (compare_runs(sort, sort->heap[place], sort->heap[child]) <= 0)
			return;
		const size_t run = sort->heap[place];
		sort->heap[place] = sort->heap[child];
		sort->heap[child] = run;
	}
}

static void
build_heap(struct record_sort *sort)
{
	for (size_t i = 0; i < sort->run_count; i++)
		if (run_has_record(sort, i))
			sort->heap[sort->heap_count++] = i;
	for (size_t place = sort->heap_count; place-- > 0;)
		sink(sort, place);
}

bool
record_sort_finish(struct record_sort *sort)
{
	if (sort->failed || (sort->fd >= 0 && !spill(sort)))
		return fail(sort);
	if (sort->fd >= 0)
		build_heap(sort);
	else if (sort->count > 0)
		qsort_r(sort->offsets, sort->count, sizeof *sort->offsets, compare_offsets,
		    sort->arena);
	return !sort->failed;
}

/* The least of all runs, copied: its block may be read anew. */
static const void *
next_merged(struct record_sort *sort, size_t *ret_size)
{
	if (sort->heap_count == 0)
		return NULL;
	const size_t least = sort->heap[0];
	struct run *run = &sort->runs[least];

	*ret_size = size_at(run->at);
	memcpy(sort->plain, run->at + SIZE_BYTES, *ret_size);
	run->at += SIZE_BYTES + *ret_size;
	if (!run_has_record(sort, least))
		sort->heap[0] = sort->heap[--sort->heap_count];
	sink(sort, 0);
	return sort->failed ? NULL : sort->plain;
}

const void *
record_sort_next(struct record_sort *sort, size_t *ret_size)
{
	if (sort->failed)
		return NULL;
	if (sort->fd >= 0)
		return next_merged(sort, ret_size);
	if (sort->next == sort->count)
		return NULL;
	const uint8_t *record = sort->arena + sort->offsets[sort->next++];
	*ret_size = size_at(record);
	return record + SIZE_BYTES;
}

bool
record_sort_failed(const struct record_sort *sort)
{
	return sort->failed;
}
