/* picture.c - draws the picture of a CAPTCHA.
 *
 * Glyphs are strokes of our own, not a font's: no font to depend on, and strokes can be bent point
 * by point. What keeps OCR out is that the line is light on dark in some places and dark on light
 * in others, that it waves and its glyphs nearly touch, and that arcs as dark and nearly as thick
 * join them: no threshold, blur or opening undoes all of it. A person hardly notices, for every
 * glyph is whole, of one shade and rimmed by the other. Grey only: nothing depends on seeing
 * colours.
 *
 * A line is what lies within half its width of a path, so each pixel keeps how near the path came.
 * That is all the drawing there is. The loops over pixels have no branches, so that the compiler
 * makes them work on four at once (-O3). A graphics library would take several times as long, and
 * bring sixteen more into memory.
 *
 * It is one hurdle among several, not a proof: a network trained on these pictures will read them.
 * tools/measure/captcha-measure tells how often tesseract does. */

#include "picture.h"

#include "grey_png.h"
#include "secret.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* One byte of grey a pixel makes 19,840 bytes, so that even a PNG that zlib can not shrink is
 * smaller than CAPTCHA_PNG_MAX: white noise of this size takes 20,132. */
#define WIDTH  PICTURE_WIDTH
#define HEIGHT PICTURE_HEIGHT

/* Pixels. */
#define MARGIN 9.0
#define GAP    10.0 /* between the units of two glyphs, less than the pen takes of it */
#define PEN    6.4
#define RIM    2.0F
#define ARC    5.4F
#define ARCS   2
#define TILT   9.0 /* how far the edge between two shades leans, each way */

/* Glyph units. */
#define GLYPH_HEIGHT 100.0
#define PIECE        10.0 /* lines are bent in pieces of this length */
#define CURVE_PIECES 10
#define ARC_PIECES   24

/* Shades are from 0, black, to 1. */
#define BLACK  0.0F
#define WHITE  1.0F
#define SHADES 16 /* of a finished picture: more make the file larger and no edge smoother */

/* How far from its path a line is seen, in pixels: half its width, and its soft edge. */
#define PEN_REACH 6.0 /* the widest pen with its rim */
#define ARC_REACH 3.2

#define FAR     1000.0F /* squared pixels: where no path came near */
#define LANES   4       /* pixels that are worked on at once */
#define CHANCES 96      /* a picture takes about 70 */

_Static_assert(WIDTH % LANES == 0, "box_around() fills whole groups");

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

/* Pixels, the right and lower edge not among them. */
struct box {
	int left, top, right, bottom;
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
	bool dark[CAPTCHA_LENGTH]; /* the ground of each; the glyph has the other shade */
	double edge[CAPTCHA_LENGTH + 1];
	double scale; /* pixels a unit of width */
	struct bend bend;
};

/* What a picture is painted on. `near` and `turns` are of the path that is being followed, and of
 * the pixels in `touched` alone: between two pictures of none. */
struct painting {
	uint16_t chances[CHANCES]; /* random numbers, those before `chance` used up */
	unsigned chance;
	struct line line;

	float shade[HEIGHT][WIDTH];
	float near[HEIGHT][WIDTH];       /* pixels: distance to the path, squared */
	int8_t turns[HEIGHT][WIDTH + 1]; /* the path crosses the row: down 1, up -1 */
	struct box touched;

	uint8_t grey[HEIGHT][WIDTH]; /* the finished picture */
};

struct pen {
	struct painting *painting;
	struct place place;
	struct point at;          /* in glyph units */
	struct point from, pixel; /* where the stroke began and where it is, in pixels */
};

/* Random numbers ------------------------------------------------------------------------------- */

/* 16 random bits. Many are drawn at once: one system call a picture instead of seventy. */
static uint16_t
picture_random(struct painting *p)
{
	if (p->chance == CHANCES) {
		secret_random(p->chances, sizeof p->chances);
		p->chance = 0;
	}
	return p->chances[p->chance++];
}

static double
picture_between(struct painting *p, double low, double high)
{
	return low + (high - low) * picture_random(p) / (1U << 16);
}

static bool
picture_coin(struct painting *p)
{
	return picture_random(p) % 2 == 0;
}

/* Paths --------------------------------------------------------------------------------------- */

static int
clamp(int low, int number, int high)
{
	return number < low ? low : number > high ? high : number;
}

/* The number, but 0 if it is below, and 1 if it is above: told without a comparison. */
static float
part_of_one(float number)
{
	return (fabsf(number) - fabsf(number - 1) + 1) / 2;
}

/* The pixels that a pen on its way from `a` to `b` may reach, in whole groups of LANES. */
static struct box
box_around(struct point a, struct point b, double reach)
{
	return (struct box){
		.left = clamp(0, (int)(fmin(a.x, b.x) - reach), WIDTH) / LANES * LANES,
		.top = clamp(0, (int)(fmin(a.y, b.y) - reach), HEIGHT),
		.right = clamp(0, (int)(fmax(a.x, b.x) + reach) + LANES, WIDTH) / LANES * LANES,
		.bottom = clamp(0, (int)(fmax(a.y, b.y) + reach) + 1, HEIGHT),
	};
}

static void
extend_touched(struct painting *p, struct box box)
{
	struct box *const all = &p->touched;

	all->left = box.left < all->left ? box.left : all->left;
	all->top = box.top < all->top ? box.top : all->top;
	all->right = box.right > all->right ? box.right : all->right;
	all->bottom = box.bottom > all->bottom ? box.bottom : all->bottom;
}

/* Forgets the path that was followed. */
static void
path_end(struct painting *p)
{
	for (int y = p->touched.top; y < p->touched.bottom; y++) {
		for (int x = p->touched.left; x < p->touched.right; x++)
			p->near[y][x] = FAR;
		memset(p->turns[y], 0, sizeof p->turns[y]);
	}
	p->touched = (struct box){ WIDTH, HEIGHT, 0, 0 };
}

/* Keeps how near the path from `a` to `b` comes to the pixels around it. */
static void
path_piece(struct painting *p, struct point a, struct point b, double reach)
{
	const struct box box = box_around(a, b, reach);
	const float length = (float)hypot(b.x - a.x, b.y - a.y);
	const float dx = length > 0 ? (float)(b.x - a.x) / length : 1;
	const float dy = length > 0 ? (float)(b.y - a.y) / length : 0;
	const float left = (float)(0.5 - (a.x + b.x) / 2), top = (float)(0.5 - (a.y + b.y) / 2);

	extend_touched(p, box);
	for (int y = box.top; y < box.bottom; y++) {
		const float v = (float)y + top;
		float *const near = p->near[y];
		for (int x = box.left; x < box.right; x++) {
			const float u = (float)x + left;
			const float beside = u * dy - v * dx;
			const float beyond = fabsf(u * dx + v * dy) - length / 2;
			const float ahead = (beyond + fabsf(beyond)) / 2;
			const float far = beside * beside + ahead * ahead;
			near[x] = far < near[x] ? far : near[x];
		}
	}
}

/* Keeps which rows an outline crosses from `a` to `b`, and where. */
static void
outline_piece(struct painting *p, struct point a, struct point b)
{
	const struct point upper = a.y < b.y ? a : b, lower = a.y < b.y ? b : a;
	const int first = clamp(0, (int)ceil(upper.y - 0.5), HEIGHT);
	const int end = clamp(0, (int)ceil(lower.y - 0.5), HEIGHT);

	for (int y = first; y < end; y++) {
		const double t = (y + 0.5 - upper.y) / (lower.y - upper.y);
		const double x = upper.x + (lower.x - upper.x) * t;
		int8_t *const turns = &p->turns[y][clamp(0, (int)ceil(x - 0.5), WIDTH)];
		*turns = (int8_t)(*turns + (a.y < b.y ? 1 : -1));
	}
}

/* How much of a pixel a line of this width along the path covers: next to its edge (half^2 - near)
 * / width is nearly half - sqrt(near). */
static float
pixel_coverage(float near, float width)
{
	const float half = width / 2;

	return part_of_one(0.5F + (half * half - near) / width);
}

static float
inverted(float shade)
{
	return WHITE - shade;
}

static float
blended(float shade, float with, float coverage)
{
	return shade + (with - shade) * coverage;
}

/* Glyphs -------------------------------------------------------------------------------------- */

static const struct glyph *
glyph_of(char character)
{
	for (size_t i = 0; i < LENGTH(glyphs); i++)
		if (glyphs[i].character == character)
			return &glyphs[i];
	return NULL;
}

static struct point
bend_point(const struct bend *bend, struct point p)
{
	const double wave = 2 * M_PI;

	return (struct point){
		p.x + bend->down * sin(wave * p.y / bend->down_length + bend->down_phase),
		p.y + bend->across * sin(wave * p.x / bend->across_length + bend->across_phase),
	};
}

/* Turns a point in glyph units into pixels. */
static struct point
place_point(const struct pen *pen, struct point p)
{
	const struct place *to = &pen->place;
	const double y = (p.y - GLYPH_HEIGHT / 2) * to->scale_y;
	const double x = (p.x - to->width / 2) * to->scale_x - to->slant * y;
	const struct point turned = {
		to->middle.x + x * cos(to->turn) - y * sin(to->turn),
		to->middle.y + x * sin(to->turn) + y * cos(to->turn),
	};

	return bend_point(&pen->painting->line.bend, turned);
}

/* Closes the outline of a stroke with a straight line to where the stroke began. */
static void
pen_lift(struct pen *pen)
{
	outline_piece(pen->painting, pen->pixel, pen->from);
}

static void
pen_move(struct pen *pen, struct point to)
{
	pen_lift(pen);
	pen->from = pen->pixel = place_point(pen, to);
	pen->at = to;
}

/* Draws a straight line to `on`, which is one piece away. */
static void
pen_piece(struct pen *pen, struct point on)
{
	const struct point pixel = place_point(pen, on);

	path_piece(pen->painting, pen->pixel, pixel, PEN_REACH);
	outline_piece(pen->painting, pen->pixel, pixel);
	pen->pixel = pixel;
}

static struct point
point_on_line(struct point a, struct point b, double t)
{
	return (struct point){ a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t };
}

static void
pen_line(struct pen *pen, struct point to)
{
	const int pieces = 1 + (int)(hypot(to.x - pen->at.x, to.y - pen->at.y) / PIECE);

	for (int i = 1; i <= pieces; i++)
		pen_piece(pen, point_on_line(pen->at, to, (double)i / pieces));
	pen->at = to;
}

static struct point
point_on_curve(const struct point c[static 4], double t)
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
	for (int i = 1; i <= CURVE_PIECES; i++)
		pen_piece(pen, point_on_curve(c, (double)i / CURVE_PIECES));
	pen->at = c[3];
}

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
			assert(false); /* `glyphs` has no other letters */
		}
	}
	pen_lift(pen);
}

/* The plan ------------------------------------------------------------------------------------ */

/* Gives each glyph a ground, dark or light; at most two neighbours have the same. */
static void
plan_shades(struct painting *p)
{
	bool *const dark = p->line.dark;
	unsigned run = 1;

	dark[0] = picture_coin(p);
	for (size_t i = 1; i < CAPTCHA_LENGTH; i++) {
		const bool flip = run == 2 || picture_coin(p);
		dark[i] = dark[i - 1] != flip;
		run = flip ? 1 : run + 1;
	}
}

/* Spreads the glyphs over the width, from a random start. */
static void
plan_edges(struct painting *p)
{
	struct line *const line = &p->line;
	const double room = WIDTH - 2 * MARGIN - CAPTCHA_LENGTH * GAP;
	double units = 0;

	for (size_t i = 0; i < CAPTCHA_LENGTH; i++)
		units += line->glyph[i]->width;
	line->scale = fmin(0.54, room / units);
	line->edge[0] = MARGIN + (room - units * line->scale) / 2 + picture_between(p, -4, 4);
	for (size_t i = 0; i < CAPTCHA_LENGTH; i++)
		line->edge[i + 1] = line->edge[i] + line->glyph[i]->width * line->scale + GAP;
}

static void
plan_line(struct painting *p, const char *answer)
{
	for (size_t i = 0; i < CAPTCHA_LENGTH; i++) {
		p->line.glyph[i] = glyph_of(answer[i]);
		assert(p->line.glyph[i] != NULL);
	}
	plan_shades(p);
	plan_edges(p);
	p->line.bend = (struct bend){
		.across = picture_between(p, 3, 5),
		.across_length = picture_between(p, 70, 130),
		.across_phase = picture_between(p, 0, 2 * M_PI),
		.down = picture_between(p, 1.5, 3),
		.down_length = picture_between(p, 40, 70),
		.down_phase = picture_between(p, 0, 2 * M_PI),
	};
}

/* Painting ------------------------------------------------------------------------------------ */

/* Inverts the shade of everything to the right of a leaning edge at `x`. */
static void
invert_right_of(struct painting *p, double x)
{
	const double lean = picture_between(p, -TILT, TILT);
	const double belly = picture_between(p, -TILT, TILT);
	const struct point edge[4] = { { x - lean, 0 }, { x - lean + belly, HEIGHT / 3.0 },
		{ x + lean + belly, HEIGHT / 1.5 }, { x + lean, HEIGHT } };

	for (int y = 0; y < HEIGHT; y++) {
		/* The points are a third of the height apart, so the curve falls evenly. */
		const double at = point_on_curve(edge, (y + 0.5) / HEIGHT).x;
		const int first = clamp(0, (int)at, WIDTH - 1);
		const float part = part_of_one((float)(first + 1 - at));
		float *const shade = p->shade[y];
		shade[first] = blended(shade[first], inverted(shade[first]), part);
		for (int to_turn = first + 1; to_turn < WIDTH; to_turn++)
			shade[to_turn] = inverted(shade[to_turn]);
	}
}

/* Paints an arc across the picture that inverts the ground below it. */
static void
paint_arc(struct painting *p)
{
	const struct point arc[4] = {
		{ picture_between(p, -10, 14), picture_between(p, 24, HEIGHT - 24) },
		{ picture_between(p, 40, 90), picture_between(p, 0, HEIGHT) },
		{ picture_between(p, 150, 200), picture_between(p, 0, HEIGHT) },
		{ picture_between(p, WIDTH - 14, WIDTH + 10), picture_between(p, 24, HEIGHT - 24) },
	};

	for (int i = 0; i < ARC_PIECES; i++)
		path_piece(p, point_on_curve(arc, (double)i / ARC_PIECES),
		    point_on_curve(arc, (i + 1.0) / ARC_PIECES), ARC_REACH);
	for (int y = p->touched.top; y < p->touched.bottom; y++) {
		const float *const near = p->near[y];
		float *const shade = p->shade[y];
		for (int x = p->touched.left; x < p->touched.right; x++)
			shade[x] = blended(
			    shade[x], inverted(shade[x]), pixel_coverage(near[x], ARC));
	}
	path_end(p);
}

static void
paint_ground(struct painting *p)
{
	const struct line *const line = &p->line;

	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++)
			p->shade[y][x] = line->dark[0] ? BLACK : WHITE;
	for (size_t i = 1; i < CAPTCHA_LENGTH; i++)
		if (line->dark[i] != line->dark[i - 1])
			invert_right_of(p, line->edge[i] + picture_between(p, -3, 3));
	for (int i = 0; i < ARCS; i++)
		paint_arc(p);
}

/* A random place for glyph `i`, within its part of the line. */
static struct place
glyph_place(struct painting *p, size_t i)
{
	const struct line *const line = &p->line;

	return (struct place){
		.middle = { (line->edge[i] + line->edge[i + 1]) / 2,
		    HEIGHT / 2.0 + picture_between(p, -4, 4) },
		.width = line->glyph[i]->width,
		.scale_x = line->scale,
		.scale_y = picture_between(p, 0.45, 0.54),
		.slant = picture_between(p, -0.14, 0.14),
		.turn = picture_between(p, -0.15, 0.15),
	};
}

/* Which pixels of a row the path goes around: 1, and 0 for the others. */
static void
find_inside(const struct painting *p, int y, float ret[static WIDTH])
{
	int turns = 0;

	for (int x = p->touched.left; x < p->touched.right; x++) {
		turns += p->turns[y][x];
		ret[x] = turns != 0;
	}
}

/* Paints glyph `i` over its rim and what it encloses, which get the shade of the ground: an arc
 * seen in the mouth of a C would make a G of it. */
static void
paint_glyph(struct painting *p, size_t i)
{
	const float ground = p->line.dark[i] ? BLACK : WHITE;
	const float width = (float)(PEN + picture_between(p, -0.5, 0.5));
	struct pen pen = { .painting = p, .place = glyph_place(p, i) };

	pen_follow(&pen, p->line.glyph[i]->strokes);
	for (int y = p->touched.top; y < p->touched.bottom; y++) {
		const float *const near = p->near[y];
		float *const shade = p->shade[y];
		float inside[WIDTH];
		find_inside(p, y, inside);
		for (int x = p->touched.left; x < p->touched.right; x++) {
			const float rim = pixel_coverage(near[x], width + 2 * RIM);
			const float covered = inside[x] > rim ? inside[x] : rim;
			const float under = blended(shade[x], ground, covered);
			shade[x] = blended(under, inverted(ground), pixel_coverage(near[x], width));
		}
	}
	path_end(p);
}

/* The shades as the PNG has them. */
static void
finish_picture(struct painting *p)
{
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++)
			p->grey[y][x] = (uint8_t)((int)(p->shade[y][x] * (SHADES - 1) + 0.5F) *
						  (UINT8_MAX / (SHADES - 1)));
}

struct painting *
painting_new(void)
{
	struct painting *const p = malloc(sizeof *p);

	if (p == NULL)
		return NULL;
	p->chance = CHANCES;
	p->touched = (struct box){ 0, 0, WIDTH, HEIGHT };
	path_end(p);
	return p;
}

void
painting_free(struct painting *p)
{
	free(p);
}

enum result
picture_draw(struct painting *p, const char *answer, uint8_t ret_png[static CAPTCHA_PNG_MAX],
    size_t *ret_size)
{
	const struct grey_picture picture = { &p->grey[0][0], WIDTH, HEIGHT };

	plan_line(p, answer);
	paint_ground(p);
	for (size_t i = 0; i < CAPTCHA_LENGTH; i++)
		paint_glyph(p, i);
	finish_picture(p);
	return grey_png_write(&picture, ret_png, CAPTCHA_PNG_MAX, ret_size);
}
