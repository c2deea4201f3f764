/* version.h - the version of the programs: that of meson.build, and no other text says it.
 *
 * It names no commit: the same sources make the same programs, from a checkout as from an
 * archive. */

#ifndef VERSION_H
#define VERSION_H

/* "MAJOR.MINOR.PATCH" of Semantic Versioning. */
const char *version_text(void);

#endif
