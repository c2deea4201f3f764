/* mail_template_file.h - the two files of a society's own template: how they are written, and what
 * in them is a fault.
 *
 * The text (NAME.LANGUAGE.txt) begins with its subject. A mail with a link has a second line, what
 * the link is called in the HTML part. Behind an empty line come paragraphs, with empty lines
 * between:
 *
 *   Subject: 【{society}】登録のご案内
 *   Button: 登録の手続きへ進む
 *
 *   {society}です。
 *   登録のお申し込みを受け付けました。
 *
 *   {link}
 *
 *   このリンクは、{until}までお使いいただけます。
 *
 * The footer has no subject, and begins with its first paragraph. {link} stands alone in its
 * paragraph, once. A paragraph whose {nickname}, {when} or {contact} is not known is left out.
 *
 * The HTML (NAME.LANGUAGE.html) is what stands in the page of the mail, between its body tags;
 * empty lines make blocks that are left out in the same way. mail_html.h says what may be in it.
 *
 * Both are UTF-8, with or without a byte order mark, with LF or CR LF, and have no character that
 * nobody sees. */

#ifndef MAIL_TEMPLATE_FILE_H
#define MAIL_TEMPLATE_FILE_H

#include "mail_fault.h"
#include "mail_template.h"

#include <stdbool.h>
#include <stdio.h>

/* Checks a file, cuts its text into the parts of *ret, and points there. `ours` is what it
 * replaces. False: there are faults, and each was told. */
bool mail_template_read_text(
    const struct mail_file *, const struct mail_template *ours, struct mail_template *ret);
bool mail_template_read_html(
    const struct mail_file *, const struct mail_template *ours, struct mail_template *ret);

/* Prints a template as the text file that it would be read from. */
void mail_template_print(const struct mail_template *, FILE *);

#endif
