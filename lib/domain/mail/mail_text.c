/* mail_text.c - renders a mail: fills the placeholders of its template.
 *
 * The text part and the HTML part are made of the same paragraphs. */

#include "mail_text.h"

#include "bounds.h"
#include "clock.h"
#include "mail_template.h"
#include "text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#define LIVES_MAX 40
#define WHEN_MAX  40

#define HOUR_S   3600
#define MINUTE_S 60

#define HTML_HEAD                                                                  \
	"<head><meta charset=\"utf-8\">"                                           \
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">" \
	"</head>\n"                                                                \
	"<body style=\"font-size:16px;line-height:1.7;color:#222\">\n"
#define HTML_TAIL "</body></html>\n"
#define HTML_BUTTON                                                                      \
	" style=\"display:inline-block;padding:12px 20px;background:#0b5cad;color:#fff;" \
	"border-radius:6px\""

/* How a value is written: as text; in the HTML part as a link that shows its address, or as one
 * that shows the template's button; as a list of lines. */
enum value_kind { PLAIN, ADDRESS, BUTTON, LINES };

/* What a placeholder stands for. A paragraph whose `may_lack` value is empty is left out; without
 * `may_lack` an empty value fails. */
struct value {
	const char *name;
	const char *text;
	enum value_kind kind;
	bool may_lack;
	const char *const *lines; /* of LINES, ended by NULL; `text` is the first, or "" */
};

/* One part of the mail that is being written. `length` grows past the end of the buffer, so that
 * page_end() alone asks whether everything fitted. */
struct page {
	char *to;
	size_t size;
	size_t length; /* bytes written, or that would have been */
	bool html;
	const char *button;
	const struct value *values; /* ended by a NULL name */
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

	for (size_t i = 0; page->html && i < LENGTH(escapes); i++)
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
page_put_lines(struct page *page, const char *const *lines)
{
	for (size_t i = 0; lines[i] != NULL; i++) {
		if (i > 0)
			page_put_character(page, '\n');
		page_put_text(page, lines[i]);
	}
}

static void
page_put_value(struct page *page, const struct value *value)
{
	if (value->kind == LINES) {
		page_put_lines(page, value->lines);
		return;
	}
	if (!page->html || value->kind == PLAIN) {
		page_put_text(page, value->text);
		return;
	}
	page_put(page, "<a href=\"");
	page_put_text(page, value->text);
	page_put(page, "\"");
	page_put(page, value->kind == BUTTON ? HTML_BUTTON : "");
	page_put(page, ">");
	page_put_text(page, value->kind == BUTTON ? page->button : value->text);
	page_put(page, "</a>");
}

/* The value whose placeholder stands at `at`, or NULL. */
static const struct value *
placeholder_at(const struct value *values, const char *at)
{
	for (; values->name != NULL; values++)
		if (text_starts_with(at, values->name))
			return values;
	return NULL;
}

/* Writes a template's text with its placeholders filled. A value is not searched for
 * placeholders. */
static void
page_put_filled(struct page *page, const char *text)
{
	while (*text != '\0') {
		const struct value *value = placeholder_at(page->values, text);

		if (value == NULL) {
			page_put_character(page, *text++);
			continue;
		}
		page_put_value(page, value);
		text += strlen(value->name);
	}
}

/* The first empty value that the text names, or NULL. */
static const struct value *
missing_value(const struct value *values, const char *text)
{
	for (; values->name != NULL; values++)
		if (values->text[0] == '\0' && strstr(text, values->name) != NULL)
			return values;
	return NULL;
}

/* False: a value that must be there is missing. */
static bool
page_put_paragraphs(struct page *page, const char *const *paragraphs)
{
	for (; *paragraphs != NULL; paragraphs++) {
		const struct value *missing = missing_value(page->values, *paragraphs);

		if (missing != NULL && missing->may_lack)
			continue;
		if (missing != NULL)
			return false;
		page_put(page, page->html ? "<p>" : "");
		page_put_filled(page, *paragraphs);
		page_put(page, page->html ? "</p>\n" : "\n\n");
	}
	return true;
}

static bool
render_subject(
    const struct mail_template *template, const struct value *values, struct mail_message *ret)
{
	struct page page = { .to = ret->subject, .size = sizeof ret->subject, .values = values };

	page_put_filled(&page, template->subject);
	return page_end(&page);
}

static bool
render_text(
    const struct mail_template *template, const struct value *values, struct mail_message *ret)
{
	struct page page = { .to = ret->text, .size = sizeof ret->text, .values = values };

	return page_put_paragraphs(&page, template->paragraphs) && page_end(&page);
}

static bool
render_html(
    const struct mail_template *template, const struct value *values, struct mail_message *ret)
{
	struct page page = { .to = ret->html,
		.size = sizeof ret->html,
		.html = true,
		.button = template->button,
		.values = values };

	page_put(&page, "<!DOCTYPE html>\n<html lang=\"");
	page_put(&page, ret->language);
	page_put(&page, "\">" HTML_HEAD);
	if (!page_put_paragraphs(&page, template->paragraphs))
		return false;
	page_put(&page, HTML_TAIL);
	return page_end(&page);
}

/* Writes a lifetime: whole hours as hours, all else in minutes; "" for less than a minute. */
static bool
write_lives(int64_t lives_s, enum mail_language language, char ret[static LIVES_MAX + 1])
{
	/* clang-format off */
	static const char *const units[MAIL_LANGUAGE__MAX][2][2] = {
		[MAIL_JAPANESE] = { { "分", "分" },            { "時間", "時間" } },
		[MAIL_ENGLISH]  = { { " minute", " minutes" }, { " hour", " hours" } },
	};
	/* clang-format on */
	const bool hours = lives_s % HOUR_S == 0;
	const int64_t count = lives_s / (hours ? HOUR_S : MINUTE_S);

	ret[0] = '\0';
	if (count <= 0)
		return true;
	return text_format(ret, LIVES_MAX + 1, "%" PRId64 "%s", count,
	    units[language][hours ? 1 : 0][count == 1 ? 0 : 1]);
}

/* Writes a time in Japan, where the members are, to the minute; "" for no time. */
static bool
write_when(int64_t time_s, enum mail_language language, char ret[static WHEN_MAX + 1])
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
		"Aug", "Sep", "Oct", "Nov", "Dec" };
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

static const struct mail_template *
template_of(const struct mail_facts *facts, enum mail_language language)
{
	if (facts->kind == MAIL_LOGIN_IDS && login_ids_of(facts)[0] == NULL)
		return mail_template_no_login_ids(language);
	return mail_template(facts->kind, language);
}

static bool
render_message(const struct mail_facts *facts, struct mail_message *ret)
{
	const enum mail_language language = strcmp(facts->language, "en") == 0 ? MAIL_ENGLISH
									       : MAIL_JAPANESE;
	const struct mail_template *template = template_of(facts, language);
	const char *const *ids = login_ids_of(facts);
	char lives[LIVES_MAX + 1];
	char when[WHEN_MAX + 1];
	/* clang-format off */
	const struct value values[] = {
		/* placeholder   its value                                kind     may lack */
		{ "{society}",   facts->society_name,                     PLAIN,   false },
		{ "{portal}",    facts->portal_url,                       ADDRESS, false },
		{ "{link}",      facts->link != NULL ? facts->link : "",  BUTTON,  false },
		{ "{lives}",     lives,                                   PLAIN,   false },
		{ "{nickname}",  facts->nickname,                         PLAIN,   true },
		{ "{when}",      when,                                    PLAIN,   true },
		{ "{login_ids}", ids[0] != NULL ? ids[0] : "",            LINES,   false, ids },
		{ 0 },
	};
	/* clang-format on */

	ret->date = facts->date;
	return login_ids_are_valid(ids) && write_lives(facts->link_lives_s, language, lives) &&
	       write_when(facts->happened_at, language, when) &&
	       text_copy(ret->to, sizeof ret->to, facts->to) &&
	       text_copy(
		   ret->language, sizeof ret->language, language == MAIL_ENGLISH ? "en" : "ja") &&
	       text_copy(ret->message_id, sizeof ret->message_id, facts->message_id) &&
	       render_subject(template, values, ret) && render_text(template, values, ret) &&
	       render_html(template, values, ret);
}

enum result
mail_text_render(const struct mail_facts *facts, struct mail_message *ret)
{
	memset(ret, 0, sizeof *ret);
	if (facts->kind <= MAIL_NONE || facts->kind >= MAIL_KIND__MAX)
		return INTERNAL;
	if (render_message(facts, ret))
		return OK;
	memset(ret, 0, sizeof *ret);
	return INTERNAL;
}
