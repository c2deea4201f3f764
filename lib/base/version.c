/* version.c - the version of the programs, as meson.build tells the compiler. */

#include "version.h"

const char *
version_text(void)
{
	return MYPORTAL_VERSION;
}
