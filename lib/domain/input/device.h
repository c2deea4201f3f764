/* device.h - a coarse name of the client, by which a member recognizes a session in a list. Pure.
 *
 * "Safari, iPhone", "Edge, Windows", "LINE, Android", "curl". Made of the words of two tables,
 * never of what the User-Agent says beside: no version, model or build, which would tell one member
 * from another, and no byte of a stranger's choosing. It is what the client claims, not a proof. */

#ifndef DEVICE_H
#define DEVICE_H

#define DEVICE_MAX        60  /* visible ASCII and spaces */
#define DEVICE_LOOKED_MAX 512 /* bytes of a User-Agent that are looked at */

/* Writes the name of the client that sent this User-Agent (NULL: none). If only the program or only
 * the system is known, that is its name; "" if neither is. */
void device_of(const char *user_agent, char ret[static DEVICE_MAX + 1]);

#endif
