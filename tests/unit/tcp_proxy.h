/* tcp_proxy.h - a wire between a client and a server on the loopback, to be cut at a chosen
 * word. */

#ifndef TCP_PROXY_H
#define TCP_PROXY_H

#include <stddef.h>

enum tcp_cut {
	TCP_CUT_BEFORE, /* the server never sees the word */
	TCP_CUT_AFTER   /* the server has answered it, the client never sees the answer */
};

struct tcp_proxy;

/* Listens on `host` (an address of the loopback), on a port of its own, and passes on to
 * 127.0.0.1:to_port. NULL: it can not. Close: tcp_proxy_close(), when no client uses it. */
struct tcp_proxy *tcp_proxy_open(const char *host, unsigned to_port, unsigned *ret_port);
void tcp_proxy_close(struct tcp_proxy *);

/* Cuts the connection on which a client next sends `word`, once. Kept as a pointer. */
void tcp_proxy_cut(struct tcp_proxy *, const char *word, enum tcp_cut);

/* From now on what servers answer goes on a byte at a time, so many ms after the other; 0: as it
 * comes. */
void tcp_proxy_drip(struct tcp_proxy *, int ms);

/* How often a client came, how often it was cut, how many bytes clients have sent. */
unsigned tcp_proxy_calls(struct tcp_proxy *);
unsigned tcp_proxy_cuts(struct tcp_proxy *);
size_t tcp_proxy_sent(struct tcp_proxy *);

#endif
