/* Passes over results of products, once for floats and once for doubles. */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define HAS_SHUFFLE
#endif
#endif

/* Sums of products and of their magnitudes by lag, of g[n][i][j] at base - i + j, where that is not
   negative. Products of number n are added step places after those of n - 1; dense sums magnitudes
   over n, or keeps them apart where dense_step is not 0. */
#define REDUCE(NAME, TYPE) \
void NAME(const TYPE *g, int64_t count, int64_t rows, int64_t columns, int64_t base, \
          double *absolute, double *plain, int64_t step, double *dense, int64_t dense_step) { \
    for (int64_t n = 0; n < count; n++) \
        for (int64_t i = 0; i < rows; i++) { \
            const TYPE *restrict x = g + (n * rows + i) * columns; \
            double *restrict a = absolute + n * step + base - i; \
            double *restrict s = plain + n * step + base - i; \
            for (int64_t j = i > base ? i - base : 0; j < columns; j++) { \
                double v = (double)x[j]; a[j] += fabs(v); s[j] += v; } \
            if (dense) { \
                double *restrict d = dense + n * dense_step + i * columns; \
                for (int64_t j = 0; j < columns; j++) d[j] += fabs((double)x[j]); } } }
REDUCE(reduce_float, float)
REDUCE(reduce_double, double)

/* Magnitudes are compared as integers, which orders them as the numbers and NaN above all. */
static inline int32_t magnitude(const float *x) {
    int32_t bits;
    memcpy(&bits, x, 4);
    return bits & 0x7fffffff;
}
static inline int32_t as_bits(float x) { return magnitude(&x); }

/* Copies count pieces of rows, whose copies are step apart; returns whether each row is zero or has
   its largest magnitude in [low, high]. */
int store(const float *restrict x, float *restrict y, int64_t count, int64_t step, int64_t rows,
          int64_t columns, float low, float high) {
    const int32_t lowest = as_bits(low), highest = as_bits(high);
    int safe = 1;
    for (int64_t n = 0; n < count; n++)
        for (int64_t r = 0; r < rows; r++, x += columns) {
            float *restrict to = y + n * step + r * columns;
            int32_t most = 0;
            for (int64_t c = 0; c < columns; c++) {
                int32_t v = magnitude(x + c);
                to[c] = x[c];
                most = v > most ? v : most;
            }
            safe &= !(most > highest || (most < lowest && most > 0));
        }
    return safe;
}

/* Whether every row of matrices (and every column, if there is room to note them) is zero or has
   its largest magnitude in [low, high]. */
int within(const float *x, int64_t count, int64_t rows, int64_t columns, float low, float high,
           int32_t *room) {
    const int32_t lowest = as_bits(low), highest = as_bits(high);
    for (int64_t m = 0; m < count; m++, x += rows * columns) {
        if (room) memset(room, 0, columns * sizeof *room);
        for (int64_t r = 0; r < rows; r++) {
            const float *restrict row = x + r * columns;
            int32_t most = 0;
            if (room)
                for (int64_t c = 0; c < columns; c++) {
                    int32_t v = magnitude(row + c);
                    room[c] = v > room[c] ? v : room[c];
                    most = v > most ? v : most;
                }
            else
                for (int64_t c = 0; c < columns; c++) {
                    int32_t v = magnitude(row + c);
                    most = v > most ? v : most;
                }
            if (most > highest || (most < lowest && most > 0)) return 0;
        }
        if (room)
            for (int64_t c = 0; c < columns; c++)
                if (room[c] > highest || (room[c] < lowest && room[c] > 0)) return 0;
    }
    return 1;
}

/* Sums are kept in as many parts as a vector has places, which the compiler may not do itself. */
enum { PARTS = 16 };

/* The Frobenius norm of rows x columns of a matrix of a width, whose square need not be
   representable: the root is to be multiplied by the scale. */
#define NORM(NAME, TYPE) \
static inline double NAME(const TYPE *matrix, int64_t rows, int64_t columns, int64_t width, \
                          double *scale) { \
    double part[PARTS] = {0}, total = 0; \
    *scale = 1; \
    for (int64_t r = 0; r < rows; r++) { \
        const TYPE *restrict row = matrix + r * width; \
        int64_t c = 0; \
        for (; c + PARTS <= columns; c += PARTS) \
            for (int k = 0; k < PARTS; k++) part[k] += (double)row[c + k] * (double)row[c + k]; \
        for (; c < columns; c++) part[0] += (double)row[c] * (double)row[c]; \
    } \
    for (int k = 0; k < PARTS; k++) total += part[k]; \
    if (total > 1e-280 && total < 1e280) return sqrt(total); \
    double most = 0; \
    for (int64_t r = 0; r < rows; r++) \
        for (int64_t c = 0; c < columns; c++) { \
            double v = fabs((double)matrix[r * width + c]); \
            most = v <= most ? most : v; \
        } \
    if (most > 0) *scale = most; \
    total = 0; \
    for (int64_t r = 0; r < rows; r++) \
        for (int64_t c = 0; c < columns; c++) { \
            double v = (double)matrix[r * width + c] / *scale; \
            total += v * v; \
        } \
    return sqrt(total); \
}
NORM(norm_of_floats, float)
NORM(norm_of_doubles, double)

/* Norms of count x inner matrices that are step and inner_step apart, and the matrices divided by
   them, packed. */
#define UNITS(NAME, TYPE, NORM_OF) \
void NAME(const TYPE *x, int64_t count, int64_t step, int64_t inner, int64_t inner_step, \
          int64_t rows, int64_t columns, double *norm, double *unit) { \
    for (int64_t m = 0; m < count * inner; m++, unit += rows * columns) { \
        const TYPE *restrict matrix = x + m / inner * step + m % inner * inner_step; \
        double scale, root = NORM_OF(matrix, rows, columns, columns, &scale); \
        norm[m] = scale * root; \
        /* One over the norm would be infinite for the smallest numbers. */ \
        const int plain = norm[m] > 1e-300; \
        const double by = plain ? 1 / norm[m] : root > 0 ? 1 / root : 0; \
        if (plain) \
            for (int64_t k = 0; k < rows * columns; k++) unit[k] = (double)matrix[k] * by; \
        else \
            for (int64_t k = 0; k < rows * columns; k++) unit[k] = (double)matrix[k] / scale * by; \
    } }
UNITS(units_of_floats, float, norm_of_floats)
UNITS(units_of_doubles, double, norm_of_doubles)

/* Of count x inner matrices of as many rows: the diagonals of the columns from first on, packed;
   with norm, the norms of as many columns as rows; and, of floats, whether rows are safe. */
#define EXAMINE(NAME, TYPE, NORM_OF, SAFE) \
int NAME(const TYPE *x, int64_t count, int64_t step, int64_t inner, int64_t inner_step, \
         int64_t rows, int64_t width, int64_t first, float low, float high, double *diagonal, \
         double *norm) { \
    int safe = 1; \
    for (int64_t m = 0; m < count * inner; m++, diagonal += rows) { \
        const TYPE *restrict matrix = x + m / inner * step + m % inner * inner_step; \
        double scale, root = norm ? NORM_OF(matrix + first, rows, rows, width, &scale) : 0; \
        if (norm) norm[m] = scale * root; \
        for (int64_t r = 0; r < rows; r++) diagonal[r] = (double)matrix[r * width + first + r]; \
        safe &= SAFE; \
    } \
    return safe; }
EXAMINE(examine_floats, float, norm_of_floats, within(matrix, 1, rows, width, low, high, 0))
EXAMINE(examine_doubles, double, norm_of_doubles, 1)
