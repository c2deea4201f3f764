/* mail_folder.h - reads and checks the folder of a society's own templates.
 *
 * The folder (MAIL_TEMPLATES_FOLDER) has files NAME.LANGUAGE.txt and, where the HTML part is not to
 * be made of the text, NAME.LANGUAGE.html beside it. NAME is that of mail_template_name(), LANGUAGE
 * is ja or en. mail_template_file.h says what is in them. What is replaced in one language is
 * replaced in the other, too. A file of any other name is a fault, unless it begins with a point,
 * ends with ~, or is README. */

#ifndef MAIL_FOLDER_H
#define MAIL_FOLDER_H

#include "mail_fault.h"
#include "mail_template_set.h"
#include "result.h"

/* Reads a folder ("": none, all is ours). NULL: there are faults, and each was told; also where the
 * folder cannot be read, or there is no memory. A mail that would not fit with the longest values
 * is a fault. By one thread at a time. Free: mail_template_set_free(). */
struct mail_template_set *mail_folder_read(const char *folder, struct mail_faults *) MUST_USE;

#endif
