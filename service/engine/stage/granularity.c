/* Granularities: the Renard and E series are each every so many numbers of the finest one. */
#include "engine/stage/granularity.h"

#include <math.h>
#include <stdint.h>

/* ISO 3 */
static const uint16_t renard[] = {
	100, 103, 106, 109, 112, 115, 118, 122, 125, 128, 132, 136, 140, 145, 150, 155,
	160, 165, 170, 175, 180, 185, 190, 195, 200, 206, 212, 218, 224, 230, 236, 243,
	250, 258, 265, 272, 280, 290, 300, 307, 315, 325, 335, 345, 355, 365, 375, 387,
	400, 412, 425, 437, 450, 462, 475, 487, 500, 515, 530, 545, 560, 580, 600, 615,
	630, 650, 670, 690, 710, 730, 750, 775, 800, 825, 850, 875, 900, 925, 950, 975,
};

/* IEC 60063: those of two digits are no part of those of three */
static const uint16_t e24[] = {
	10, 11, 12, 13, 15, 16, 18, 20, 22, 24, 27, 30,
	33, 36, 39, 43, 47, 51, 56, 62, 68, 75, 82, 91,
};

static const uint16_t e192[] = {
	100, 101, 102, 104, 105, 106, 107, 109, 110, 111, 113, 114, 115, 117, 118, 120, 121, 123,
	124, 126, 127, 129, 130, 132, 133, 135, 137, 138, 140, 142, 143, 145, 147, 149, 150, 152,
	154, 156, 158, 160, 162, 164, 165, 167, 169, 172, 174, 176, 178, 180, 182, 184, 187, 189,
	191, 193, 196, 198, 200, 203, 205, 208, 210, 213, 215, 218, 221, 223, 226, 229, 232, 234,
	237, 240, 243, 246, 249, 252, 255, 258, 261, 264, 267, 271, 274, 277, 280, 284, 287, 291,
	294, 298, 301, 305, 309, 312, 316, 320, 324, 328, 332, 336, 340, 344, 348, 352, 357, 361,
	365, 370, 374, 379, 383, 388, 392, 397, 402, 407, 412, 417, 422, 427, 432, 437, 442, 448,
	453, 459, 464, 470, 475, 481, 487, 493, 499, 505, 511, 517, 523, 530, 536, 542, 549, 556,
	562, 569, 576, 583, 590, 597, 604, 612, 619, 626, 634, 642, 649, 657, 665, 673, 681, 690,
	698, 706, 715, 723, 732, 741, 750, 759, 768, 777, 787, 796, 806, 816, 825, 835, 845, 856,
	866, 876, 887, 898, 909, 920, 931, 942, 953, 965, 976, 988,
};

static const uint16_t one_two_five[] = {
	1,
	2,
	5,
};

struct granularity {
	const char *name;
	const uint16_t *numbers; /* of one power of ten; NULL: the powers of two */
	int n, stride;           /* every stride-th of n numbers belongs to it */
};

static const struct granularity granularities[] = {
	{ "R5", renard, ARRAY_LEN(renard), 16 },
	{ "R10", renard, ARRAY_LEN(renard), 8 },
	{ "R20", renard, ARRAY_LEN(renard), 4 },
	{ "R40", renard, ARRAY_LEN(renard), 2 },
	{ "R80", renard, ARRAY_LEN(renard), 1 },
	{ "1-2-5", one_two_five, ARRAY_LEN(one_two_five), 1 },
	{ "E6", e24, ARRAY_LEN(e24), 4 },
	{ "E12", e24, ARRAY_LEN(e24), 2 },
	{ "E24", e24, ARRAY_LEN(e24), 1 },
	{ "E48", e192, ARRAY_LEN(e192), 4 },
	{ "E96", e192, ARRAY_LEN(e192), 2 },
	{ "E192", e192, ARRAY_LEN(e192), 1 },
	{ "POWERSOF2", NULL, 0, 0 },
};

const struct granularity *granularity_find(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(granularities); i++)
		if (str_is(name, granularities[i].name))
			return &granularities[i];
	return NULL;
}

/* Number i of the series, i == n being the first one of the next power of ten. */
static double number_at(const struct granularity *g, int i, int exponent)
{
	int digits = i < g->n ? g->numbers[i] : 10 * g->numbers[0];

	/* Powers of ten with a point in them are not exact: dividing rounds once only. */
	return exponent >= 0 ? digits * pow(10, exponent) : digits / pow(10, -exponent);
}

/* The power of ten in which x lies: from its first number up to that of the next one. */
static int exponent_of(const struct granularity *g, double x)
{
	int exponent = (int)floor(log10(x)) - (int)log10(g->numbers[0]);

	while (x < number_at(g, 0, exponent))
		exponent--;
	while (x >= number_at(g, g->n, exponent))
		exponent++;
	return exponent;
}

double granularity_up(const struct granularity *g, double x)
{
	int exponent, i = 0;

	if (x == 0 || isinf(x))
		return x;
	if (g->numbers == NULL) {
		frexp(x, &exponent); /* x is at least half of this power of two, and below it */
		return ldexp(1, exponent);
	}
	exponent = exponent_of(g, x);
	while (number_at(g, i, exponent) <= x)
		i += g->stride;
	return number_at(g, i, exponent);
}

double granularity_down(const struct granularity *g, double x)
{
	int exponent, i;

	if (x == 0 || isinf(x))
		return x;
	if (g->numbers == NULL) {
		double fraction = frexp(x, &exponent);

		return ldexp(1, fraction > 0.5 ? exponent - 1 : exponent - 2);
	}
	exponent = exponent_of(g, x);
	if (number_at(g, 0, exponent) >= x)
		exponent--;
	for (i = g->n - g->stride; i > 0 && number_at(g, i, exponent) >= x;)
		i -= g->stride;
	return number_at(g, i, exponent);
}
