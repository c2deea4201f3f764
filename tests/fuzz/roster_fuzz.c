/* roster_fuzz.c - rosters: every error has its place, and a valid line is valid again. */

/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#define _GNU_SOURCE 1 /* memfd_create */

#include "fuzz.h"
#include "roster_file.h"
#include "secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static unsigned errors, remarks;
static struct roster_columns columns;

static void
check_remark(void *context, const struct roster_remark *remark)
{
	(void)context;
	FUZZ_CHECK(remark->line > 0, "a remark names its line");
	FUZZ_CHECK(remark->reason != NULL && remark->reason[0] != '\0', "and says why");
	FUZZ_CHECK(remark->column == NULL || remark->column[0] != '\0', "and which column");
	errors += !remark->warning;
	remarks++;
}

static const struct roster_reporter reporter = { .report = check_remark };

/* A file that nobody else sees. */
static int
file_of(const uint8_t *data, size_t size)
{
	const int fd = memfd_create("roster", MFD_CLOEXEC);

	if (fd < 0 || (size > 0 && pwrite(fd, data, size, 0) != (ssize_t)size))
		abort();
	return fd;
}

static void
check_roster_again(const struct roster_line *line)
{
	static const char *const names[] = { "記号", "番号", "枝番", "被保険者区分", "氏名カナ",
		"生年月日", "資格取得日", "資格喪失日", "旧記号", "旧番号" };
	const char *const fields[] = { line->symbol, line->number, "", line->insured ? "1" : "2",
		line->kana_name, line->birth_date, line->eligible_from, line->eligible_until,
		line->old_symbol, line->old_number };
	const struct roster_record record = { line->line, fields, ROSTER_COLUMN__MAX };
	struct roster_header header;
	struct roster_line again;

	FUZZ_CHECK(roster_header_read(&header, &columns, names, ROSTER_COLUMN__MAX, &reporter),
	    "the header is right");
	FUZZ_CHECK(
	    roster_line_read(&header, &record, &reporter, &again), "a valid line is valid again");
	FUZZ_CHECK(again.insured == line->insured && strcmp(again.number, line->number) == 0 &&
		       strcmp(again.symbol, line->symbol) == 0 &&
		       strcmp(again.kana_name, line->kana_name) == 0 &&
		       strcmp(again.birth_date, line->birth_date) == 0 &&
		       strcmp(again.eligible_from, line->eligible_from) == 0 &&
		       strcmp(again.eligible_until, line->eligible_until) == 0,
	    "and says the same");
	FUZZ_CHECK(strcmp(again.old_number, line->old_number) == 0 &&
		       strcmp(again.old_symbol, line->old_symbol) == 0,
	    "and names the same old pair");
	roster_header_close(&header);
}

static void
read_roster(struct roster_file *file)
{
	uint8_t hash[SECRET_SHA256_SIZE];
	struct roster_line line;
	uint64_t valid = 0;

	for (; roster_file_next(file, &line); valid++)
		check_roster_again(&line);
	const uint64_t invalid = roster_file_invalid_lines(file);
	FUZZ_CHECK(roster_file_lines(file) - valid <= invalid, "each line is valid or invalid");
	FUZZ_CHECK((invalid > 0) == (errors > 0), "an invalid line was reported");
	FUZZ_CHECK(roster_file_finish(file, hash) || invalid > 0, "nobody wrote to the file");
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	roster_columns_default(&columns);
	return secret_start() ? 0 : -1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[ERRBUF_MAX + 1];
	CLEANUP(cleanup_close) const int fd = file_of(data, size);

	errors = remarks = 0;
	struct roster_file *const file = roster_file_open(fd, &columns, &reporter, why);
	if (file != NULL)
		read_roster(file);
	else
		FUZZ_CHECK(remarks > 0, "what is wrong with a header is reported");
	roster_file_close(file);
	return 0;
}
