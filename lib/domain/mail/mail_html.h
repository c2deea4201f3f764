/* mail_html.h - what may be in the HTML of a society's own template. Pure.
 *
 * A list of what is allowed, because a mail must load nothing, run nothing and send nothing, and
 * look alike everywhere: elements of text, lists and tables; attributes of their look, class, style
 * and href; values between double quotes. An address in href is {link}, {portal}, or begins with
 * https://, mailto: or tel:. Of the placeholders only these two stand in an attribute. A style has
 * no url(), @, \ or comment. & begins a character reference. Every element is closed, in order,
 * within its block where the block may be left out. */

#ifndef MAIL_HTML_H
#define MAIL_HTML_H

#include "mail_fault.h"

/* Tells every fault of the file's HTML; its placeholders are known to be right. */
void mail_html_check(const struct mail_file *);

#endif
