/* ctl_member.h - what the commands about a member have in common: how one is named, what is asked
 * for, and what is said when it fails.
 *
 * ctl_member.c finds and shows, ctl_member_acts.c acts. */

#ifndef CTL_MEMBER_H
#define CTL_MEMBER_H

#include "app.h"
#include "client.h"
#include "ctl_app.h"
#include "ctl_command.h"
#include "ctl_output.h"
#include "member_find.h"
#include "member_show.h"
#include "result.h"
#include "stored_enums.h"

#include <stdbool.h>
#include <stddef.h>

/* The operand of all these commands but find, and what they need. */
#define CTL_MEMBER          "MEMBER"
#define CTL_MEMBER_SETTINGS (CTL_APP_SETTINGS | CONFIG_KEYS)

/* clang-format off */
#define CTL_MEMBER_PARAM                                                                           \
	{                                                                                      \
		CTL_MEMBER, CTL_ID_OR_STDIN,                                                       \
		.help = "an id that member find printed; \"-\": a login ID on standard input"  \
	}
#define CTL_SOURCE_PARAM(text) { "--source", CTL_FLAG, .help = text "; it is asked for" }
/* clang-format on */

#define CTL_TYPED_MAX EMAIL_INPUT_MAX /* bytes of what is asked for */

/* As ctl_status_of(), with words for what member_acts.h and member_resend.h may end with. */
enum ctl_status ctl_member_status(enum result) MUST_USE;

/* Asks for something about the member. The call's "-", or there is no terminal: a line of standard
 * input. */
bool ctl_member_prompt(
    const struct ctl_call *, const char *what, char *ret, size_t ret_size) MUST_USE;

/* Opens what commands work with, and finds whom the call means: by an id, or by a login ID. Close
 * in any case: ctl_app_close(). */
enum ctl_status ctl_member_open(
    const struct ctl_call *, struct app *, struct member_ids *ret) MUST_USE;

/* The source whose counts are meant, too: *ret is `client`, or NULL where the call has no
 * --source. */
bool ctl_member_ask_source(
    const struct ctl_call *, struct client *client, const struct client **ret) MUST_USE;

/* Puts the record "posted_code", where there is one. */
void ctl_member_put_code(struct ctl_output *, const struct member_code *);

/* Puts "kind": "second-link". */
void ctl_member_put_kind(struct ctl_output *, enum mail_kind);

#endif
