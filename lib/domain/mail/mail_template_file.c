/* mail_template_file.c - checks the files of a society's own template, and cuts them into their
 * parts. */

#include "mail_template_file.h"

#include "mail_block.h"
#include "mail_html.h"
#include "mail_placeholder.h"
#include "text.h"
#include "unicode.h"

#include <stdint.h>
#include <string.h>

#define SHOWN_MAX 24 /* bytes of a file that a fault shows */

#define BIT_(placeholder) (1U << (placeholder))

/* Characters ----------------------------------------------------------------------------------- */

/* CR LF becomes LF. */
static void
fold_line_ends(char *text)
{
	char *to = text;

	for (; *text != '\0'; text++)
		if (text[0] != '\r' || text[1] != '\n')
			*to++ = *text;
	*to = '\0';
}

/* Joiners belong to emoji. */
static bool
is_unseen(int32_t code_point, bool tabs)
{
	if (code_point == '\n' || (tabs && code_point == '\t'))
		return false;
	const enum unicode_kind kind = unicode_kind(code_point);

	return kind == UNICODE_CONTROL || kind == UNICODE_MARKUP || kind == UNICODE_FORMAT ||
	       kind == UNICODE_UNASSIGNED;
}

static void
check_characters(const struct mail_file *file, bool tabs)
{
	const char *at = file->text;
	int32_t code_point;

	for (const char *begin = at; unicode_next(&at, &code_point); begin = at)
		if (is_unseen(code_point, tabs))
			mail_fault_at(file, begin, "has a character that nobody sees (U+%04X)",
			    (unsigned)code_point);
	if (*at != '\0')
		mail_fault_at(file, at, "is not UTF-8");
}

/* Placeholders --------------------------------------------------------------------------------- */

/* Which placeholders ours has. */
static unsigned
used_by(const struct mail_template *ours)
{
	unsigned used = mail_placeholders_in(ours->subject);

	for (const char *const *paragraph = ours->paragraphs; *paragraph != NULL; paragraph++)
		used |= mail_placeholders_in(*paragraph);
	return used;
}

static unsigned
with_presence(enum mail_presence presence)
{
	unsigned found = 0;

	for (unsigned i = 0; i < MAIL_PLACEHOLDERS__MAX; i++)
		if (mail_placeholders[i].presence == presence)
			found |= BIT_(i);
	return found;
}

static unsigned
allowed_in_place_of(const struct mail_template *ours)
{
	return used_by(ours) | with_presence(MAIL_ANYWHERE);
}

/* Without its footer's, a mail would not say whom to ask. */
static unsigned
required_in_place_of(const struct mail_template *ours)
{
	const bool is_footer = ours->subject == NULL;

	return used_by(ours) & (is_footer ? UINT32_MAX : with_presence(MAIL_MUST_AS_OURS));
}

static void
tell_unknown(const struct mail_file *file, const char *at)
{
	const size_t length = strcspn(at, "}\n");
	const bool ends = at[length] == '}' && length < SHOWN_MAX;

	mail_fault_at(file, at,
	    "%.*s is no placeholder; {society}, {portal} and {contact} are, "
	    "and those of our own template",
	    (int)(ends ? length + 1 : 1), at);
}

/* Tells each brace between two places that belongs to none of these placeholders. Returns those
 * that are there. */
static unsigned
check_braces(const struct mail_file *file, const char *at, const char *end, unsigned allowed)
{
	unsigned found = 0;

	while (at < end) {
		const enum mail_placeholder placeholder = mail_placeholder_at(at);

		if (placeholder == MAIL_PLACEHOLDERS__MAX) {
			if (*at == '{')
				tell_unknown(file, at);
			at += *at == '{' ? strcspn(at, "}\n") : 1;
			continue;
		}
		if ((allowed & BIT_(placeholder)) == 0)
			mail_fault_at(
			    file, at, "%s must not be here", mail_placeholders[placeholder].name);
		found |= BIT_(placeholder);
		at += strlen(mail_placeholders[placeholder].name);
	}
	return found;
}

static void
tell_missing(const struct mail_file *file, unsigned missing)
{
	for (unsigned i = 0; i < MAIL_PLACEHOLDERS__MAX; i++)
		if ((missing & BIT_(i)) != 0)
			mail_fault_at(
			    file, NULL, "must have %s, as ours has", mail_placeholders[i].name);
}

/* Blocks --------------------------------------------------------------------------------------- */

/* At least one, and no more than a template has room for. */
static void
check_blocks(const struct mail_file *file, char *at)
{
	struct mail_block block;
	unsigned count = 0;

	while (mail_block_next(&at, &block))
		if (++count == MAIL_PARAGRAPHS_MAX + 1)
			mail_fault_at(file, block.begin,
			    "is the paragraph after the %dth, the last "
			    "that is allowed",
			    MAIL_PARAGRAPHS_MAX);
	if (count == 0)
		mail_fault_at(file, NULL, "has no paragraph");
}

/* Mail programs make a link of an address that stands by itself. */
static void
check_link_alone(const struct mail_file *file, char *at)
{
	static const char link[] = "{link}";
	struct mail_block block;
	unsigned links = 0;

	while (mail_block_next(&at, &block)) {
		const char *const found = strstr(block.begin, link);

		if (found == NULL || found >= block.end)
			continue;
		if (found != block.begin || found + strlen(link) != block.end)
			mail_fault_at(file, found, "{link} must stand alone in its paragraph");
		if (links++ > 0)
			mail_fault_at(file, found, "{link} must be there once");
	}
}

/* Ends each block with NUL. */
static void
cut_blocks(char *at, const char *ret[static MAIL_PARAGRAPHS_MAX + 1])
{
	struct mail_block block;
	size_t count = 0;

	while (count < MAIL_PARAGRAPHS_MAX && mail_block_next(&at, &block)) {
		*block.end = '\0';
		ret[count++] = block.begin;
	}
}

/* The text ------------------------------------------------------------------------------------- */

/* Its parts, before they are cut. A header is NULL where there is none. */
struct text_parts {
	char *subject, *button;
	char *body;
};

/* Reads the line "LABEL: ..." at *at, and moves on behind it. Returns its value; NULL, and told: it
 * is another line, or has none. */
static char *
read_header(const struct mail_file *file, const char *label, char **at)
{
	char *const line = *at;

	if (!text_starts_with(line, label)) {
		mail_fault_at(file, line, "must begin with \"%s\"", label);
		return NULL;
	}
	char *const value = line + strlen(label) + strspn(line + strlen(label), " ");

	*at = line + strcspn(line, "\n");
	*at += **at == '\n';
	if (*value != '\n' && *value != '\0')
		return value;
	mail_fault_at(file, line, "has nothing behind \"%s\"", label);
	return NULL;
}

/* False: there are faults, and the body was not found. */
static bool
read_parts(const struct mail_file *file, const struct mail_template *ours, struct text_parts *ret)
{
	char *at = file->text;

	*ret = (struct text_parts){ .body = at };
	if (ours->subject == NULL)
		return true;
	ret->subject = read_header(file, "Subject:", &at);
	if (ret->subject == NULL)
		return false;
	if (ours->button != NULL)
		ret->button = read_header(file, "Button:", &at);
	if (ours->button != NULL && ret->button == NULL)
		return false;
	ret->body = at;
	if (mail_line_is_empty(at))
		return true;
	mail_fault_at(file, at, "must be empty, and the paragraphs begin behind it");
	return false;
}

static void
check_header_line(const struct mail_file *file, const char *value, unsigned allowed)
{
	if (value != NULL)
		(void)check_braces(file, value, value + strcspn(value, "\n"), allowed);
}

static const char *
cut_line(char *line)
{
	if (line != NULL)
		line[strcspn(line, "\n")] = '\0';
	return line;
}

bool
mail_template_read_text(
    const struct mail_file *file, const struct mail_template *ours, struct mail_template *ret)
{
	const size_t before = file->faults->count;
	struct text_parts parts;

	fold_line_ends(file->text);
	check_characters(file, false);
	if (file->faults->count != before || !read_parts(file, ours, &parts))
		return false;
	check_header_line(file, parts.subject, BIT_(MAIL_SOCIETY));
	check_header_line(file, parts.button, 0);
	const unsigned found = check_braces(
	    file, parts.body, strchr(parts.body, '\0'), allowed_in_place_of(ours));
	tell_missing(file, required_in_place_of(ours) & ~found);
	check_blocks(file, parts.body);
	check_link_alone(file, parts.body);
	if (file->faults->count != before)
		return false;
	cut_blocks(parts.body, ret->paragraphs);
	ret->subject = cut_line(parts.subject);
	ret->button = cut_line(parts.button);
	return true;
}

/* The HTML ------------------------------------------------------------------------------------- */

bool
mail_template_read_html(
    const struct mail_file *file, const struct mail_template *ours, struct mail_template *ret)
{
	const size_t before = file->faults->count;
	const unsigned required = required_in_place_of(ours);

	fold_line_ends(file->text);
	check_characters(file, true);
	if (file->faults->count != before)
		return false;
	const unsigned found = check_braces(
	    file, file->text, strchr(file->text, '\0'), allowed_in_place_of(ours));
	tell_missing(file, required & ~found);
	if ((required & found & BIT_(MAIL_LINK)) != 0 &&
	    strstr(file->text, "href=\"{link}\"") == NULL)
		mail_fault_at(file, strstr(file->text, "{link}"), "must have <a href=\"{link}\">");
	check_blocks(file, file->text);
	mail_html_check(file);
	if (file->faults->count != before)
		return false;
	cut_blocks(file->text, ret->html);
	return true;
}

void
mail_template_print(const struct mail_template *template, FILE *out)
{
	if (template->subject != NULL)
		fprintf(out, "Subject: %s\n", template->subject);
	if (template->button != NULL)
		fprintf(out, "Button: %s\n", template->button);
	for (const char *const *paragraph = template->paragraphs; *paragraph != NULL; paragraph++) {
		const bool is_first = paragraph == template->paragraphs;

		fprintf(
		    out, "%s%s\n", is_first && template->subject == NULL ? "" : "\n", *paragraph);
	}
}
