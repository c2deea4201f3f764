/* recovery_pass.h - what a reset link is bound to: the generation of its account. Whatever ends all
 * logins of an account, a new password above all, ends its reset links. */

#ifndef RECOVERY_PASS_H
#define RECOVERY_PASS_H

#include "bounds.h"

#include <stdint.h>
#include <string.h>

/* The generation in the place where other tokens carry their parent. */
static inline void
recovery_bind(int64_t generation, uint8_t ret[static JTI_SIZE])
{
	memset(ret, 0, JTI_SIZE);
	memcpy(ret, &generation, sizeof generation);
}

static inline int64_t
recovery_generation(const uint8_t bound[static JTI_SIZE])
{
	int64_t generation;

	memcpy(&generation, bound, sizeof generation);
	return generation;
}

#endif
