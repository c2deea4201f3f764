/* faults.c - collect what is wrong with the fields of one request. */

#include "faults.h"

#include "text.h"

#include <string.h>

bool
faults_has(const struct faults *faults, const char *field)
{
	char kept[FAULT_FIELD_MAX + 1]; /* how a longer name would be in the list */

	text_copy_cut(kept, sizeof kept, field);
	for (size_t i = 0; i < faults->count; i++)
		if (strcmp(faults->list[i].field, kept) == 0)
			return true;
	return false;
}

void
faults_add(struct faults *faults, const char *field, enum fault fault)
{
	if (fault == FAULT_NONE || faults->count == FAULTS_MAX || faults_has(faults, field))
		return;
	text_copy_cut(faults->list[faults->count].field, sizeof faults->list[0].field, field);
	faults->list[faults->count].fault = fault;
	faults->count++;
}

const char *
fault_code(enum fault fault)
{
#define FAULT_CODE_(name, code) [name] = (code),
	static const char *const codes[FAULT__MAX] = { FAULT_LIST(FAULT_CODE_) };
#undef FAULT_CODE_
	return codes[fault];
}
