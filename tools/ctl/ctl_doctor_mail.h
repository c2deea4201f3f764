/* ctl_doctor_mail.h - checks of myportalctl doctor: the mail server, tried up to the log-in. */

#ifndef CTL_DOCTOR_MAIL_H
#define CTL_DOCTOR_MAIL_H

#include "ctl_doctor_check.h"

void doctor_mail_server(struct doctor *, struct doctor_finding *ret); /* tries; the others look */
void doctor_mail_tls(struct doctor *, struct doctor_finding *ret);
void doctor_mail_log_in(struct doctor *, struct doctor_finding *ret);

#endif
