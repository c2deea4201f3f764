/* result.c - the words of the results. */

#include "result.h"

const char *
result_code(enum result result)
{
#define RESULT_CODE_(name, code) [name] = (code),
	static const char *const codes[RESULT__MAX] = { RESULT_LIST(RESULT_CODE_) };
#undef RESULT_CODE_
	return codes[result];
}
