/* ctl_output.c - keeps what a command prints as a row of nodes, and writes it as text or JSON. */

#include "ctl_output.h"

#include "bounds.h"
#include "cleanup.h"
#include "clock.h"
#include "json.h"
#include "text.h"
#include "unicode.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX       32
#define SENTENCE_MAX      1024
#define HIDDEN_MAX        (sizeof "<U+10FFFF>" - 1)
#define INDENT            2
#define GAP               2 /* between two columns */
#define PROGRESS_EVERY_MS 100

enum node_kind {
	NODE_TEXT,
	NODE_LINES,
	NODE_NUMBER,
	NODE_BOOL,
	NODE_TIME,
	NODE_NULL,
	NODE_SENTENCE,
	NODE_RECORD, /* and all that follows up to its end */
	NODE_LIST,
	NODE_ROW,
	NODE_END,
};

struct node {
	enum node_kind kind;
	enum ctl_mark mark;
	const char *name;
	char *text; /* as it is printed: in text of every value, in JSON of those that are text */
	int64_t number; /* of NODE_NUMBER, NODE_BOOL, NODE_TIME */
};

struct ctl_output {
	bool json;
	bool colour;
	bool failed; /* no memory */
	size_t depth;
	size_t count, room;
	struct node *nodes;
	int64_t progress_ms; /* when a progress was last shown; 0: none is */
	bool progress_checked, progress_wanted;
};

/* Texts ---------------------------------------------------------------------------------------- */

static bool
is_shown_as_it_is(int32_t code_point, bool lines)
{
	if (code_point == '\n')
		return lines;
	return !unicode_is_invisible(code_point) && unicode_kind(code_point) != UNICODE_UNASSIGNED;
}

/* Appends the character at *at, or in its stead what shows that it is there. */
static char *
append_shown(char *to, const char **at, bool lines)
{
	const char *const begin = *at;
	int32_t code_point;

	if (!unicode_next(at, &code_point))
		return to + snprintf(to, HIDDEN_MAX + 1, "<%02X>", (unsigned char)*(*at)++);
	if (!is_shown_as_it_is(code_point, lines))
		return to + snprintf(to, HIDDEN_MAX + 1, "<U+%04X>", (unsigned)code_point);
	memcpy(to, begin, (size_t)(*at - begin));
	return to + (*at - begin);
}

/* The same for JSON, which wants UTF-8 and nothing else. */
static char *
append_valid(char *to, const char **at)
{
	const char *const begin = *at;
	int32_t code_point;

	if (!unicode_next(at, &code_point)) {
		++*at;
		return to + unicode_put(0xFFFD, to);
	}
	memcpy(to, begin, (size_t)(*at - begin));
	return to + (*at - begin);
}

/* A copy of a value as it is printed; NULL: no memory. */
static char *
printed_copy(const struct ctl_output *out, const char *value, bool lines)
{
	char *const copy = malloc(strlen(value) * HIDDEN_MAX + 1);
	char *to = copy;

	if (copy == NULL)
		return NULL;
	while (*value != '\0')
		to = out->json ? append_valid(to, &value) : append_shown(to, &value, lines);
	*to = '\0';
	return copy;
}

/* Nodes ---------------------------------------------------------------------------------------- */

static bool
grow_nodes(struct ctl_output *out)
{
	const size_t room = out->room > 0 ? 2 * out->room : 64;
	struct node *nodes;

	if (out->count < out->room)
		return true;
	nodes = realloc(out->nodes, room * sizeof *nodes);
	if (nodes == NULL)
		return false;
	out->nodes = nodes;
	out->room = room;
	return true;
}

/* `text`: a copy that is the node's from now on. NULL, of a kind that has one: memory failed. */
static void
add_node(struct ctl_output *out, struct node node)
{
	if (!out->failed && grow_nodes(out)) {
		out->nodes[out->count++] = node;
		return;
	}
	out->failed = true;
	free(node.text);
}

static void
add_text(struct ctl_output *out, struct node node, const char *value)
{
	node.text = printed_copy(out, value, node.kind == NODE_LINES);
	out->failed = out->failed || node.text == NULL;
	add_node(out, node);
}

/* A value that text shows as `shown`, and JSON by its number. */
static void
add_value(struct ctl_output *out, struct node node, const char *shown)
{
	if (out->json)
		add_node(out, node);
	else
		add_text(out, node, shown);
}

void
ctl_put_null(struct ctl_output *out, const char *name)
{
	add_value(out, (struct node){ .kind = NODE_NULL, .name = name }, "-");
}

void
ctl_put_marked(struct ctl_output *out, const char *name, const char *value, enum ctl_mark mark)
{
	if (value[0] == '\0')
		ctl_put_null(out, name);
	else
		add_text(
		    out, (struct node){ .kind = NODE_TEXT, .mark = mark, .name = name }, value);
}

void
ctl_put_text(struct ctl_output *out, const char *name, const char *value)
{
	ctl_put_marked(out, name, value, CTL_PLAIN);
}

void
ctl_put_lines(struct ctl_output *out, const char *name, const char *value)
{
	add_text(out, (struct node){ .kind = NODE_LINES, .name = name }, value);
}

void
ctl_put_number(struct ctl_output *out, const char *name, int64_t value)
{
	char digits[24];

	(void)snprintf(digits, sizeof digits, "%" PRId64, value);
	add_value(out, (struct node){ .kind = NODE_NUMBER, .name = name, .number = value }, digits);
}

void
ctl_put_bool(struct ctl_output *out, const char *name, bool value)
{
	add_value(out, (struct node){ .kind = NODE_BOOL, .name = name, .number = value },
	    value ? "yes" : "no");
}

void
ctl_put_time(struct ctl_output *out, const char *name, int64_t time_s)
{
	char text[CLOCK_TEXT_MAX + 1];

	clock_text(time_s, text);
	if (time_s == 0 || text[0] == '\0')
		ctl_put_null(out, name);
	else
		add_value(
		    out, (struct node){ .kind = NODE_TIME, .name = name, .number = time_s }, text);
}

void
ctl_put_id(struct ctl_output *out, const char *name, const uint8_t id[static ID_SIZE])
{
	char hex[2 * ID_SIZE + 1];

	text_hex(id, ID_SIZE, hex);
	ctl_put_text(out, name, strspn(hex, "0") == sizeof hex - 1 ? "" : hex);
}

void
ctl_say(struct ctl_output *out, const char *format, ...)
{
	char sentence[SENTENCE_MAX + 1];
	va_list values;

	assert(out->depth == 0);
	va_start(values, format);
	(void)vsnprintf(sentence, sizeof sentence, format, values);
	va_end(values);
	add_text(out, (struct node){ .kind = NODE_SENTENCE, .name = "message" }, sentence);
}

static void
begin(struct ctl_output *out, enum node_kind kind, const char *name)
{
	out->depth++;
	assert(out->depth < JSON_DEPTH_MAX);
	add_node(out, (struct node){ .kind = kind, .name = name });
}

void
ctl_begin_record(struct ctl_output *out, const char *name)
{
	begin(out, NODE_RECORD, name);
}

void
ctl_begin_list(struct ctl_output *out, const char *name)
{
	begin(out, NODE_LIST, name);
}

void
ctl_begin_row(struct ctl_output *out)
{
	begin(out, NODE_ROW, NULL);
}

void
ctl_end(struct ctl_output *out)
{
	assert(out->depth > 0);
	out->depth--;
	add_node(out, (struct node){ .kind = NODE_END });
}

/* The node behind this one and all that is in it. */
static size_t
next_of(const struct ctl_output *out, size_t i)
{
	size_t depth = 0;

	for (;; i++) {
		const enum node_kind kind = out->nodes[i].kind;

		depth += kind == NODE_RECORD || kind == NODE_LIST || kind == NODE_ROW;
		depth -= kind == NODE_END;
		if (depth == 0)
			return i + 1;
	}
}

/* JSON ----------------------------------------------------------------------------------------- */

static void
write_json_node(struct json *json, const struct node *node)
{
	switch (node->kind) {
	case NODE_TEXT:
	case NODE_LINES:
	case NODE_SENTENCE:
		json_text(json, node->name, node->text);
		return;
	case NODE_NUMBER:
		json_number(json, node->name, node->number);
		return;
	case NODE_BOOL:
		json_bool(json, node->name, node->number != 0);
		return;
	case NODE_TIME:
		json_time(json, node->name, node->number);
		return;
	case NODE_NULL:
		json_text_or_null(json, node->name, "");
		return;
	case NODE_RECORD:
		json_object(json, node->name);
		return;
	case NODE_LIST:
		json_array(json, node->name);
		return;
	case NODE_ROW:
		json_item(json);
		return;
	case NODE_END:
		json_up(json);
		return;
	}
}

static bool
print_json(const struct ctl_output *out, FILE *to)
{
	CLEANUP(json_free) struct json *json = json_new();

	for (size_t i = 0; i < out->count; i++)
		write_json_node(json, &out->nodes[i]);
	return json_print(json, to) == OK;
}

/* Text ----------------------------------------------------------------------------------------- */

struct printer {
	const struct ctl_output *out;
	FILE *to;
};

static void
print_blanks(const struct printer *p, size_t count)
{
	fprintf(p->to, "%*s", (int)count, "");
}

/* `style`: "1" (bold), "31" (red) ...; NULL: as it is. */
static void
print_styled(const struct printer *p, const char *text, const char *style)
{
	if (p->out->colour && style != NULL)
		fprintf(p->to, "\x1b[%sm%s\x1b[0m", style, text);
	else
		fputs(text, p->to);
}

static const char *
style_of(enum ctl_mark mark)
{
	static const char *const styles[] = {
		[CTL_PLAIN] = NULL,
		[CTL_GOOD] = "32",
		[CTL_DOUBTFUL] = "33",
		[CTL_BAD] = "1;31",
	};

	return styles[mark];
}

/* "last_login" becomes "last login". */
static void
label_of(const char *name, bool capitals, char *ret, size_t ret_size)
{
	text_copy_cut(ret, ret_size, name);
	for (; *ret != '\0'; ret++)
		*ret = *ret == '_' ? ' ' : (char)(capitals ? toupper((unsigned char)*ret) : *ret);
}

static bool
is_empty_list(const struct ctl_output *out, size_t i)
{
	return out->nodes[i].kind == NODE_LIST && out->nodes[i + 1].kind == NODE_END;
}

/* Does it stand behind its name, in one line? */
static bool
is_inline(const struct ctl_output *out, size_t i)
{
	const enum node_kind kind = out->nodes[i].kind;

	return is_empty_list(out, i) || kind == NODE_TEXT || kind == NODE_NUMBER ||
	       kind == NODE_BOOL || kind == NODE_TIME || kind == NODE_NULL;
}

static size_t
widest_name(const struct ctl_output *out, size_t i, size_t end)
{
	size_t widest = 0;

	for (; i < end; i = next_of(out, i))
		if (is_inline(out, i) && strlen(out->nodes[i].name) > widest)
			widest = strlen(out->nodes[i].name);
	return widest;
}

static void
print_heading(const struct printer *p, const char *name, size_t indent)
{
	char label[80];

	label_of(name, false, label, sizeof label);
	print_blanks(p, indent);
	print_styled(p, label, "1");
	fputc(':', p->to);
}

static void
print_inline(const struct printer *p, const struct node *node, size_t indent, size_t widest)
{
	print_heading(p, node->name, indent);
	print_blanks(p, widest - strlen(node->name) + GAP);
	print_styled(p, node->kind == NODE_LIST ? "none" : node->text, style_of(node->mark));
	fputc('\n', p->to);
}

static void
print_lines(const struct printer *p, const char *text, size_t indent)
{
	while (*text != '\0') {
		const size_t length = strcspn(text, "\n");

		print_blanks(p, length > 0 ? indent : 0);
		fprintf(p->to, "%.*s\n", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

struct column {
	const char *name;
	size_t width;
	bool numbers; /* stands at the right */
};

struct table {
	size_t count;
	struct column columns[COLUMNS_MAX];
};

static struct column *
column_of(struct table *table, const char *name)
{
	size_t i = 0;

	while (i < table->count && strcmp(table->columns[i].name, name) != 0)
		i++;
	assert(i < COLUMNS_MAX);
	if (i == table->count)
		table->columns[table->count++] = (struct column){
			.name = name, .width = strlen(name), .numbers = true
		};
	return &table->columns[i];
}

/* Looks at every cell of the list's rows. */
static void
measure_table(const struct ctl_output *out, size_t i, size_t end, struct table *ret)
{
	ret->count = 0;
	for (; i < end; i++) {
		const struct node *const node = &out->nodes[i];

		if (node->kind == NODE_RECORD || node->kind == NODE_LIST)
			i = next_of(out, i) - 1;
		else if (is_inline(out, i)) {
			struct column *const column = column_of(ret, node->name);
			const size_t width = unicode_width(node->text);

			column->width = width > column->width ? width : column->width;
			column->numbers = column->numbers &&
					  (node->kind == NODE_NUMBER || node->kind == NODE_NULL);
		}
	}
}

/* `pending`: blanks before what comes next, if something does. */
static void
print_cell(const struct printer *p, const struct column *column, const char *text,
    const char *style, size_t *pending)
{
	const size_t blanks = column->width - unicode_width(text);

	print_blanks(p, *pending + (column->numbers ? blanks : 0));
	print_styled(p, text, style);
	*pending = GAP + (column->numbers ? 0 : blanks);
}

static void
print_table_head(const struct printer *p, const struct table *table, size_t indent)
{
	char label[80];

	for (size_t i = 0; i < table->count; i++) {
		label_of(table->columns[i].name, true, label, sizeof label);
		print_cell(p, &table->columns[i], label, "1", &indent);
	}
	fputc('\n', p->to);
}

/* The value of a row, which begins at `i`, in a column; NULL: it has none. */
static const struct node *
find_cell(const struct ctl_output *out, size_t i, const char *name)
{
	for (; out->nodes[i].kind != NODE_END; i = next_of(out, i))
		if (is_inline(out, i) && out->nodes[i].kind != NODE_LIST &&
		    strcmp(out->nodes[i].name, name) == 0)
			return &out->nodes[i];
	return NULL;
}

static void
print_table_row(const struct printer *p, const struct table *table, size_t i, size_t indent)
{
	for (size_t j = 0; j < table->count; j++) {
		const struct column *const column = &table->columns[j];
		const struct node *const cell = find_cell(p->out, i, column->name);

		if (cell != NULL)
			print_cell(p, column, cell->text, style_of(cell->mark), &indent);
		else
			indent += column->width + GAP;
	}
	fputc('\n', p->to);
}

/* The rows of the list whose first node is `i`. */
static void
print_table(const struct printer *p, size_t i, size_t indent)
{
	const size_t end = next_of(p->out, i) - 1;
	struct table table;

	measure_table(p->out, i + 1, end, &table);
	print_table_head(p, &table, indent);
	for (i++; i < end; i = next_of(p->out, i))
		print_table_row(p, &table, i + 1, indent);
}

static void print_members(const struct printer *, size_t i, size_t end, size_t indent);

/* What stands below its name. */
static void
print_block(const struct printer *p, size_t i, size_t indent)
{
	const struct node *const node = &p->out->nodes[i];

	print_heading(p, node->name, indent);
	fputc('\n', p->to);
	if (node->kind == NODE_LINES)
		print_lines(p, node->text, indent + INDENT);
	else if (node->kind == NODE_LIST)
		print_table(p, i, indent + INDENT);
	else
		print_members(p, i + 1, next_of(p->out, i) - 1, indent + INDENT);
}

/* Recursion is at most JSON_DEPTH_MAX deep. */
static void
print_members(const struct printer *p, size_t i, size_t end, size_t indent)
{
	const size_t widest = widest_name(p->out, i, end);

	for (; i < end; i = next_of(p->out, i)) {
		const struct node *const node = &p->out->nodes[i];

		if (node->kind == NODE_SENTENCE)
			fprintf(p->to, "%s\n", node->text);
		else if (is_inline(p->out, i))
			print_inline(p, node, indent, widest);
		else
			print_block(p, i, indent);
	}
}

/* The list, if it and sentences are all there is; otherwise the number of nodes. */
static size_t
only_list(const struct ctl_output *out)
{
	size_t found = out->count;

	for (size_t i = 0; i < out->count; i = next_of(out, i)) {
		if (out->nodes[i].kind == NODE_SENTENCE)
			continue;
		if (out->nodes[i].kind != NODE_LIST || found != out->count)
			return out->count;
		found = i;
	}
	return found;
}

static void
print_text(const struct ctl_output *out, FILE *to)
{
	const struct printer p = { out, to };
	const size_t list = only_list(out);

	if (list == out->count || is_empty_list(out, list)) {
		print_members(&p, 0, out->count, 0);
		return;
	}
	print_members(&p, 0, list, 0);
	print_table(&p, list, 0);
	print_members(&p, next_of(out, list), out->count, 0);
}

/* Progress ------------------------------------------------------------------------------------- */

/* 1234567 becomes "1,234,567". */
static void
group_digits(uint64_t number, char ret[static 32])
{
	char digits[24];
	const int length = snprintf(digits, sizeof digits, "%" PRIu64, number);

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			*ret++ = ',';
		*ret++ = digits[i];
	}
	*ret = '\0';
}

void
ctl_progress(struct ctl_output *out, const char *what, uint64_t done, uint64_t all)
{
	const int64_t now_ms = clock_monotonic_ms();
	char done_text[32], all_text[32];

	if (!out->progress_checked) {
		out->progress_wanted = isatty(fileno(stderr)) == 1;
		out->progress_checked = true;
	}
	if (!out->progress_wanted ||
	    (out->progress_ms != 0 && now_ms - out->progress_ms < PROGRESS_EVERY_MS))
		return;
	out->progress_ms = now_ms;
	group_digits(done, done_text);
	group_digits(all, all_text);
	fprintf(stderr, "\r%s: %s%s%s\x1b[K", what, done_text, all > 0 ? " of " : "",
	    all > 0 ? all_text : "");
}

void
ctl_progress_end(struct ctl_output *out)
{
	if (out->progress_ms != 0)
		fputs("\r\x1b[K", stderr);
	out->progress_ms = 0;
}

/* The whole ------------------------------------------------------------------------------------ */

bool
ctl_colour_is_wanted(FILE *stream)
{
	const char *const no_color = getenv("NO_COLOR");
	const char *const term = getenv("TERM");

	return isatty(fileno(stream)) == 1 && (no_color == NULL || no_color[0] == '\0') &&
	       (term == NULL || strcmp(term, "dumb") != 0);
}

struct ctl_output *
ctl_output_new(bool json, bool colour)
{
	struct ctl_output *const out = calloc(1, sizeof *out);

	if (out == NULL)
		return NULL;
	out->json = json;
	out->colour = colour;
	return out;
}

void
ctl_output_free(struct ctl_output **out)
{
	if (*out == NULL)
		return;
	for (size_t i = 0; i < (*out)->count; i++) {
		char *const text = (*out)->nodes[i].text;

		if (text != NULL)
			explicit_bzero(text, strlen(text));
		free(text);
	}
	free((*out)->nodes);
	free(*out);
	*out = NULL;
}

bool
ctl_output_print(struct ctl_output *out, FILE *to)
{
	ctl_progress_end(out);
	assert(out->depth == 0);
	if (out->failed)
		return false;
	if (out->count == 0)
		return true;
	if (out->json)
		return print_json(out, to);
	print_text(out, to);
	return true;
}
