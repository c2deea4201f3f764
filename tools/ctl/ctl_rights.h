/* ctl_rights.h - the file with the rights of the service's user, for all who read it. */

#ifndef CTL_RIGHTS_H
#define CTL_RIGHTS_H

#include "bounds.h"
#include "result.h"

#include <stdbool.h>

#define CTL_RIGHTS_MAX 16384 /* bytes of rights.sql */

/* The text of FOLDER/rights.sql. False, and errbuf. */
bool ctl_rights_text(const char *folder, char ret[static CTL_RIGHTS_MAX + 1],
    char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

#endif
