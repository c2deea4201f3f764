/* say.h - members that several answers have in common. */

#ifndef SAY_H
#define SAY_H

struct json;
struct stage_rule;

/* "email": the address with its local part masked. */
void say_masked_email(struct json *, const char *email);

/* "next": the call that follows; NULL: logging in. */
void say_next(struct json *, const struct stage_rule *);

#endif
