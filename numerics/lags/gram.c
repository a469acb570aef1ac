/* Gram matrices of the two sides of a seam, and the norms that their scalar products tell: read
   twice, for sums of TYPE float and double.

   ‖UV‖² = ⟨UᵀU, VVᵀ⟩, and both are symmetric: only entries on and above the diagonal are kept, those
   above it doubled on one side. They are tiles of SIDE × SIDE, one after the other. A tile on the
   diagonal and the next share one: the first has its upper half, the other what is below, and its
   diagonal follows. */

/* A tile of sums is as much as registers hold: HIGH rows of some vectors. */
#if defined(__AVX512F__)
#define VECTOR 64
#define HIGH (16 / VECTORS)
#else
#define VECTOR 32
#define HIGH 4
#endif
#define LANES (VECTOR / BYTES)
#define VECTORS (SIDE / LANES)
typedef TYPE NAMED(lanes) __attribute__((vector_size(VECTOR), aligned(BYTES)));
typedef TYPE NAMED(half) __attribute__((vector_size(VECTOR / 2)));
typedef TYPE NAMED(quarter) __attribute__((vector_size(VECTOR / 4)));

/* HIGH rows of a tile: the products of some columns of one panel with all of another. */
static void NAMED(strip)(const TYPE *restrict left, const TYPE *restrict right, int64_t rows,
                         TYPE times, TYPE *restrict out)
{
    NAMED(lanes) sums[HIGH][VECTORS] = {{{0}}};
    for (int64_t r = 0; r < rows; r++, left += SIDE, right += SIDE) {
        NAMED(lanes) row[VECTORS];
        for (int v = 0; v < VECTORS; v++) row[v] = *(const NAMED(lanes) *)(right + v * LANES);
        for (int i = 0; i < HIGH; i++)
            for (int v = 0; v < VECTORS; v++) sums[i][v] += left[i] * row[v];
    }
    for (int i = 0; i < HIGH; i++)
        for (int v = 0; v < VECTORS; v++)
            *(NAMED(lanes) *)(out + i * SIDE + v * LANES) = times * sums[i][v];
}

/* The product of two panels, row after row. */
static void NAMED(tile)(const TYPE *left, const TYPE *right, int64_t rows, TYPE times, TYPE *out)
{
    for (int high = 0; high < SIDE; high += HIGH)
        NAMED(strip)(left + high, right, rows, times, out + high * SIDE);
}

/* Up to two tiles on the diagonal as one and a diagonal, whose squares are added to a sum. Returns
   what is behind them. */
static TYPE *NAMED(on_diagonal)(const TYPE *panel, int64_t there, int64_t rows, TYPE above,
                                TYPE *out, double *squares)
{
    TYPE second[SIDE * SIDE];
    NAMED(tile)(panel, panel, rows, 1, out);
    if (there > 1) NAMED(tile)(panel + rows * SIDE, panel + rows * SIDE, rows, above, second);
    for (int i = 0; i < SIDE; i++) {
        if (there > 1) memcpy(out + i * SIDE, second + i * SIDE, i * sizeof *out);
        else memset(out + i * SIDE, 0, i * sizeof *out);
        for (int j = i + 1; j < SIDE; j++) out[i * SIDE + j] *= above;
        *squares += (double)out[i * SIDE + i] * out[i * SIDE + i];
    }
    out += SIDE * SIDE;
    if (there > 1)
        for (int i = 0; i < SIDE; i++, out++) {
            *out = second[i * SIDE + i] / above;
            *squares += (double)*out * *out;
        }
    return out;
}

/* What is kept of AᵀA/‖A‖², its norm and the norms ‖A‖ of count × inner matrices A that are step and
   inner_step apart; entries above the diagonal are multiplied by above. There is room for one
   matrix. */
#define GRAMS(NAME, GIVEN, ROOT_OF, SQUARES_OF) \
void NAME(const GIVEN *x, int64_t count, int64_t step, int64_t inner, int64_t inner_step, \
          int64_t rows, int64_t columns, double above, TYPE *room, double *norm, double *spread, \
          TYPE *out) { \
    const int64_t panels = (columns + SIDE - 1) / SIDE; \
    for (int64_t m = 0; m < count * inner; m++) { \
        const GIVEN *matrix = x + m / inner * step + m % inner * inner_step; \
        const TYPE *begin = out; \
        double scale, root = ROOT_OF(matrix, rows * columns, &scale), squares = 0; \
        const double by = root > 0 ? 1 / root : 0; \
        /* Matrices are multiplied by this, rounded as it is, so that it tells their norms. */ \
        const TYPE factor = (TYPE)by; \
        const int plain = scale == 1 && by < LARGE && by > 1 / LARGE; \
        norm[m] = plain ? 1 / (double)factor : scale * root; \
        TYPE *panel = room; \
        for (int64_t first = 0; first < columns; first += SIDE, panel += rows * SIDE) { \
            const int64_t there = columns - first < SIDE ? columns - first : SIDE; \
            for (int64_t r = 0; r < rows; r++) { \
                const GIVEN *restrict from = matrix + r * columns + first; \
                TYPE *restrict to = panel + r * SIDE; \
                if (there == SIDE && plain) \
                    for (int c = 0; c < SIDE; c++) to[c] = (TYPE)(from[c] * factor); \
                else if (there == SIDE && scale == 1) \
                    for (int c = 0; c < SIDE; c++) to[c] = (TYPE)(from[c] * by); \
                else \
                    for (int c = 0; c < SIDE; c++) \
                        to[c] = c >= there ? 0 : plain ? (TYPE)(from[c] * factor) \
                                               : (TYPE)((double)from[c] / scale * by); \
            } } \
        for (int64_t i = 0; i < panels; i++) { \
            const TYPE *one = room + i * rows * SIDE; \
            if (i % 2 == 0) \
                out = NAMED(on_diagonal)(one, panels - i, rows, (TYPE)above, out, &squares); \
            for (int64_t j = i + 1; j < panels; j++, out += SIDE * SIDE) \
                NAMED(tile)(one, room + j * rows * SIDE, rows, (TYPE)above, out); \
        } \
        /* Entries beside the diagonal stand for two, of above times their size. */ \
        const double every = SQUARES_OF(begin, out - begin, 1); \
        spread[m] = sqrt(squares + 2 / (above * above) * (every - squares)); \
    } }
#if BYTES == 8
GRAMS(grams_of_doubles, double, root_of_doubles, squares_of_doubles)
GRAMS(wide_grams_of_floats, float, root_of_floats, squares_of_doubles)
#else
GRAMS(grams_of_floats, float, root_of_floats, squares_of_floats)
GRAMS(narrow_grams_of_doubles, double, root_of_doubles, squares_of_floats)
#endif

/* The sum of the numbers of a vector, by halves. */
static inline double NAMED(sum)(NAMED(lanes) of)
{
    NAMED(half) halves[2];
    memcpy(halves, &of, sizeof of);
    halves[0] += halves[1];
    NAMED(quarter) quarters[2];
    memcpy(quarters, halves, sizeof halves[0]);
    quarters[0] += quarters[1];
    double total = 0;
    for (int p = 0; p < LANES / 4; p++) total += quarters[0][p];
    return total;
}

/* The scalar products of up to TALL rows with as many others over some entries, added to sums. */
static void NAMED(scalar_products)(const TYPE *left, int64_t high, const TYPE *right, int64_t wide,
                                   int64_t step, int64_t entries, double *out, int64_t columns)
{
    NAMED(lanes) sums[TALL][TALL] = {{{0}}};
    const TYPE *a[TALL], *b[TALL];
    for (int i = 0; i < TALL; i++) {
        a[i] = left + (i < high ? i : high - 1) * step;
        b[i] = right + (i < wide ? i : wide - 1) * step;
    }
    /* Tiles and diagonals fill whole vectors. */
    for (int64_t k = 0; k < entries; k += LANES)
        for (int i = 0; i < TALL; i++)
            for (int j = 0; j < TALL; j++)
                sums[i][j] += *(const NAMED(lanes) *)(a[i] + k) * *(const NAMED(lanes) *)(b[j] + k);
    for (int64_t i = 0; i < high; i++)
        for (int64_t j = 0; j < wide; j++) {
            out[i * columns + j] += NAMED(sum)(sums[i][j]);
        }
}

/* Norms ‖UV‖ of count × rows × columns products, from Gram matrices of rows entries each, the norms
   of both sides and those of their Gram matrices; those of older sides are older_step and their Gram
   matrices older_step × entries apart. Products whose share ⟨UᵀU, VVᵀ⟩ of ‖U‖²‖V‖² is so small a
   part of the norms of both Gram matrices that it has lost digits become −1; returns how many. */
int64_t NAMED(norms_across)(const TYPE *newer, const double *left, const double *left_spread,
                            const TYPE *older, const double *right, const double *right_spread,
                            int64_t older_step, int64_t count, int64_t rows, int64_t columns,
                            int64_t entries, double lost, double *norms)
{
    int64_t found = 0;
    memset(norms, 0, count * rows * columns * sizeof(double));
    for (int64_t n = 0; n < count; n++, newer += rows * entries, older += older_step * entries) {
        double *block = norms + n * rows * columns;
        for (int64_t k = 0; k < entries; k += STRETCH) {
            const int64_t some = entries - k < STRETCH ? entries - k : STRETCH;
            for (int64_t i = 0; i < rows; i += TALL)
                for (int64_t j = 0; j < columns; j += TALL)
                    NAMED(scalar_products)(newer + i * entries + k, rows - i < TALL ? rows - i : TALL,
                                           older + j * entries + k,
                                           columns - j < TALL ? columns - j : TALL, entries, some,
                                           block + i * columns + j, columns);
        }
        for (int64_t i = 0; i < rows; i++) {
            const double by = left[n * rows + i], least = lost * left_spread[n * rows + i];
            const double *restrict sizes = right + n * older_step;
            const double *restrict spreads = right_spread + n * older_step;
            for (int64_t j = 0; j < columns; j++) {
                const double share = block[i * columns + j], size = by * sizes[j];
                const int gone = share < least * spreads[j] && size > 0;
                block[i * columns + j] = gone ? -1 : sqrt(share < 0 ? 0 : share) * size;
                found += gone;
            }
        }
    }
    return found;
}
#undef VECTOR
#undef HIGH
#undef LANES
#undef VECTORS
#undef GRAMS
