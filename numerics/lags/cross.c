/* Diagonals of all products across seams, summed by lag as they appear: read twice, for TYPE float
   and double. For one neuron q those of a seam are Σ_p U[i,q,p] V[j,q,p]: columns of a panel of
   LANES suffixes side by side, HIGH prefixes at a time, so that sums stay in registers. */

#if defined(__AVX512F__)
#define VECTOR 64
#define HIGH 8
#else
#define VECTOR 32
#define HIGH 4
#endif
#define LANES (VECTOR / BYTES)
#define WIDE (VECTOR / 8)
typedef TYPE NAMED(lanes) __attribute__((vector_size(VECTOR), aligned(BYTES)));
typedef double NAMED(wide) __attribute__((vector_size(VECTOR), aligned(8)));
typedef int64_t NAMED(bits) __attribute__((vector_size(VECTOR)));

/* Two vectors one number after the other: the first halves of both, then the second halves. */
#if LANES == 16
#define FRONT 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define REAR 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif LANES == 8
#define FRONT 0, 8, 1, 9, 2, 10, 3, 11
#define REAR 4, 12, 5, 13, 6, 14, 7, 15
#else
#define FRONT 0, 4, 1, 5
#define REAR 2, 6, 3, 7
#endif

/* LANES rows of LANES numbers as columns. Laying two halves of the rows into each other turns the
   bits of a number's place by one; after all bits of a row it stands where rows and columns are
   exchanged. */
static void NAMED(turn)(NAMED(lanes) rows[LANES])
{
#ifdef HAS_SHUFFLE
    for (int bit = 1; bit < LANES; bit *= 2) {
        NAMED(lanes) next[LANES];
        for (int r = 0; r < LANES / 2; r++) {
            next[2 * r] = __builtin_shufflevector(rows[r], rows[r + LANES / 2], FRONT);
            next[2 * r + 1] = __builtin_shufflevector(rows[r], rows[r + LANES / 2], REAR);
        }
        memcpy(rows, next, sizeof next);
    }
#else
    for (int r = 0; r < LANES; r++)
        for (int c = 0; c < r; c++) {
            const TYPE kept = rows[r][c];
            rows[r][c] = rows[c][r];
            rows[c][r] = kept;
        }
#endif
}

/* The suffixes of one neuron as panels [p][LANES], zeros behind the last. */
static void NAMED(pack)(const TYPE *suffix, int64_t columns, int64_t step, int64_t width,
                        TYPE *panels)
{
    for (int64_t first = 0; first < columns; first += LANES, panels += width * LANES) {
        const int64_t there = columns - first < LANES ? columns - first : LANES;
        const TYPE *from = suffix + first * step;
        int64_t p = 0;
        for (; p + LANES <= width; p += LANES) {
            NAMED(lanes) block[LANES];
            for (int64_t c = 0; c < LANES; c++)
                block[c] = c < there ? *(const NAMED(lanes) *)(from + c * step + p)
                                     : (NAMED(lanes)){0};
            NAMED(turn)(block);
            memcpy(panels + p * LANES, block, sizeof block);
        }
        for (; p < width; p++)
            for (int64_t c = 0; c < LANES; c++)
                panels[p * LANES + c] = c < there ? from[c * step + p] : 0;
    }
}

/* HIGH prefixes, row after row or the last once more, with the suffixes of some panels. */
#define TILE(NAME, PANELS) \
static void NAMED(NAME)(const TYPE *prefix, int64_t step, int64_t high, int64_t width, \
                        const TYPE *restrict panel, double *restrict out, int64_t out_step) \
{ \
    NAMED(lanes) sums[HIGH][PANELS]; \
    const TYPE *from[HIGH]; \
    memset(sums, 0, sizeof sums); \
    for (int i = 0; i < HIGH; i++) from[i] = prefix + (i < high ? i : high - 1) * step; \
    for (int64_t p = 0; p < width; p++) { \
        NAMED(lanes) row[PANELS]; \
        for (int v = 0; v < PANELS; v++) \
            row[v] = *(const NAMED(lanes) *)(panel + (v * width + p) * LANES); \
        for (int i = 0; i < HIGH; i++) \
            for (int v = 0; v < PANELS; v++) sums[i][v] += from[i][p] * row[v]; \
    } \
    for (int i = 0; i < HIGH; i++) \
        for (int v = 0; v < PANELS; v++) \
            for (int c = 0; c < LANES; c++) out[i * out_step + v * LANES + c] = sums[i][v][c]; \
}
TILE(one_panel, 1)
TILE(two_panels, 2)

/* Adds the diagonals of the neurons first … stop − 1 of count seams. Row i of the prefixes and
   column j of the suffixes have the lag at base − i + j of the sums, where that is not negative.

   prefix, suffix: (count, rows or columns, neuron, width), seams and times prefix_seam, prefix_step
   and so on apart, neurons packed. weights: (count, columns, neuron) or none, suffixes weight_seam
   apart. absolute, plain: (neuron, lags). dense: (count, rows, columns) or none, for the sum of
   magnitudes over neurons. Returns 0; 1 without memory. */
int64_t NAMED(cross)(const TYPE *prefix, int64_t prefix_seam, int64_t prefix_step,
                     const TYPE *suffix, int64_t suffix_seam, int64_t suffix_step,
                     const double *weights, int64_t weight_seam, int64_t weight_step,
                     int64_t count, int64_t rows, int64_t columns, int64_t width, int64_t first,
                     int64_t stop, int64_t base, double *absolute, double *plain, int64_t lags,
                     double *dense)
{
    const int64_t panels = (columns + LANES - 1) / LANES;
    /* A row of values lies between as many zeros as there are rows beside it. */
    const int64_t wide = panels * LANES + 2 * HIGH;
    void *memory;
    if (posix_memalign(&memory, 64, HIGH * wide * sizeof(double)
                                        + panels * LANES * width * sizeof(TYPE)))
        return 1;
    double *values = memory;
    TYPE *packed = (TYPE *)(values + HIGH * wide);
    memset(values, 0, HIGH * wide * sizeof(double));
    /* Neurons of one seam after the other: their rows lie side by side, on the same pages. */
    for (int64_t n = 0; n < count; n++)
        for (int64_t q = first; q < stop; q++) {
            NAMED(pack)(suffix + n * suffix_seam + q * width, columns, suffix_step, width, packed);
            for (int64_t i = 0; i < rows; i += HIGH) {
                const int64_t high = rows - i < HIGH ? rows - i : HIGH;
                const int64_t there = base - i;
                /* Columns before this one are beyond the largest lag for all of these rows. */
                int64_t panel = there < 0 ? -there / LANES : 0;
                if (panel >= panels) break;
                const TYPE *from = prefix + n * prefix_seam + i * prefix_step + q * width;
                const int64_t begin = panel * LANES;
                for (; panel < panels; panel += 2) {
                    double *to = values + HIGH + panel * LANES;
                    const TYPE *with = packed + panel * LANES * width;
                    if (panel + 1 < panels)
                        NAMED(two_panels)(from, prefix_step, high, width, with, to, wide);
                    else
                        NAMED(one_panel)(from, prefix_step, high, width, with, to, wide);
                }
                for (int64_t r = 0; r < HIGH; r++) {
                    double *restrict row = values + r * wide + HIGH;
                    if (r >= high) memset(row, 0, columns * sizeof(double));
                    /* What earlier rows left in front, and what padding may leave behind. */
                    memset(row + begin - HIGH, 0, HIGH * sizeof(double));
                    memset(row + columns, 0, HIGH * sizeof(double));
                    if (weights)
                        for (int64_t j = begin; j < columns; j++)
                            row[j] *= weights[n * weight_seam + j * weight_step + q];
                    if (dense && r < high) {
                        double *restrict d = dense + (n * rows + i + r) * columns;
                        for (int64_t j = begin; j < columns; j++) d[j] += fabs(row[j]);
                    }
                }
                /* Values of one lag stand one place further in each row. */
                int64_t k = begin - HIGH + 1 < -there ? -there : begin - HIGH + 1;
                double *restrict a = absolute + q * lags + there;
                double *restrict s = plain + q * lags + there;
                for (; k + WIDE <= columns; k += WIDE) {
                    NAMED(wide) sum = {0}, size = {0};
                    for (int r = 0; r < HIGH; r++) {
                        const double *from_row = values + r * (wide + 1) + HIGH + k;
                        const NAMED(wide) value = *(const NAMED(wide) *)from_row;
                        sum += value;
                        size += (NAMED(wide))((NAMED(bits))value & INT64_MAX);
                    }
                    *(NAMED(wide) *)(a + k) += size;
                    *(NAMED(wide) *)(s + k) += sum;
                }
                for (; k < columns; k++) {
                    double sum = 0, size = 0;
                    for (int r = 0; r < HIGH; r++) {
                        const double value = values[r * (wide + 1) + HIGH + k];
                        sum += value;
                        size += fabs(value);
                    }
                    a[k] += size;
                    s[k] += sum;
                }
            }
        }
    free(memory);
    return 0;
}
#undef VECTOR
#undef HIGH
#undef LANES
#undef WIDE
#undef FRONT
#undef REAR
#undef TILE
