/* start_secret.c - the set-up of a group of tests that need chance or keys. */

#include "start_secret.h"

#include "secret.h"

int
start_secret(void **state)
{
	(void)state;
	return secret_start() ? 0 : -1;
}
