/* result.c - the words of the results. */

#include "result.h"

#include <string.h>

const char *
result_code(enum result result)
{
#define RESULT_CODE_(name, code) [name] = (code),
	static const char *const codes[RESULT__MAX] = { RESULT_LIST(RESULT_CODE_) };
#undef RESULT_CODE_
	return codes[result];
}

bool
result_is_ours(enum result result)
{
	return result == UNAVAILABLE || result == OVERLOADED || result == STOPPING ||
	       result == INTERNAL;
}

enum result
result_first_of_code(enum result result)
{
	enum result first = OK;

	while (strcmp(result_code(first), result_code(result)) != 0)
		first++;
	return first;
}
