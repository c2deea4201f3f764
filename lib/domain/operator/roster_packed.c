/* roster_packed.c - persons and lines of a roster as bytes, for record_sort.h. */

#include "roster_packed.h"

#include <assert.h>
#include <string.h>

#define NUMBER_BYTES 8

int
roster_pair_compare(
    const char *number, const char *symbol, const char *other_number, const char *other_symbol)
{
	const int order = strcmp(number, other_number);

	return order != 0 ? order : strcmp(symbol, other_symbol);
}

void
roster_packed_put_text(struct roster_packed *packed, const char *text)
{
	const size_t size = strlen(text) + 1;

	assert(packed->size + size <= sizeof packed->bytes);
	memcpy(packed->bytes + packed->size, text, size);
	packed->size += size;
}

void
roster_packed_put_number(struct roster_packed *packed, uint64_t number)
{
	assert(packed->size + NUMBER_BYTES <= sizeof packed->bytes);
	for (int shift = 56; shift >= 0; shift -= 8)
		packed->bytes[packed->size++] = (uint8_t)(number >> shift);
}

void
roster_packed_text(struct roster_packed *packed, char *ret, size_t ret_size)
{
	const char *text = (const char *)packed->bytes + packed->at;
	const size_t size = strnlen(text, packed->size - packed->at) + 1;

	assert(packed->at + size <= packed->size && size <= ret_size);
	memcpy(ret, text, size);
	packed->at += size;
}

uint64_t
roster_packed_number(struct roster_packed *packed)
{
	uint64_t number = 0;

	assert(packed->at + NUMBER_BYTES <= packed->size);
	for (int i = 0; i < NUMBER_BYTES; i++)
		number = number << 8 | packed->bytes[packed->at++];
	return number;
}

void
roster_packed_put_line(struct roster_packed *packed, const struct roster_line *line)
{
	roster_packed_put_text(packed, line->number);
	roster_packed_put_text(packed, line->symbol);
	roster_packed_put_number(packed, line->line);
	roster_packed_put_text(packed, line->birth_date);
	roster_packed_put_text(packed, line->kana_name);
	roster_packed_put_text(packed, line->eligible_from);
	roster_packed_put_text(packed, line->eligible_until);
	roster_packed_put_text(packed, line->old_number);
	roster_packed_put_text(packed, line->old_symbol);
}

void
roster_packed_line(struct roster_packed *packed, struct roster_line *ret)
{
	ret->insured = true;
	roster_packed_text(packed, ret->number, sizeof ret->number);
	roster_packed_text(packed, ret->symbol, sizeof ret->symbol);
	ret->line = roster_packed_number(packed);
	roster_packed_text(packed, ret->birth_date, sizeof ret->birth_date);
	roster_packed_text(packed, ret->kana_name, sizeof ret->kana_name);
	roster_packed_text(packed, ret->eligible_from, sizeof ret->eligible_from);
	roster_packed_text(packed, ret->eligible_until, sizeof ret->eligible_until);
	roster_packed_text(packed, ret->old_number, sizeof ret->old_number);
	roster_packed_text(packed, ret->old_symbol, sizeof ret->old_symbol);
}

bool
roster_packed_add(struct record_sort *sort, const struct roster_packed *packed)
{
	return record_sort_add(sort, packed->bytes, packed->size);
}

bool
roster_packed_next(struct record_sort *sort, struct roster_packed *ret)
{
	size_t size = 0;
	const void *bytes = record_sort_next(sort, &size);

	if (bytes == NULL)
		return false;
	memcpy(ret->bytes, bytes, size);
	ret->size = size;
	ret->at = 0;
	return true;
}
