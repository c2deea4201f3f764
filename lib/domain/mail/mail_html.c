/* mail_html.c - checks the HTML of a society's own template against what is allowed. */

#include "mail_html.h"

#include "bounds.h"
#include "mail_block.h"
#include "mail_placeholder.h"
#include "text.h"

#include <stdbool.h>
#include <string.h>

#define NAME_MAX_  12 /* of an element or attribute that is allowed */
#define DEPTH_MAX  32
#define LETTERS    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define NAME_BYTES LETTERS "0123456789-"
#define SPACES     " \t\n"

static const struct element {
	const char *name;
	bool is_void; /* has no end */
} elements[] = {
	{ "a", false },
	{ "b", false },
	{ "blockquote", false },
	{ "br", true },
	{ "div", false },
	{ "em", false },
	{ "h1", false },
	{ "h2", false },
	{ "h3", false },
	{ "hr", true },
	{ "i", false },
	{ "li", false },
	{ "ol", false },
	{ "p", false },
	{ "small", false },
	{ "span", false },
	{ "strong", false },
	{ "table", false },
	{ "tbody", false },
	{ "td", false },
	{ "th", false },
	{ "thead", false },
	{ "tr", false },
	{ "u", false },
	{ "ul", false },
};

/* A document that is being checked, block by block. */
struct html {
	const struct mail_file *file;
	const char *end; /* of the block */
	const struct element *open[DEPTH_MAX];
	size_t depth, lowest; /* how many are open, and the fewest within the block */
};

/* A part of the text. */
struct span {
	const char *at;
	size_t length;
};

#define SHOWN(span) (int)((span).length < 24 ? (span).length : 24), (span).at

static bool
span_is(struct span span, const char *word)
{
	return strlen(word) == span.length && strncmp(span.at, word, span.length) == 0;
}

static bool
span_has(struct span span, const char *word)
{
	for (size_t i = 0; i + strlen(word) <= span.length; i++)
		if (text_starts_with(span.at + i, word))
			return true;
	return false;
}

static const struct element *
find_element(struct span name)
{
	for (size_t i = 0; i < LENGTH(elements); i++)
		if (span_is(name, elements[i].name))
			return &elements[i];
	return NULL;
}

/* Attributes ----------------------------------------------------------------------------------- */

/* Whatever a style may load or run has one of these; so has what hides them. */
static const char *
style_fault(struct span value)
{
	static const char *const forbidden[] = { "(", "@", "\\", "/*", "&", "<", "{" };

	for (size_t i = 0; i < LENGTH(forbidden); i++)
		if (span_has(value, forbidden[i]))
			return "a style must have no ( @ \\ & < { and no comment";
	return NULL;
}

static const char *
href_fault(struct span value)
{
	static const char *const begin[] = { "https://", "mailto:", "tel:", "{portal}/" };

	if (span_is(value, "{link}") || span_is(value, "{portal}"))
		return NULL;
	for (size_t i = 0; i < LENGTH(begin); i++) {
		const size_t length = strlen(begin[i]);
		const struct span rest = { value.at + length, value.length - length };

		if (value.length < length || !text_starts_with(value.at, begin[i]))
			continue;
		return span_has(rest, "{") || span_has(rest, " ") || span_has(rest, "<")
			   ? "href must have no space, < or placeholder behind its beginning"
			   : NULL;
	}
	return "href must be {link} or {portal}, or begin with https://, mailto: or tel:";
}

static const char *
plain_fault(struct span value)
{
	return span_has(value, "{") || span_has(value, "<")
		   ? "of the attributes only href has placeholders, and none has a <"
		   : NULL;
}

static const struct attribute {
	const char *name;
	const char *(*fault)(struct span value); /* NULL: there is none */
} attributes[] = {
	{ "align", plain_fault },
	{ "bgcolor", plain_fault },
	{ "border", plain_fault },
	{ "cellpadding", plain_fault },
	{ "cellspacing", plain_fault },
	{ "class", plain_fault },
	{ "colspan", plain_fault },
	{ "dir", plain_fault },
	{ "height", plain_fault },
	{ "href", href_fault },
	{ "lang", plain_fault },
	{ "role", plain_fault },
	{ "rowspan", plain_fault },
	{ "style", style_fault },
	{ "title", plain_fault },
	{ "valign", plain_fault },
	{ "width", plain_fault },
};

static const struct attribute *
find_attribute(struct span name)
{
	for (size_t i = 0; i < LENGTH(attributes); i++)
		if (span_is(name, attributes[i].name))
			return &attributes[i];
	return NULL;
}

/* Text ----------------------------------------------------------------------------------------- */

/* &amp; &#12354; &#x3042; */
static void
check_reference(const struct html *html, const char *at)
{
	const char *const name = at + (at[1] == '#' ? 2 : 1);
	const size_t length = strspn(name, NAME_BYTES);

	if (length == 0 || name[length] != ';')
		mail_fault_at(html->file, at, "& must be written &amp;");
}

static void
check_references(const struct html *html, struct span in)
{
	for (size_t i = 0; i < in.length; i++)
		if (in.at[i] == '&')
			check_reference(html, in.at + i);
}

/* Tags ----------------------------------------------------------------------------------------- */

static void
check_attribute(
    const struct html *html, const struct element *element, struct span name, struct span value)
{
	const struct attribute *const attribute = find_attribute(name);

	if (attribute == NULL || (span_is(name, "href") && strcmp(element->name, "a") != 0)) {
		mail_fault_at(html->file, name.at,
		    "the attribute %.*s of <%s> is not allowed in a mail", SHOWN(name),
		    element->name);
		return;
	}
	const char *const fault = attribute->fault(value);

	if (fault != NULL)
		mail_fault_at(html->file, value.at, "%s", fault);
	check_references(html, value);
}

/* Moves on behind one attribute. False, and told: it is none. */
static bool
read_attribute(const struct html *html, const struct element *element, const char **at)
{
	const struct span name = { *at, strspn(*at, NAME_BYTES) };
	const char *const quote = name.at + name.length + 1;

	if (name.length == 0 || quote[-1] != '=' || quote[0] != '"') {
		mail_fault_at(html->file, *at, "<%s> must have its attributes as name=\"value\"",
		    element->name);
		return false;
	}
	const struct span value = { quote + 1, strcspn(quote + 1, "\"") };

	if (value.at + value.length >= html->end) {
		mail_fault_at(html->file, quote, "a \" has no end in its block");
		return false;
	}
	*at = value.at + value.length + 1;
	check_attribute(html, element, name, value);
	return true;
}

static void
open_element(struct html *html, const struct element *element, const char *at)
{
	if (element->is_void)
		return;
	if (html->depth == DEPTH_MAX)
		mail_fault_at(
		    html->file, at, "has more than %d elements within one another", DEPTH_MAX);
	else
		html->open[html->depth++] = element;
}

/* The tag that opens an element. Returns the place behind it; the block's end: told that it has
 * none. */
static const char *
read_open_tag(struct html *html, const struct element *element, const char *tag)
{
	const char *at = tag + 1 + strlen(element->name);

	for (at += strspn(at, SPACES); *at != '>' && *at != '/'; at += strspn(at, SPACES))
		if (at >= html->end || !read_attribute(html, element, &at))
			break;
	at += *at == '/';
	if (at < html->end && *at == '>') {
		open_element(html, element, tag);
		return at + 1;
	}
	mail_fault_at(html->file, tag, "<%s> has no > in its block", element->name);
	return html->end;
}

static const char *
read_close_tag(struct html *html, struct span name)
{
	const char *const end = name.at + name.length;
	const struct element *const last = html->depth > 0 ? html->open[html->depth - 1] : NULL;

	if (last == NULL || !span_is(name, last->name) || *end != '>') {
		mail_fault_at(html->file, name.at, "</%.*s> must be </%s>", SHOWN(name),
		    last != NULL ? last->name : "... of something that is open");
		return html->end;
	}
	html->depth--;
	if (html->depth < html->lowest)
		html->lowest = html->depth;
	return end + 1;
}

static const char *
read_tag(struct html *html, const char *tag)
{
	const bool closes = tag[1] == '/';
	const char *const begin = tag + (closes ? 2 : 1);
	const struct span name = { begin, strspn(begin, NAME_BYTES) };
	const struct element *const element = find_element(name);

	if (element != NULL)
		return closes ? read_close_tag(html, name) : read_open_tag(html, element, tag);
	if (name.length == 0)
		mail_fault_at(html->file, tag, "< must be written &lt;");
	else
		mail_fault_at(
		    html->file, tag, "the element <%.*s> is not allowed in a mail", SHOWN(name));
	return tag + 1;
}

/* Documents ------------------------------------------------------------------------------------ */

/* Is it left out where a value is not known? */
static bool
may_be_left_out(const struct mail_block *block)
{
	for (const char *at = block->begin; at < block->end; at++) {
		const enum mail_placeholder placeholder = mail_placeholder_at(at);

		if (placeholder != MAIL_PLACEHOLDERS__MAX &&
		    mail_placeholders[placeholder].may_lack)
			return true;
	}
	return false;
}

static void
check_block(struct html *html, const struct mail_block *block)
{
	const size_t before = html->depth;
	const char *at = block->begin;

	html->end = block->end;
	html->lowest = before;
	while (at < block->end) {
		if (*at == '&')
			check_reference(html, at);
		at = *at == '<' ? read_tag(html, at) : at + 1;
	}
	if (may_be_left_out(block) && (html->depth != before || html->lowest < before))
		mail_fault_at(html->file, block->begin,
		    "this block is left out where its value is not known, so it must close what it "
		    "opens");
}

void
mail_html_check(const struct mail_file *file)
{
	struct html html = { .file = file };
	struct mail_block block;
	char *at = file->text;

	while (mail_block_next(&at, &block))
		check_block(&html, &block);
	if (html.depth > 0)
		mail_fault_at(file, at, "<%s> is not closed", html.open[html.depth - 1]->name);
}
