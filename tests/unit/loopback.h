/* loopback.h - ports of 127.0.0.1, and connections to them. */

#ifndef LOOPBACK_H
#define LOOPBACK_H

#include <stdbool.h>
#include <stdint.h>

/* One that was free just now; 0: none was. */
uint16_t loopback_free_port(void);

/* A connection to who listens there; -1: nobody does. */
int loopback_connect(uint16_t port);

/* The same with a socket that was made before. */
bool loopback_connect_by(int fd, uint16_t port);

#endif
