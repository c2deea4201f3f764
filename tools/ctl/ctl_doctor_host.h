/* ctl_doctor_host.h - checks of myportalctl doctor: what is on this machine, and the portal's name.
 */

#ifndef CTL_DOCTOR_HOST_H
#define CTL_DOCTOR_HOST_H

#include "ctl_doctor_check.h"

/* Looks at the files of secrets, while the process may; doctor_secrets() tells. */
void doctor_look_at_secrets(struct doctor_finding *ret);

void doctor_secrets(struct doctor *, struct doctor_finding *ret);
void doctor_descriptors(struct doctor *, struct doctor_finding *ret);
void doctor_retention(struct doctor *, struct doctor_finding *ret);
void doctor_keys(struct doctor *, struct doctor_finding *ret);
void doctor_keys_disk(struct doctor *, struct doctor_finding *ret);
void doctor_portal_url(struct doctor *, struct doctor_finding *ret);
void doctor_portal_name(struct doctor *, struct doctor_finding *ret);

/* How much room is left where `path` is. `whose`: "the database". */
void doctor_find_room(struct doctor_finding *, const char *whose, const char *path);

#endif
