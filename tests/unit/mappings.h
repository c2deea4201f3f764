/* mappings.h - what this process has mapped and open at the moment. */

#ifndef MAPPINGS_H
#define MAPPINGS_H

#include <stddef.h>

/* How many mappings there are of exactly `size` bytes. An odd size is nobody else's. */
unsigned mappings_of(size_t size);

/* How many bytes of the pages that lie wholly within these bytes are in memory. */
size_t resident_bytes(const void *bytes, size_t size);

/* How many descriptors are open. */
unsigned open_files(void);

#endif
