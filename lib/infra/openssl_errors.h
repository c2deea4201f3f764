/* openssl_errors.h - the errors that OpenSSL keeps for each thread.
 *
 * They stay until somebody reads them, and the next call on a TLS connection that has to wait takes
 * one that it finds for its own (SSL_get_error(3)): a connection that is well is given up. */

#ifndef OPENSSL_ERRORS_H
#define OPENSSL_ERRORS_H

/* Forgets those of this thread. */
void openssl_errors_forget(void);

/* Frees what OpenSSL keeps for this thread, which uses it no more: at the end of one that nobody
 * joins, before it says that it is done, as the process may end at any moment from then on. */
void openssl_errors_end(void);

#endif
