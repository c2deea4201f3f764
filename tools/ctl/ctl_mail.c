/* ctl_mail.c - myportalctl mail: checks a society's own texts, shows what mails look like, and
 * sends one to see whether the relay takes it. */

#include "cleanup.h"
#include "clock.h"
#include "ctl_app.h"
#include "ctl_output.h"
#include "ctl_prompt.h"
#include "ctl_table.h"
#include "email.h"
#include "mail_folder.h"
#include "mail_sample.h"
#include "mail_template_file.h"
#include "mail_text.h"
#include "mailed_link.h"
#include "secret.h"
#include "smtp.h"
#include "stage.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NAME_PARAM                                                                             \
	{                                                                                      \
		"NAME", CTL_TEXT, .min = 1, .max = MAIL_TEMPLATE_NAME_MAX,                     \
				  .help = "which mail, as docs/mail.md names them: invitation" \
	}
#define LANGUAGE_PARAM                                                                       \
	{                                                                                    \
		"--language", CTL_WORD, .words = "ja|en", .preset = "ja", .help = "in which" \
	}
#define FOLDER_HELP "other texts than those of MAIL_TEMPLATES_FOLDER"

static void
free_templates(struct mail_template_set *const *set)
{
	mail_template_set_free(*set);
}

/* A mail_faults.tell. */
static void
print_template_fault(const char *line, void *context)
{
	(void)context;
	fprintf(stderr, "%s\n", line);
}

/* The texts in use, or those of the folder that the call names. NULL: the faults were printed. */
static struct mail_template_set *
read_templates(const struct ctl_call *call, const char *folder)
{
	struct mail_faults faults = { .tell = print_template_fault };
	struct mail_template_set *const set = mail_folder_read(
	    folder != NULL ? folder : call->config->mail_templates_folder, &faults);

	if (set == NULL)
		fprintf(stderr, "myportalctl: %zu fault%s\n", faults.count,
		    faults.count == 1 ? "" : "s");
	return set;
}

static enum mail_language
language_of(const struct ctl_call *call)
{
	return strcmp(ctl_text(call, "--language"), "en") == 0 ? MAIL_ENGLISH : MAIL_JAPANESE;
}

/* The mail that the call names. False: none has that name, and those that are were printed. */
static bool
find_mail(const struct ctl_call *call, unsigned *ret)
{
	char name[MAIL_TEMPLATE_NAME_MAX + 1];

	if (mail_template_of_name(ctl_text(call, "NAME"), ret))
		return true;
	fputs("myportalctl: no mail has this name; these are:\n", stderr);
	for (unsigned id = 0; id < MAIL_TEMPLATES__MAX; id++) {
		mail_template_name(id, name);
		if (mail_template(id, MAIL_JAPANESE) != NULL)
			fprintf(stderr, "  %s\n", name);
	}
	return false;
}

/* What the settings say in every mail. */
static void
set_society(const struct config *c, enum mail_language language, struct mail_facts *facts)
{
	const bool english = language == MAIL_ENGLISH;

	facts->society_name = english ? c->society_name_en : c->society_name_ja;
	facts->society_contact = english ? c->society_contact_en : c->society_contact_ja;
	facts->portal_url = c->portal_url;
}

/* Checking and showing ------------------------------------------------------------------------- */

static enum ctl_status
check_templates(const struct ctl_call *call)
{
	CLEANUP(free_templates)
	struct mail_template_set *const set = read_templates(call, ctl_text(call, "FOLDER"));

	if (set == NULL)
		return CTL_FAULTY_FILE;
	ctl_put_number(call->out, "files", set->files);
	ctl_say(call->out, "%s", set->files > 0 ? "no fault" : "no file: all texts are ours");
	return CTL_DONE;
}

static enum ctl_status
put_template(const struct ctl_call *call, const struct mail_template *template)
{
	CLEANUP(cleanup_free) char *text = NULL;
	size_t size = 0;
	FILE *const to = open_memstream(&text, &size);

	if (to != NULL)
		mail_template_print(template, to);
	if (to == NULL || fclose(to) != 0) {
		ctl_print_error("no memory");
		return CTL_ERROR;
	}
	ctl_put_lines(call->out, "template", text);
	return CTL_DONE;
}

static enum ctl_status
print_own_template(const struct ctl_call *call)
{
	unsigned id;

	if (!find_mail(call, &id))
		return CTL_NOT_FOUND;
	const struct mail_template *const template = mail_template(id, language_of(call));
	if (call->json)
		return put_template(call, template);
	mail_template_print(template, stdout);
	return CTL_DONE;
}

/* An invented link of the kind of the mail, as long as a real one. */
static void
write_sample_link(const struct config *c, enum mail_kind kind, char ret[static MAILED_LINK_MAX + 1])
{
	const enum stage stage = mailed_link_stage(kind);
	char token[300];

	memset(token, 'x', sizeof token - 1);
	token[sizeof token - 1] = '\0';
	if (stage == STAGE_NONE || !text_format(ret, MAILED_LINK_MAX + 1, "%s%s#token=%s",
				       c->portal_url, stage_rule(stage)->portal_path, token))
		ret[0] = '\0';
}

static void
put_message(const struct ctl_call *call, const struct mail_message *message)
{
	const bool html = ctl_given(call, "--html");

	if (call->json) {
		ctl_put_text(call->out, "subject", message->subject);
		ctl_put_lines(call->out, "text", message->text);
		ctl_put_lines(call->out, "html", message->html);
	} else if (html) {
		fputs(message->html, stdout);
	} else {
		printf("Subject: %s\n\n%s", message->subject, message->text);
	}
}

static enum ctl_status
preview_mail(const struct ctl_call *call)
{
	static struct mail_message message;
	CLEANUP(free_templates)
	struct mail_template_set *const set = read_templates(call, ctl_text(call, "--folder"));
	const enum mail_language language = language_of(call);
	char link[MAILED_LINK_MAX + 1];
	unsigned id;

	if (set == NULL)
		return CTL_FAULTY_FILE;
	if (!find_mail(call, &id))
		return CTL_NOT_FOUND;
	if (id == MAIL_TEMPLATE_FOOTER) {
		ctl_print_error("the footer is no mail: it stands at the end of every preview");
		return CTL_NOT_FOUND;
	}
	struct mail_facts facts = mail_sample_usual(id, language);
	set_society(call->config, language, &facts);
	write_sample_link(call->config, facts.kind, link);
	facts.link = link;
	facts.templates = set;
	if (mail_text_render(&facts, &message) != OK) {
		ctl_print_error("the mail could not be made of these settings");
		return CTL_ERROR;
	}
	put_message(call, &message);
	return CTL_DONE;
}

/* Sending one ---------------------------------------------------------------------------------- */

/* A person waits. */
static const struct smtp_limits test_limits = {
	.session_ms = 30000,
	.reply_ms = 60000,
	.all_ms = 120000,
};

/* A smtp_tell: at once, so that whoever waits sees where it hangs. */
static void
print_step(void *context, enum smtp_side side, const char *line)
{
	static const char marks[SMTP_SIDE__MAX] = {
		[SMTP_OURS] = '>', [SMTP_THEIRS] = '<', [SMTP_BETWEEN] = '*'
	};

	(void)context;
	fprintf(stderr, "%c %s\n", marks[side], line);
}

/* What became of it, and what would become of a member's. */
static const char *
outcome_words(enum smtp_outcome outcome)
{
	switch (outcome) {
	case SMTP_SENT:
		return "the relay took the mail";
	case SMTP_LATER:
		return "the relay does not take this mail now; a member's would be tried again";
	case SMTP_UNCONFIRMED:
		return "the relay was given the mail and did not confirm it; perhaps it is "
		       "delivered";
	case SMTP_RELAY_AWAY:
		return "the relay cannot be reached, has no time, or its certificate is not "
		       "right: all mails would wait (SMTP_URL, SMTP_TLS, SMTP_CA_FILE)";
	case SMTP_RELAY_REJECTS:
		return "the relay rejects this server or its account: all mails would wait "
		       "(SMTP_USER, SMTP_PASSWORD, MAIL_FROM, EHLO_NAME)";
	case SMTP_REJECTED:
		return "the relay rejects this recipient for good";
	case SMTP_STOPPED:
		return "stopped";
	}
	return "";
}

static void
close_relay(struct smtp *const *smtp)
{
	smtp_close(*smtp);
}

static bool
render_test(const struct ctl_call *call, const struct mail_template_set *set, const char *to,
    struct mail_message *ret)
{
	const enum mail_language language = language_of(call);
	struct mail_facts facts = mail_sample_usual(MAIL_TEMPLATE_TEST, language);
	uint8_t id[ID_SIZE];
	char hex[2 * ID_SIZE + 1], message_id[MESSAGE_ID_MAX + 1];
	const char *const domain = strrchr(call->config->mail_from, '@');

	secret_random(id, sizeof id);
	text_hex(id, sizeof id, hex);
	if (!text_format(message_id, sizeof message_id, "%s%.90s", hex, domain))
		return false;
	set_society(call->config, language, &facts);
	facts.templates = set;
	facts.to = to;
	facts.message_id = message_id;
	facts.happened_at = facts.date = clock_now();
	return mail_text_render(&facts, ret) == OK;
}

static enum ctl_status
send_message(const struct ctl_call *call, const struct mail_message *message)
{
	struct smtp_options options = config_smtp(call->config, test_limits);
	char error[SMTP_ERROR_MAX + 1] = "";

	options.tell = print_step;
	CLEANUP(close_relay) struct smtp *smtp = smtp_open(&options);
	if (smtp == NULL) {
		ctl_print_error("no memory, or a setting that libcurl does not take");
		return CTL_ERROR;
	}
	const enum smtp_outcome outcome = smtp_send(smtp, message, error);
	ctl_put_bool(call->out, "sent", outcome == SMTP_SENT);
	ctl_put_text(call->out, "error", error);
	ctl_say(call->out, "%s", outcome_words(outcome));
	return outcome == SMTP_SENT ? CTL_DONE : CTL_ERROR;
}

static enum ctl_status
send_test(const struct ctl_call *call)
{
	static struct mail_message message;
	const char *const operand = ctl_text(call, "INPUT");
	char typed[EMAIL_INPUT_MAX + 1], address[EMAIL_MAX + 1];

	if (!ctl_prompt("address of your own", operand != NULL, typed, sizeof typed))
		return CTL_ERROR;
	if (email_fold(typed, address, sizeof address) != FIELD_OK) {
		ctl_print_error("this is no mail address");
		return CTL_ERROR;
	}
	CLEANUP(free_templates)
	struct mail_template_set *const set = read_templates(call, NULL);
	if (set == NULL)
		return CTL_FAULTY_FILE;
	if (!smtp_start() || !render_test(call, set, address, &message)) {
		ctl_print_error("the mail could not be made of these settings");
		return CTL_ERROR;
	}
	return send_message(call, &message);
}

/* clang-format off */
const struct ctl_command ctl_mail_commands[] = {
	{
	    .words = "mail check",
	    .summary = "check the society's own texts of mails",
	    .help = "Prints each fault by file and line. Without FOLDER: MAIL_TEMPLATES_FOLDER.",
	    .settings = CONFIG_SOCIETY,
	    .run = check_templates,
	    .params = {
		{ "FOLDER", CTL_FOLDER, .optional = true, .help = FOLDER_HELP },
	    },
	},
	{
	    .words = "mail preview",
	    .summary = "show a mail as it would be sent, with invented data",
	    .settings = CONFIG_SOCIETY,
	    .run = preview_mail,
	    .params = {
		NAME_PARAM,
		LANGUAGE_PARAM,
		{ "--html", CTL_FLAG, .help = "its HTML part" },
		{ "--folder", CTL_FOLDER, .help = FOLDER_HELP },
	    },
	},
	{
	    .words = "mail template",
	    .summary = "print our own text of a mail, as a file to begin with",
	    .run = print_own_template,
	    .params = { NAME_PARAM, LANGUAGE_PARAM },
	},
	{
	    .words = "mail test",
	    .summary = "send one mail with the settings as they are, and print what the relay says",
	    .help = "Asks for the address, or reads it from standard input (\"-\"). Use one of "
		    "your own: the relay's answers may name it.",
	    .settings = CONFIG_SOCIETY | CONFIG_RELAY,
	    .run = send_test,
	    .params = {
		{ "INPUT", CTL_WORD, .words = "-", .optional = true,
		  .help = "\"-\": a line of standard input" },
		LANGUAGE_PARAM,
	    },
	},
	{ .words = NULL },
};
/* clang-format on */
