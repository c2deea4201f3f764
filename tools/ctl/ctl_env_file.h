/* ctl_env_file.h - reads settings as systemd's EnvironmentFile= does (systemd.exec(5)), so that the
 * service and the operator's commands take the same from one file.
 *
 *   # a comment, also with ";"
 *   NAME=value           blanks around it are dropped, "\" takes the next character as it is
 *   NAME="a \"value\""   with \" \\ \` \$ and a backslash before a line end, which joins the lines
 *   NAME='a value'       as it stands; both kinds of quotes may hold line ends
 *
 * systemd passes over what it does not understand, and says so in a log at most; here that is an
 * error with its line: a line without "=", a name that is none (also "export NAME"), a quote that
 * is not closed, text behind a closing quote, a comment or file that ends with "\", a NUL, what is
 * not UTF-8. A name that comes twice has its last value. */

#ifndef CTL_ENV_FILE_H
#define CTL_ENV_FILE_H

#include "bounds.h"
#include "config.h"
#include "result.h"

#include <stdbool.h>
#include <stddef.h>

#define CTL_ENV_FILE_MAX  65536 /* bytes */
#define CTL_ENV_NAME_MAX  80
#define CTL_ENV_VALUE_MAX CONFIG_WORDS_MAX /* what a setting may have */

/* Calls `take` with each assignment of a text, in order. False, and errbuf: "line 3: ...", never
 * with a value; the assignments before it were taken. */
bool ctl_env_parse(const char *text, size_t size,
    void (*take)(const char *name, const char *value, void *context), void *context,
    char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

#endif
