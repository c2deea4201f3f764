/* ctl_doctor_mail.c - checks of myportalctl doctor: the mail server. */

#include "ctl_doctor_mail.h"

#define TRY_MS 8000 /* for all of it */

void
doctor_mail_server(struct doctor *doctor, struct doctor_finding *ret)
{
	static const struct smtp_limits limits = { TRY_MS, TRY_MS, TRY_MS };
	const struct smtp_options options = config_smtp(doctor->call->config, limits);

	doctor->mail_tried = smtp_start() ? smtp_try_stages(&options, doctor->mail_error)
					  : SMTP_NOT_TRIED;
	switch (doctor->mail_tried) {
	case SMTP_NOT_FOUND:
		doctor_find(ret, DOCTOR_PROBLEM,
		    "no address is known for the host of SMTP_URL: correct it, or ask who keeps "
		    "the name server");
		return;
	case SMTP_NOT_REACHED:
		doctor_find(ret, DOCTOR_PROBLEM,
		    "nothing answers at SMTP_URL (%s): check host and port, the firewall between, "
		    "and IPAddressAllow of the unit",
		    doctor->mail_error);
		return;
	case SMTP_NOT_GREETED:
		doctor_find(ret, DOCTOR_PROBLEM,
		    "what answers at SMTP_URL greets not as a mail server (%s): check the port "
		    "(smtps:// is TLS from the first byte, usually 465), and whether the relay "
		    "lets this host in",
		    doctor->mail_error);
		return;
	case SMTP_NOT_TRIED:
		doctor_find(ret, DOCTOR_PROBLEM,
		    "the conversation ended early (%s): the relay's log says why; EHLO_NAME may be "
		    "a name that it does not take",
		    doctor->mail_error);
		return;
	case SMTP_TRIED_ALL:
	case SMTP_NO_TLS:
	case SMTP_NO_LOG_IN:
		doctor_find(ret, DOCTOR_OK, "it greets");
		return;
	}
}

void
doctor_mail_tls(struct doctor *doctor, struct doctor_finding *ret)
{
	if (config_is(doctor->call->config->smtp_tls, "none"))
		doctor_find(ret, DOCTOR_SKIPPED, "SMTP_TLS is none: the server is on this machine");
	else if (doctor->mail_tried == SMTP_NO_TLS)
		doctor_find(ret, DOCTOR_PROBLEM,
		    "%s: the server must offer STARTTLS (or SMTP_URL be smtps://), its certificate "
		    "must be valid today, have the host of SMTP_URL as a name, and be signed by an "
		    "authority of this system or of SMTP_CA_FILE",
		    doctor->mail_error);
	else
		doctor_find(ret, DOCTOR_OK, "TLS with a good certificate");
}

void
doctor_mail_log_in(struct doctor *doctor, struct doctor_finding *ret)
{
	if (doctor->call->config->smtp_user[0] == '\0')
		doctor_find(ret, DOCTOR_SKIPPED, "SMTP_USER is empty: nobody logs in");
	else if (doctor->mail_tried == SMTP_NO_LOG_IN)
		doctor_find(ret, DOCTOR_PROBLEM,
		    "the relay rejects the log-in, or offers none (%s): ask whoever keeps it for "
		    "user and password, and correct SMTP_USER and the file of SMTP_PASSWORD",
		    doctor->mail_error);
	else
		doctor_find(ret, DOCTOR_OK, "user and password are taken");
}
