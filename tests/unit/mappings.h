/* mappings.h - what this process has mapped and open at the moment. */

#ifndef MAPPINGS_H
#define MAPPINGS_H

#include <stddef.h>

/* How many mappings there are of exactly `size` bytes. An odd size is nobody else's. */
unsigned mappings_of(size_t size);

/* How many descriptors are open. */
unsigned open_files(void);

#endif
