/* Gram matrices of the two sides of a seam, and the norms that their scalar products tell.

   ‖UV‖² = ⟨UᵀU, VVᵀ⟩, and both are symmetric: only entries on and above the diagonal are kept, those
   above it doubled on one side. They are tiles of SIDE × SIDE, one after the other. A tile on the
   diagonal and the next share one: the first has its upper half, the other what is below, and its
   diagonal follows. Sums are of doubles whatever the matrices are of, since products may nearly
   cancel. */

#include <math.h>
#include <stdint.h>
#include <string.h>

/* A tile of sums is as much as registers hold: HIGH rows of two vectors. */
#if defined(__AVX512F__)
enum { LANES = 8, HIGH = 8 };
#else
enum { LANES = 4, HIGH = 4 };
#endif
enum { SIDE = 16, VECTORS = SIDE / LANES };
typedef double lanes __attribute__((vector_size(LANES * sizeof(double)), aligned(8)));

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

/* A matrix over its norm as panels of SIDE columns, zeros behind its last column. */
#define PANELS(NAME, TYPE) \
static void NAME(const TYPE *matrix, int64_t rows, int64_t columns, double scale, double by, \
                 double *panels) { \
    for (int64_t first = 0; first < columns; first += SIDE, panels += rows * SIDE) { \
        const int64_t there = columns - first < SIDE ? columns - first : SIDE; \
        for (int64_t r = 0; r < rows; r++) { \
            const TYPE *restrict from = matrix + r * columns + first; \
            double *restrict to = panels + r * SIDE; \
            if (there == SIDE && scale == 1) \
                for (int c = 0; c < SIDE; c++) to[c] = (double)from[c] * by; \
            else \
                for (int c = 0; c < SIDE; c++) to[c] = c < there ? (double)from[c] / scale * by : 0; \
        } } }
PANELS(panels_of_floats, float)
PANELS(panels_of_doubles, double)

/* HIGH rows of a tile: the products of some columns of one panel with all of another. */
static void strip(const double *restrict left, const double *restrict right, int64_t rows,
                  double times, double *restrict out)
{
    lanes sums[HIGH][VECTORS] = {{{0}}};
    for (int64_t r = 0; r < rows; r++, left += SIDE, right += SIDE) {
        lanes row[VECTORS];
        for (int v = 0; v < VECTORS; v++) row[v] = *(const lanes *)(right + v * LANES);
        for (int i = 0; i < HIGH; i++)
            for (int v = 0; v < VECTORS; v++) sums[i][v] += left[i] * row[v];
    }
    for (int i = 0; i < HIGH; i++)
        for (int v = 0; v < VECTORS; v++)
            *(lanes *)(out + i * SIDE + v * LANES) = times * sums[i][v];
}

/* The product of two panels, row after row. */
static void tile(const double *left, const double *right, int64_t rows, double times, double *out)
{
    for (int high = 0; high < SIDE; high += HIGH)
        strip(left + high, right, rows, times, out + high * SIDE);
}

/* Up to two tiles on the diagonal as one and a diagonal. Returns what is behind them. */
static double *on_diagonal(const double *panel, int64_t there, int64_t rows, double above,
                           double *out)
{
    double second[SIDE * SIDE];
    tile(panel, panel, rows, 1, out);
    if (there > 1) tile(panel + rows * SIDE, panel + rows * SIDE, rows, 1, second);
    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < i; j++) out[i * SIDE + j] = there > 1 ? above * second[i * SIDE + j] : 0;
        for (int j = i + 1; j < SIDE; j++) out[i * SIDE + j] *= above;
    }
    out += SIDE * SIDE;
    if (there > 1)
        for (int i = 0; i < SIDE; i++) *out++ = second[i * SIDE + i];
    return out;
}

/* What is kept of AᵀA/‖A‖² and the norms ‖A‖ of count × inner matrices A that are step and
   inner_step apart; entries above the diagonal are multiplied by above. There is room for one
   matrix. */
#define GRAMS(NAME, TYPE, ROOT_OF, PANELS_OF) \
void NAME(const TYPE *x, int64_t count, int64_t step, int64_t inner, int64_t inner_step, \
          int64_t rows, int64_t columns, double above, double *room, double *norm, double *out) { \
    const int64_t panels = (columns + SIDE - 1) / SIDE; \
    for (int64_t m = 0; m < count * inner; m++) { \
        const TYPE *matrix = x + m / inner * step + m % inner * inner_step; \
        double scale, root = ROOT_OF(matrix, rows * columns, &scale); \
        norm[m] = scale * root; \
        PANELS_OF(matrix, rows, columns, scale, root > 0 ? 1 / root : 0, room); \
        for (int64_t i = 0; i < panels; i++) { \
            const double *panel = room + i * rows * SIDE; \
            if (i % 2 == 0) out = on_diagonal(panel, panels - i, rows, above, out); \
            for (int64_t j = i + 1; j < panels; j++, out += SIDE * SIDE) \
                tile(panel, room + j * rows * SIDE, rows, above, out); \
        } } }
GRAMS(grams_of_floats, float, root_of_floats, panels_of_floats)
GRAMS(grams_of_doubles, double, root_of_doubles, panels_of_doubles)

/* The scalar products of up to TALL rows with as many others over some entries, added to sums. */
enum { TALL = 4, STRETCH = 1024 };
static void scalar_products(const double *left, int64_t high, const double *right, int64_t wide,
                            int64_t step, int64_t entries, double *out, int64_t columns)
{
    lanes sums[TALL][TALL] = {{{0}}};
    const double *a[TALL], *b[TALL];
    for (int i = 0; i < TALL; i++) {
        a[i] = left + (i < high ? i : high - 1) * step;
        b[i] = right + (i < wide ? i : wide - 1) * step;
    }
    /* Tiles fill whole vectors. */
    for (int64_t k = 0; k < entries; k += LANES)
        for (int i = 0; i < TALL; i++)
            for (int j = 0; j < TALL; j++)
                sums[i][j] += *(const lanes *)(a[i] + k) * *(const lanes *)(b[j] + k);
    for (int64_t i = 0; i < high; i++)
        for (int64_t j = 0; j < wide; j++) {
            double total = 0;
            for (int p = 0; p < LANES; p++) total += sums[i][j][p];
            out[i * columns + j] += total;
        }
}

/* Norms ‖UV‖ of count × rows × columns products, from Gram matrices of rows entries each and the
   norms of both sides; those of older sides are older_step and their Gram matrices older_step ×
   entries apart. Products whose share ⟨UᵀU, VVᵀ⟩ of ‖U‖²‖V‖² is below what has lost its digits
   become −1; returns how many. */
int64_t norms_across(const double *newer, const double *left, const double *older,
                     const double *right, int64_t older_step, int64_t count, int64_t rows,
                     int64_t columns, int64_t entries, double lost, double *norms)
{
    int64_t found = 0;
    memset(norms, 0, count * rows * columns * sizeof(double));
    for (int64_t n = 0; n < count; n++, newer += rows * entries, older += older_step * entries) {
        double *block = norms + n * rows * columns;
        for (int64_t k = 0; k < entries; k += STRETCH) {
            const int64_t some = entries - k < STRETCH ? entries - k : STRETCH;
            for (int64_t i = 0; i < rows; i += TALL)
                for (int64_t j = 0; j < columns; j += TALL)
                    scalar_products(newer + i * entries + k, rows - i < TALL ? rows - i : TALL,
                                    older + j * entries + k,
                                    columns - j < TALL ? columns - j : TALL, entries, some,
                                    block + i * columns + j, columns);
        }
        for (int64_t i = 0; i < rows; i++) {
            const double by = left[n * rows + i], *restrict sizes = right + n * older_step;
            for (int64_t j = 0; j < columns; j++) {
                const double share = block[i * columns + j], size = by * sizes[j];
                const int gone = share < lost && size > 0;
                block[i * columns + j] = gone ? -1 : sqrt(share < 0 ? 0 : share) * size;
                found += gone;
            }
        }
    }
    return found;
}
