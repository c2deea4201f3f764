/* mail_text.c - renders a mail: fills the placeholders of its template.
 *
 * The text part and the HTML part are made of the same paragraphs. */

#include "mail_text.h"

#include "bounds.h"
#include "clock.h"
#include "mail_placeholder.h"
#include "mail_template_set.h"
#include "text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#define UNTIL_MAX 40
#define WHEN_MAX  40

/* A client with a dark look may change a colour that stands alone, so no text has a colour without
 * a background. The two looks are declared (CSS Color Adjustment 1); a client that knows neither
 * shows the light one of the style attributes. The dark one must overrule these. */
#define LIGHT_TEXT   "background-color:#ffffff;color:#222222"
#define LIGHT_LINK   "background-color:#ffffff;color:#0b5cad"
#define LIGHT_BUTTON "background-color:#0b5cad;color:#ffffff"
#define DARK_TEXT    "background-color:#1c1c1e!important;color:#f2f2f2!important"
#define DARK_LINK    "background-color:#1c1c1e!important;color:#8ec1ff!important"
#define DARK_BUTTON  "background-color:#8ec1ff!important;color:#1c1c1e!important"

/* Whatever came into the HTML, a browser that shows it loads, runs and sends nothing; all style of
 * ours is inline. It stands first, because it counts for what is behind it (CSP 3, 3.3). Clients
 * that take a mail apart themselves drop the element, and scripts with it. */
#define HTML_POLICY                                                                   \
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; " \
	"style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">"

/* A long address stays within the screen and within its background. Clients that do not know the
 * second know the first. */
#define HTML_WRAP "word-break:break-word;overflow-wrap:anywhere;"

#define HTML_HEAD                                                                            \
	"<head><meta charset=\"utf-8\">" HTML_POLICY                                         \
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"           \
	"<meta name=\"color-scheme\" content=\"light dark\">"                                \
	"<meta name=\"supported-color-schemes\" content=\"light dark\">"                     \
	"<style>:root{color-scheme:light dark;supported-color-schemes:light dark}"           \
	"@media (prefers-color-scheme:dark){.text{" DARK_TEXT "}"                            \
	".link{" DARK_LINK "}.button{" DARK_BUTTON "}}</style>"                              \
	"</head>\n"                                                                          \
	"<body class=\"text\" style=\"margin:0;" LIGHT_TEXT "\">\n"                          \
	"<div class=\"text\" style=\"padding:16px;font-size:16px;line-height:1.7;" HTML_WRAP \
	    LIGHT_TEXT "\">\n"
#define HTML_TAIL "</div></body></html>\n"
#define HTML_LINK " class=\"link\" style=\"" LIGHT_LINK "\""
#define HTML_BUTTON                                                                      \
	" class=\"button\" style=\"display:inline-block;padding:12px 20px;" LIGHT_BUTTON \
	";border-radius:6px\""

/* What stands for the placeholders of one mail: a text each, "" for none. */
struct values {
	const char *texts[MAIL_PLACEHOLDERS__MAX];
	const char *const *login_ids; /* ended by NULL; their text is the first */
};

/* PAGE_BLOCKS: HTML that a template has itself, in which values are escaped and nothing else is. */
enum page_form { PAGE_TEXT, PAGE_HTML, PAGE_BLOCKS };

/* One part of the mail that is being written. `length` grows past the end of the buffer, so that
 * page_end() alone asks whether everything fitted. */
struct page {
	char *to;
	size_t size;
	size_t length; /* bytes written, or that would have been */
	enum page_form form;
	const char *button;
	const struct values *values;
};

static void
page_put(struct page *page, const char *text)
{
	for (; *text != '\0'; text++, page->length++)
		if (page->length + 1 < page->size)
			page->to[page->length] = *text;
}

/* Ends the text with its NUL. False: it did not fit. */
static bool
page_end(struct page *page)
{
	if (page->length >= page->size)
		return false;
	page->to[page->length] = '\0';
	return true;
}

static void
page_put_character(struct page *page, char c)
{
	/* clang-format off */
	static const struct { char c; const char *html; } escapes[] = {
		{ '&', "&amp;" },  { '<', "&lt;" },  { '>', "&gt;" },
		{ '"', "&quot;" }, { '\'', "&#39;" }, { '\n', "<br>\n" },
	};
	/* clang-format on */

	for (size_t i = 0; page->form != PAGE_TEXT && i < LENGTH(escapes); i++)
		if (escapes[i].c == c) {
			page_put(page, escapes[i].html);
			return;
		}
	page_put(page, (const char[]){ c, '\0' });
}

/* Writes a value, which is one line: control characters become spaces. */
static void
page_put_text(struct page *page, const char *text)
{
	for (; *text != '\0'; text++) {
		const bool control = (unsigned char)*text < 0x20 || *text == 0x7F;

		page_put_character(page, (char)(control ? ' ' : *text));
	}
}

static void
page_put_list(struct page *page, const char *const *lines)
{
	for (size_t i = 0; lines[i] != NULL; i++) {
		if (i > 0)
			page_put_character(page, '\n');
		page_put_text(page, lines[i]);
	}
}

/* Writes a text with its own line ends, but for those at its end. */
static void
page_put_lines(struct page *page, const char *text)
{
	char line[SOCIETY_CONTACT_MAX + 1];

	for (;;) {
		const size_t length = strcspn(text, "\n");

		text_copy_cut(line, length + 1 < sizeof line ? length + 1 : sizeof line, text);
		page_put_text(page, line);
		text += length;
		if (text[strspn(text, "\n")] == '\0')
			return;
		page_put_character(page, *text++);
	}
}

/* Writes an address as a link with these words. */
static void
page_put_link(struct page *page, const char *address, const char *look, const char *words)
{
	page_put(page, "<a href=\"");
	page_put_text(page, address);
	page_put(page, "\"");
	page_put(page, look);
	page_put(page, ">");
	page_put_text(page, words);
	page_put(page, "</a>");
}

static void
page_put_value(struct page *page, enum mail_placeholder placeholder)
{
	const char *const text = page->values->texts[placeholder];
	const enum mail_value_form form = mail_placeholders[placeholder].form;

	if (form == MAIL_LIST)
		page_put_list(page, page->values->login_ids);
	else if (form == MAIL_LINES)
		page_put_lines(page, text);
	else if (page->form != PAGE_HTML || form == MAIL_PLAIN)
		page_put_text(page, text);
	else if (form == MAIL_BUTTON)
		page_put_link(page, text, HTML_BUTTON, page->button);
	else
		page_put_link(page, text, HTML_LINK, text);
}

/* Writes a template's text with its placeholders filled. A value is not searched for
 * placeholders. */
static void
page_put_filled(struct page *page, const char *text)
{
	while (*text != '\0') {
		const enum mail_placeholder placeholder = mail_placeholder_at(text);

		if (placeholder != MAIL_PLACEHOLDERS__MAX) {
			page_put_value(page, placeholder);
			text += strlen(mail_placeholders[placeholder].name);
		} else if (page->form == PAGE_BLOCKS) {
			page_put(page, (const char[]){ *text++, '\0' });
		} else {
			page_put_character(page, *text++);
		}
	}
}

enum fate { WRITTEN, LEFT_OUT, IMPOSSIBLE };

/* What becomes of a paragraph, by the first of its values that is not there. */
static enum fate
fate_of(const struct values *values, const char *paragraph)
{
	const unsigned wanted = mail_placeholders_in(paragraph);

	for (unsigned i = 0; i < MAIL_PLACEHOLDERS__MAX; i++)
		if ((wanted & 1U << i) != 0 && values->texts[i][0] == '\0')
			return mail_placeholders[i].may_lack ? LEFT_OUT : IMPOSSIBLE;
	return WRITTEN;
}

/* Writes paragraphs, or blocks, with what stands around each. False: a value that must be there is
 * missing. */
static bool
page_put_all(struct page *page, const char *const *paragraphs)
{
	static const char *const before[] = {
		[PAGE_TEXT] = "", [PAGE_HTML] = "<p>", [PAGE_BLOCKS] = ""
	};
	static const char *const behind[] = {
		[PAGE_TEXT] = "\n\n", [PAGE_HTML] = "</p>\n", [PAGE_BLOCKS] = "\n"
	};

	for (; *paragraphs != NULL; paragraphs++) {
		const enum fate fate = fate_of(page->values, *paragraphs);

		if (fate == IMPOSSIBLE)
			return false;
		if (fate == LEFT_OUT)
			continue;
		page_put(page, before[page->form]);
		page_put_filled(page, *paragraphs);
		page_put(page, behind[page->form]);
	}
	return true;
}

static bool
render_subject(
    const struct mail_template *template, const struct values *values, struct mail_message *ret)
{
	struct page page = { .to = ret->subject, .size = sizeof ret->subject, .values = values };

	page_put_filled(&page, template->subject);
	return page_end(&page);
}

/* What one mail is rendered from. */
struct rendered {
	const struct mail_template *body, *footer;
	struct values values;
};

static bool
render_text(const struct rendered *from, struct mail_message *ret)
{
	struct page page = { .to = ret->text, .size = sizeof ret->text, .values = &from->values };

	return page_put_all(&page, from->body->paragraphs) &&
	       page_put_all(&page, from->footer->paragraphs) && page_end(&page);
}

/* Writes the HTML of a template: its own, or one made of its paragraphs. */
static bool
page_put_html(struct page *page, const struct mail_template *template)
{
	const bool has_own = template->html[0] != NULL;

	page->form = has_own ? PAGE_BLOCKS : PAGE_HTML;
	page->button = template->button;
	return page_put_all(page, has_own ? template->html : template->paragraphs);
}

static bool
render_html(const struct rendered *from, struct mail_message *ret)
{
	struct page page = { .to = ret->html, .size = sizeof ret->html, .values = &from->values };

	page_put(&page, "<!DOCTYPE html>\n<html lang=\"");
	page_put(&page, ret->language);
	page_put(&page, "\">" HTML_HEAD);
	if (!page_put_html(&page, from->body) || !page_put_html(&page, from->footer))
		return false;
	page_put(&page, HTML_TAIL);
	return page_end(&page);
}

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
	"Oct", "Nov", "Dec" };

/* Writes when a link ends, within days, to the minute; "" for no time. */
static bool
write_until(int64_t time_s, enum mail_language language, char ret[static UNTIL_MAX + 1])
{
	struct tm tm;

	ret[0] = '\0';
	if (!clock_japan(time_s, &tm))
		return true;
	if (language == MAIL_ENGLISH)
		return text_format(ret, UNTIL_MAX + 1, "%d %s %02d:%02d JST", tm.tm_mday,
		    months[tm.tm_mon], tm.tm_hour, tm.tm_min);
	return text_format(ret, UNTIL_MAX + 1, "%d月%d日 %d時%02d分", tm.tm_mon + 1, tm.tm_mday,
	    tm.tm_hour, tm.tm_min);
}

/* Writes a time in Japan, where the members are, to the minute; "" for no time. */
static bool
write_when(int64_t time_s, enum mail_language language, char ret[static WHEN_MAX + 1])
{
	struct tm tm;

	ret[0] = '\0';
	if (!clock_japan(time_s, &tm))
		return true;
	const int year = tm.tm_year + 1900;

	if (language == MAIL_ENGLISH)
		return text_format(ret, WHEN_MAX + 1, "%d %s %d %02d:%02d JST", tm.tm_mday,
		    months[tm.tm_mon], year, tm.tm_hour, tm.tm_min);
	return text_format(ret, WHEN_MAX + 1, "%d年%d月%d日 %02d:%02d", year, tm.tm_mon + 1,
	    tm.tm_mday, tm.tm_hour, tm.tm_min);
}

static const char *const *
login_ids_of(const struct mail_facts *facts)
{
	static const char *const none[] = { NULL };

	return facts->login_ids != NULL ? facts->login_ids : none;
}

static bool
login_ids_are_valid(const char *const *ids)
{
	for (size_t i = 0; ids[i] != NULL; i++)
		if (i == MAIL_LOGIN_IDS_MAX || ids[i][0] == '\0' || strlen(ids[i]) > EMAIL_MAX)
			return false;
	return true;
}

static unsigned
template_id_of(const struct mail_facts *facts)
{
	if (facts->is_test)
		return MAIL_TEMPLATE_TEST;
	if (facts->kind == MAIL_LOGIN_IDS && login_ids_of(facts)[0] == NULL)
		return MAIL_TEMPLATE_NO_LOGIN_IDS;
	return (facts->kind + (facts->link_is_over ? MAIL_TEMPLATE_OVER : 0));
}

static const char *
text_or_empty(const char *text)
{
	return text != NULL ? text : "";
}

static bool
render_message(const struct mail_facts *facts, struct mail_message *ret)
{
	const enum mail_language language = strcmp(facts->language, "en") == 0 ? MAIL_ENGLISH
									       : MAIL_JAPANESE;
	const char *const *ids = login_ids_of(facts);
	const char *const contact = text_or_empty(facts->society_contact);
	char until[UNTIL_MAX + 1];
	char when[WHEN_MAX + 1];
	const struct rendered from = {
		.body = mail_template_in(facts->templates, template_id_of(facts), language),
		.footer = mail_template_in(facts->templates, MAIL_TEMPLATE_FOOTER, language),
		.values = {
			.texts = {
				[MAIL_SOCIETY] = facts->society_name,
				[MAIL_PORTAL] = facts->portal_url,
				[MAIL_LINK] = text_or_empty(facts->link),
				[MAIL_UNTIL] = until,
				[MAIL_NICKNAME] = facts->nickname,
				[MAIL_WHEN] = when,
				[MAIL_LOGIN_ID_LIST] = text_or_empty(ids[0]),
				[MAIL_CONTACT] = contact + strspn(contact, "\n "),
			},
			.login_ids = ids,
		},
	};

	ret->date = facts->date;
	return from.body != NULL && login_ids_are_valid(ids) &&
	       write_until(facts->link_ends_at, language, until) &&
	       write_when(facts->happened_at, language, when) &&
	       text_copy(ret->to, sizeof ret->to, facts->to) &&
	       text_copy(
		   ret->language, sizeof ret->language, language == MAIL_ENGLISH ? "en" : "ja") &&
	       text_copy(ret->message_id, sizeof ret->message_id, facts->message_id) &&
	       render_subject(from.body, &from.values, ret) && render_text(&from, ret) &&
	       render_html(&from, ret);
}

enum result
mail_text_render(const struct mail_facts *facts, struct mail_message *ret)
{
	memset(ret, 0, sizeof *ret);
	if (!facts->is_test && (facts->kind <= MAIL_NONE || facts->kind >= MAIL_KIND__MAX))
		return INTERNAL;
	if (render_message(facts, ret))
		return OK;
	memset(ret, 0, sizeof *ret);
	return INTERNAL;
}
