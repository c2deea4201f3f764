/* openssl_errors.c - the errors that OpenSSL keeps for each thread. */

#include "openssl_errors.h"

#include <openssl/err.h>

void
openssl_errors_forget(void)
{
	ERR_clear_error();
}

void
openssl_errors_end(void)
{
	OPENSSL_thread_stop();
}
