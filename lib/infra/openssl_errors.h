/* openssl_errors.h - the errors that OpenSSL keeps for each thread.
 *
 * They stay until somebody reads them, and the next call on a TLS connection that has to wait takes
 * one that it finds for its own (SSL_get_error(3)): a connection that is well is given up. */

#ifndef OPENSSL_ERRORS_H
#define OPENSSL_ERRORS_H

/* Forgets those of this thread. */
void openssl_errors_forget(void);

#endif
