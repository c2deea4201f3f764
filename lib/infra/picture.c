/* picture.c - draw the picture of a CAPTCHA with cairo.
 *
 * Glyphs are strokes of our own, not a font's: no font package to depend on, no caches of
 * fontconfig in memory, and strokes can be bent point by point. What keeps OCR out is that the line
 * is light on dark in some places and dark on light in others, that it waves and its glyphs nearly
 * touch, and that arcs as dark and nearly as thick join them: no threshold, blur or opening undoes
 * all of it. A person hardly notices, for every glyph is whole, of one shade and rimmed by the
 * other. Grey only: nothing depends on seeing colours.
 *
 * It is one hurdle among several, not a proof: a network trained on these pictures will read them.
 * tools/captcha-measure tells how often tesseract does. */

#include "picture.h"

#include "cleanup.h"
#include "secret.h"

#include <cairo.h>

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* One byte of grey a pixel makes 19,840 bytes, so that even a PNG that zlib can not shrink is
 * smaller than CAPTCHA_PNG_MAX: white noise of this size takes 20,031. */
#define WIDTH  PICTURE_WIDTH
#define HEIGHT PICTURE_HEIGHT

/* Pixels. */
#define MARGIN 9.0
#define GAP    10.0 /* between the units of two glyphs, less than the pen takes of it */
#define PEN    6.4
#define RIM    2.0
#define ARC    5.4
#define ARCS   2
#define TILT   9.0 /* how far the edge between two shades leans, each way */

/* Glyph units. */
#define GLYPH_HEIGHT 100.0
#define PIECE        6.0 /* lines are bent in pieces of this length */
#define CURVE_PIECES 14

/* What is transparent in the 8-bit mask that is drawn on comes out black, what is opaque white. */
#define BLACK 0.03
#define WHITE 0.97

/* A glyph: its width, and its strokes as SVG path data (M, L, C; absolute), y down from the top of
 * the capitals. What looks alike in print differs here: B has serifs and 8 none, Z a bar and 2
 * none, 5 a corner and S none, G a spur and 6 a closed bowl. */
struct glyph {
	char character;
	double width;
	const char *strokes;
};

/* clang-format off */
static const struct glyph glyphs[] = {
	/* is  wide  strokes */
	{ 'A', 74, "M0 100 L37 0 L74 100 M13 66 L61 66" },
	{ 'B', 66, "M0 0 L38 0 C68 0 68 47 38 47 L10 47 M10 47 L38 47 C76 47 76 100 38 100 L0 100"
		   " M10 0 L10 100" },
	{ 'C', 64, "M62 20 C46 -12 0 -6 0 50 C0 106 46 112 62 80" },
	{ 'D', 64, "M0 0 L22 0 C80 0 80 100 22 100 L0 100 M8 0 L8 100" },
	{ 'E', 54, "M54 0 L0 0 L0 100 L54 100 M0 48 L44 48" },
	{ 'F', 54, "M54 0 L0 0 L0 100 M0 48 L44 48" },
	{ 'G', 70, "M64 18 C48 -12 0 -6 0 50 C0 106 48 110 66 88 L66 56 L38 56" },
	{ 'H', 62, "M0 0 L0 100 M62 0 L62 100 M0 48 L62 48" },
	{ 'J', 52, "M22 0 L52 0 L52 66 C52 112 0 110 0 74" },
	{ 'K', 62, "M0 0 L0 100 M60 0 L0 62 M20 44 L62 100" },
	{ 'L', 52, "M0 0 L0 100 L52 100" },
	{ 'M', 84, "M0 100 L8 0 L42 68 L76 0 L84 100" },
	{ 'N', 66, "M0 100 L0 0 L66 100 L66 0" },
	{ 'P', 60, "M0 100 L0 0 L32 0 C70 0 70 54 32 54 L0 54" },
	{ 'Q', 76, "M38 0 C-12 0 -12 100 38 100 C88 100 88 0 38 0 M42 68 L78 108" },
	{ 'R', 62, "M0 100 L0 0 L32 0 C70 0 70 52 32 52 L0 52 M30 52 L62 100" },
	{ 'S', 58, "M56 16 C42 -10 0 -4 0 26 C0 56 58 42 58 74 C58 106 12 110 0 82" },
	{ 'T', 68, "M0 0 L68 0 M34 0 L34 100" },
	{ 'U', 64, "M0 0 L0 60 C0 114 64 114 64 60 L64 0" },
	{ 'V', 72, "M0 0 L36 100 L72 0" },
	{ 'W', 96, "M0 0 L22 100 L48 24 L74 100 L96 0" },
	{ 'X', 66, "M0 0 L66 100 M66 0 L0 100" },
	{ 'Y', 68, "M0 0 L34 50 L68 0 M34 50 L34 100" },
	{ 'Z', 62, "M0 0 L62 0 L0 100 L62 100 M14 50 L48 50" },
	{ '2', 60, "M0 28 C0 -10 60 -10 58 28 C56 54 20 66 0 100 L60 100" },
	{ '3', 58, "M2 14 C18 -8 56 -4 54 24 C52 44 40 48 22 48"
		   " C44 48 60 54 58 74 C56 108 12 108 0 84" },
	{ '4', 64, "M46 100 L46 0 L0 70 L64 70" },
	{ '5', 58, "M54 0 L8 0 L4 48 C24 30 58 36 58 68 C58 106 14 110 0 86" },
	{ '6', 58, "M48 0 C18 14 0 40 0 68 C0 111 58 111 58 68 C58 30 6 32 0 68" },
	{ '7', 58, "M0 16 L0 0 L58 0 L22 100" },
	{ '8', 58, "M29 46 C-6 46 -6 0 29 0 C64 0 64 46 29 46"
		   " C-10 46 -10 100 29 100 C68 100 68 46 29 46" },
	{ '9', 58, "M10 100 C40 86 58 60 58 32 C58 -11 0 -11 0 32 C0 70 52 68 58 32" },
};
/* clang-format on */

struct point {
	double x, y;
};

/* How the whole picture is bent: a wave across and a wave down. */
struct bend {
	double across, across_length, across_phase;
	double down, down_length, down_phase;
};

/* Where the units of one glyph come to lie. */
struct place {
	struct point middle; /* of the glyph, in pixels */
	double width;        /* of the glyph, in its units */
	double scale_x, scale_y, slant, turn;
};

/* The glyphs and how they stand in a line: glyph i between edge[i] and edge[i + 1], in pixels. */
struct line {
	const struct glyph *glyph[CAPTCHA_LENGTH];
	bool dark[CAPTCHA_LENGTH]; /* the ground; the glyph is of the other shade */
	double edge[CAPTCHA_LENGTH + 1];
	double scale; /* pixels a unit of width */
	struct bend bend;
};

struct pen {
	cairo_t *cairo;
	const struct bend *bend;
	struct place place;
	struct point at; /* in glyph units */
};

static double
between(double low, double high)
{
	return low + (high - low) * secret_random_below(1U << 16) / (1U << 16);
}

static const struct glyph *
glyph_of(char character)
{
	for (size_t i = 0; i < LENGTH(glyphs); i++)
		if (glyphs[i].character == character)
			return &glyphs[i];
	return NULL;
}

static struct point
bent(const struct bend *bend, struct point p)
{
	const double wave = 2 * M_PI;

	return (struct point){
		p.x + bend->down * sin(wave * p.y / bend->down_length + bend->down_phase),
		p.y + bend->across * sin(wave * p.x / bend->across_length + bend->across_phase),
	};
}

/* From glyph units to where the picture has it. */
static struct point
placed(const struct pen *pen, struct point p)
{
	const struct place *to = &pen->place;
	const double y = (p.y - GLYPH_HEIGHT / 2) * to->scale_y;
	const double x = (p.x - to->width / 2) * to->scale_x - to->slant * y;
	const struct point turned = {
		to->middle.x + x * cos(to->turn) - y * sin(to->turn),
		to->middle.y + x * sin(to->turn) + y * cos(to->turn),
	};

	return bent(pen->bend, turned);
}

static void
pen_move(struct pen *pen, struct point to)
{
	const struct point p = placed(pen, to);

	cairo_move_to(pen->cairo, p.x, p.y);
	pen->at = to;
}

static void
pen_line(struct pen *pen, struct point to)
{
	const struct point from = pen->at;
	const int pieces = 1 + (int)(hypot(to.x - from.x, to.y - from.y) / PIECE);

	for (int i = 1; i <= pieces; i++) {
		const double t = (double)i / pieces;
		const struct point on = { from.x + (to.x - from.x) * t,
			from.y + (to.y - from.y) * t };
		const struct point p = placed(pen, on);
		cairo_line_to(pen->cairo, p.x, p.y);
	}
	pen->at = to;
}

static struct point
on_curve(const struct point c[static 4], double t)
{
	const double u = 1 - t;
	const double w[4] = { u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t };
	struct point p = { 0, 0 };

	for (int i = 0; i < 4; i++) {
		p.x += w[i] * c[i].x;
		p.y += w[i] * c[i].y;
	}
	return p;
}

/* Reads one point of path data and moves `*path` behind it. */
static struct point
next_point(const char **path)
{
	char *end;
	struct point p;

	p.x = (double)strtol(*path, &end, 10);
	p.y = (double)strtol(end, &end, 10);
	*path = end;
	return p;
}

static void
pen_curve(struct pen *pen, const char **path)
{
	struct point c[4] = { pen->at };

	for (int i = 1; i < 4; i++)
		c[i] = next_point(path);
	for (int i = 1; i <= CURVE_PIECES; i++) {
		const struct point p = placed(pen, on_curve(c, (double)i / CURVE_PIECES));
		cairo_line_to(pen->cairo, p.x, p.y);
	}
	pen->at = c[3];
}

/* Lays the strokes of a glyph as cairo's path. */
static void
pen_follow(struct pen *pen, const char *path)
{
	for (; *path != '\0'; path += strspn(path, " ")) {
		switch (*path++) {
		case 'M':
			pen_move(pen, next_point(&path));
			break;
		case 'L':
			pen_line(pen, next_point(&path));
			break;
		case 'C':
			pen_curve(pen, &path);
			break;
		default:
			assert(!"a step of the table");
		}
	}
}

/* Neighbours differ in shade, but two together may be alike. */
static void
line_shade(struct line *line)
{
	unsigned run = 1;

	line->dark[0] = secret_random_below(2) == 0;
	for (size_t i = 1; i < CAPTCHA_LENGTH; i++) {
		const bool flip = run == 2 || secret_random_below(2) == 0;
		line->dark[i] = line->dark[i - 1] != flip;
		run = flip ? 1 : run + 1;
	}
}

/* Spreads the glyphs over the width, with a little play. */
static void
line_spread(struct line *line)
{
	const double room = WIDTH - 2 * MARGIN - CAPTCHA_LENGTH * GAP;
	double units = 0;

	for (size_t i = 0; i < CAPTCHA_LENGTH; i++)
		units += line->glyph[i]->width;
	line->scale = fmin(0.54, room / units);
	line->edge[0] = MARGIN + (room - units * line->scale) / 2 + between(-4, 4);
	for (size_t i = 0; i < CAPTCHA_LENGTH; i++)
		line->edge[i + 1] = line->edge[i] + line->glyph[i]->width * line->scale + GAP;
}

static void
line_plan(struct line *line, const char *answer)
{
	for (size_t i = 0; i < CAPTCHA_LENGTH; i++) {
		line->glyph[i] = glyph_of(answer[i]);
		assert(line->glyph[i] != NULL);
	}
	line_shade(line);
	line_spread(line);
	line->bend = (struct bend){
		.across = between(3, 5),
		.across_length = between(70, 130),
		.across_phase = between(0, 2 * M_PI),
		.down = between(1.5, 3),
		.down_length = between(40, 70),
		.down_phase = between(0, 2 * M_PI),
	};
}

/* Turns the shade of everything right of a leaning edge at `x`. */
static void
turn_shade(cairo_t *cairo, double x)
{
	const double lean = between(-TILT, TILT);
	const double belly = between(-TILT, TILT);

	cairo_move_to(cairo, WIDTH, 0);
	cairo_line_to(cairo, x - lean, 0);
	cairo_curve_to(cairo, x - lean + belly, HEIGHT / 3.0, x + lean + belly, HEIGHT / 1.5,
	    x + lean, HEIGHT);
	cairo_line_to(cairo, WIDTH, HEIGHT);
	cairo_fill(cairo);
}

/* In the shade that the ground below it has not. */
static void
draw_arc(cairo_t *cairo)
{
	cairo_move_to(cairo, between(-10, 14), between(24, HEIGHT - 24));
	cairo_curve_to(cairo, between(40, 90), between(0, HEIGHT), between(150, 200),
	    between(0, HEIGHT), between(WIDTH - 14, WIDTH + 10), between(24, HEIGHT - 24));
	cairo_set_line_width(cairo, ARC);
	cairo_stroke(cairo);
}

static void
draw_ground(cairo_t *cairo, const struct line *line)
{
	cairo_set_operator(cairo, CAIRO_OPERATOR_SOURCE);
	cairo_set_source_rgba(cairo, 0, 0, 0, line->dark[0] ? BLACK : WHITE);
	cairo_paint(cairo);

	cairo_set_operator(cairo, CAIRO_OPERATOR_XOR);
	cairo_set_source_rgba(cairo, 0, 0, 0, 1);
	for (size_t i = 1; i < CAPTCHA_LENGTH; i++)
		if (line->dark[i] != line->dark[i - 1])
			turn_shade(cairo, line->edge[i] + between(-3, 3));
	for (int i = 0; i < ARCS; i++)
		draw_arc(cairo);
}

/* A random stand within the glyph's part of the line. */
static struct place
glyph_place(const struct line *line, size_t i)
{
	return (struct place){
		.middle = { (line->edge[i] + line->edge[i + 1]) / 2,
		    HEIGHT / 2.0 + between(-4, 4) },
		.width = line->glyph[i]->width,
		.scale_x = line->scale,
		.scale_y = between(0.45, 0.54),
		.slant = between(-0.14, 0.14),
		.turn = between(-0.15, 0.15),
	};
}

/* First its rim and what it encloses in the shade of the ground: an arc seen in the mouth of a C
 * would make a G of it. */
static void
draw_glyph(cairo_t *cairo, const struct line *line, size_t i)
{
	const double ground = line->dark[i] ? BLACK : WHITE;
	const double ink = line->dark[i] ? WHITE : BLACK;
	const double width = PEN + between(-0.5, 0.5);
	struct pen pen = { .cairo = cairo, .bend = &line->bend, .place = glyph_place(line, i) };

	pen_follow(&pen, line->glyph[i]->strokes);
	cairo_set_source_rgba(cairo, 0, 0, 0, ground);
	cairo_set_line_width(cairo, width + 2 * RIM);
	cairo_fill_preserve(cairo);
	cairo_stroke_preserve(cairo);
	cairo_set_source_rgba(cairo, 0, 0, 0, ink);
	cairo_set_line_width(cairo, width);
	cairo_stroke(cairo);
}

static void
draw_line(cairo_t *cairo, const struct line *line)
{
	cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND);
	cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
	draw_ground(cairo, line);
	cairo_set_operator(cairo, CAIRO_OPERATOR_SOURCE);
	for (size_t i = 0; i < CAPTCHA_LENGTH; i++)
		draw_glyph(cairo, line, i);
}

struct png {
	uint8_t *bytes;
	size_t size;
};

static cairo_status_t
png_append(void *closure, const unsigned char *bytes, unsigned size)
{
	struct png *png = closure;

	if (size > CAPTCHA_PNG_MAX - png->size)
		return CAIRO_STATUS_WRITE_ERROR;
	memcpy(png->bytes + png->size, bytes, size);
	png->size += size;
	return CAIRO_STATUS_SUCCESS;
}

static void
surface_release(cairo_surface_t **surface)
{
	cairo_surface_destroy(*surface);
}

static void
cairo_release(cairo_t **cairo)
{
	cairo_destroy(*cairo);
}

enum result
picture_draw(const char *answer, uint8_t ret_png[static CAPTCHA_PNG_MAX], size_t *ret_size)
{
	/* Without memory cairo hands out objects that do nothing and keep the error. */
	CLEANUP(surface_release)
	cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, WIDTH, HEIGHT);
	CLEANUP(cairo_release) cairo_t *cairo = cairo_create(surface);
	struct png png = { ret_png, 0 };
	struct line line;

	line_plan(&line, answer);
	draw_line(cairo, &line);
	if (cairo_status(cairo) != CAIRO_STATUS_SUCCESS)
		return UNAVAILABLE;
	if (cairo_surface_write_to_png_stream(surface, png_append, &png) != CAIRO_STATUS_SUCCESS)
		return UNAVAILABLE;
	*ret_size = png.size;
	return OK;
}
