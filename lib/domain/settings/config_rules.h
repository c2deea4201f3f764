/* config_rules.h - what a setting must look like where its length does not tell: addresses,
 * origins, mail servers, texts, files; and what makes a name look like a setting's.
 *
 * A rule gets one text. NULL: it is right. Otherwise what is wrong, beginning with "must", to be
 * written behind the setting's name. Pure, but for config_rule_file(). */

#ifndef CONFIG_RULES_H
#define CONFIG_RULES_H

#include <stdbool.h>

/* An IPv4 address and a port: a port alone would be every address of the machine. */
const char *config_rule_listen(const char *);

/* An origin as browsers write it in the header Origin (RFC 6454 6.2): scheme, host, and a port that
 * is not the scheme's own. It is compared byte for byte, so nothing else would ever be equal. */
const char *config_rule_origin(const char *);

/* smtp://HOST:PORT or smtps://HOST:PORT, the port may be missing, and nothing behind it. */
const char *config_rule_mail_url(const char *);

/* Text in UTF-8, as mails and answers have it. */
const char *config_rule_utf8(const char *);

/* The path of a file that can be read now, and is not empty. */
const char *config_rule_file(const char *);

/* Is this host ("localhost", "127.0.0.1", "::1") the machine itself? Names are not resolved. */
bool config_host_is_loopback(const char *host);

/* Is the host of this address (smtp://HOST:PORT)? */
bool config_url_is_loopback(const char *url);

/* Is `name` so much like the name of a setting that the setting may have been meant? At most two
 * letters differ, of whatever case, or one begins with the other. */
bool config_name_is_close(const char *name, const char *setting);

#endif
