/* mail_template_fuzz.c - a society's own template: whatever is in the file, what is accepted makes
 * a mail that loads, runs and sends nothing, and has no header of its own. */

#include "fuzz.h"
#include "mail_placeholder.h"
#include "mail_sample.h"
#include "mail_template_file.h"
#include "mail_template_set.h"
#include "mail_text.h"

#include <string.h>

static void
ignore_fault(const char *line, void *context)
{
	(void)context;
	FUZZ_CHECK(strchr(line, '\n') == NULL, "a fault is told in one line");
}

static void
check_html(const char *html)
{
	static const char *const forbidden[] = { "<script", "<img", "<link", "<style", "<form",
		"<iframe", "<object", "<meta", "<base", "<svg", "<input", "<!", "<?" };
	const char *const body = strstr(html, "<body");

	FUZZ_CHECK(body != NULL, "the page is ours");
	for (size_t i = 0; i < LENGTH(forbidden); i++)
		FUZZ_CHECK(strstr(body, forbidden[i]) == NULL, "nothing loads, runs or is sent");
}

static void
check_mail(const struct mail_message *mail)
{
	for (const char *at = mail->subject; *at != '\0'; at++)
		FUZZ_CHECK((unsigned char)*at >= ' ', "a subject is one line");
	for (const char *at = mail->text; *at != '\0'; at++)
		FUZZ_CHECK((unsigned char)*at >= ' ' || *at == '\n', "a text is a text");
	check_html(mail->html);
}

static bool
is_there(const char *const *blocks)
{
	size_t count = 0;

	for (; blocks[count] != NULL; count++)
		FUZZ_CHECK(count < MAIL_PARAGRAPHS_MAX && blocks[count][0] != '\0',
		    "blocks are counted, and none is empty");
	return count > 0;
}

/* Reads the input in the place of ours, as text or as HTML beside our text, and renders it. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mail_message mail;
	static struct mail_template_set set;
	struct fuzz_input input = { data, size };
	const unsigned id = fuzz_byte(&input) % MAIL_TEMPLATES__MAX;
	const bool html = (fuzz_byte(&input) & 1) != 0;
	CLEANUP(cleanup_free) char *text = fuzz_text(&input);
	const struct mail_template *const ours = mail_template(id, MAIL_ENGLISH);
	struct mail_faults faults = { .tell = ignore_fault };
	const struct mail_file file = { .name = "fuzz.en.txt", .text = text, .faults = &faults };

	if (ours == NULL)
		return 0;
	memset(&set, 0, sizeof set);
	struct mail_template *const replaced = &set.replaced[id][MAIL_ENGLISH];
	*replaced = html ? *ours : (struct mail_template){ .subject = NULL };
	const bool read = html ? mail_template_read_html(&file, ours, replaced)
			       : mail_template_read_text(&file, ours, replaced);
	FUZZ_CHECK(read == (faults.count == 0), "what is rejected has a reason");
	if (!read)
		return 0;
	FUZZ_CHECK(is_there(html ? replaced->html : replaced->paragraphs), "it is not empty");
	struct mail_facts facts = mail_sample_usual(
	    id == MAIL_TEMPLATE_FOOTER ? MAIL_LEFT : id, MAIL_ENGLISH);
	facts.society_name = "S";
	facts.portal_url = "https://p.example";
	facts.link = "https://p.example/#token=a";
	facts.templates = &set;
	if (mail_text_render(&facts, &mail) == OK)
		check_mail(&mail);
	return 0;
}
