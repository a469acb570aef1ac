/* Norms of matrices whose squares need not be representable, and what Gram matrices are kept as. */

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Tiles have so many rows; scalar products are of so many rows, over so many entries at a time. */
enum { SIDE = 16, TALL = 4, STRETCH = 1024 };

/* One over a norm is a float with room up to this, and from one over this on. */
static const double LARGE = 1e30;

int64_t gram_side(void) { return SIDE; }

/* The numbers that a Gram matrix of so many columns is kept as. */
int64_t gram_entries(int64_t columns)
{
    const int64_t panels = (columns + SIDE - 1) / SIDE, apart = panels * (panels - 1) / 2;
    return (apart + (panels + 1) / 2) * SIDE * SIDE + panels / 2 * SIDE;
}

/* Sums of squares are kept in as many parts as a vector has places. */
#define SQUARES(NAME, TYPE) \
static double NAME(const TYPE *x, int64_t n, double by) { \
    double part[SIDE] = {0}, total = 0; \
    int64_t k = 0; \
    for (; k + SIDE <= n; k += SIDE) \
        for (int p = 0; p < SIDE; p++) { double v = (double)x[k + p] * by; part[p] += v * v; } \
    for (; k < n; k++) { double v = (double)x[k] * by; part[0] += v * v; } \
    for (int p = 0; p < SIDE; p++) total += part[p]; \
    return total; }
SQUARES(squares_of_floats, float)
SQUARES(squares_of_doubles, double)

/* The norm of n numbers whose squares need not be representable, over the scale. */
#define ROOT(NAME, TYPE, SUM) \
static double NAME(const TYPE *x, int64_t n, double *scale) { \
    double total = SUM(x, n, 1), most = 0; \
    *scale = 1; \
    if (total > 1e-280 && total < 1e280) return sqrt(total); \
    for (int64_t k = 0; k < n; k++) { \
        double v = fabs((double)x[k]); \
        most = v <= most ? most : v; \
    } \
    if (!(most > 0) || isinf(most)) return most; \
    /* Two factors, as one over the smallest numbers would be infinite. */ \
    int place; \
    frexp(most, &place); \
    *scale = ldexp(1, place); \
    total = 0; \
    for (int64_t k = 0; k < n; k++) { double v = (double)x[k] / *scale; total += v * v; } \
    return sqrt(total); }
ROOT(root_of_floats, float, squares_of_floats)
ROOT(root_of_doubles, double, squares_of_doubles)
