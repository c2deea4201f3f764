/* ctl_doctor_proxy.h - checks of myportalctl doctor: the settings against the proxy's file. */

#ifndef CTL_DOCTOR_PROXY_H
#define CTL_DOCTOR_PROXY_H

#include "ctl_doctor_check.h"

void doctor_proxy(struct doctor *, struct doctor_finding *ret); /* reads; the others compare */
void doctor_proxy_connections(struct doctor *, struct doctor_finding *ret);
void doctor_proxy_idle(struct doctor *, struct doctor_finding *ret);
void doctor_proxy_origins(struct doctor *, struct doctor_finding *ret);

#endif
