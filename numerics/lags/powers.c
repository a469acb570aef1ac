/* Norms of powers of RᵀR, read twice, for TYPE float and double. Each power is the square of the one
   before, which is symmetric: tiles of SIDE × SIDE on and above the diagonal are computed, as
   products of columns, and kept on both sides of it. Matrices are panels of SIDE columns, zeros
   behind their last, and stay in the nearest caches from the first product to the last. */

#if defined(__AVX512F__)
#define VECTOR 64
#define HIGH 8
#else
#define VECTOR 32
#define HIGH 4
#endif
#define LANES (VECTOR / BYTES)
#define VECTORS (SIDE / LANES)
typedef TYPE NAMED(lanes) __attribute__((vector_size(VECTOR), aligned(BYTES)));

/* The tile of the columns of two panels, and its mirror image where that is another. */
static void NAMED(tile)(const TYPE *restrict left, const TYPE *restrict right, int64_t rows,
                        TYPE *restrict out, TYPE *restrict mirrored)
{
    for (int high = 0; high < SIDE; high += HIGH) {
        NAMED(lanes) sums[HIGH][VECTORS];
        const TYPE *from = left + high, *with = right;
        memset(sums, 0, sizeof sums);
        for (int64_t r = 0; r < rows; r++, from += SIDE, with += SIDE) {
            NAMED(lanes) row[VECTORS];
            for (int v = 0; v < VECTORS; v++) row[v] = *(const NAMED(lanes) *)(with + v * LANES);
            for (int i = 0; i < HIGH; i++)
                for (int v = 0; v < VECTORS; v++) sums[i][v] += from[i] * row[v];
        }
        memcpy(out + high * SIDE, sums, sizeof sums);
    }
    if (mirrored)
        for (int i = 0; i < SIDE; i++)
            for (int j = 0; j < SIDE; j++) mirrored[j * SIDE + i] = out[i * SIDE + j];
}

static double NAMED(root)(const TYPE *x, int64_t n)
{
    double part[SIDE] = {0}, total = 0;
    int64_t k = 0;
    for (; k + SIDE <= n; k += SIDE)
        for (int p = 0; p < SIDE; p++) part[p] += (double)x[k + p] * (double)x[k + p];
    for (; k < n; k++) part[0] += (double)x[k] * (double)x[k];
    for (int p = 0; p < SIDE; p++) total += part[p];
    return sqrt(total);
}

/* Of count packed matrices R of n columns: ‖R‖ in scale, and ‖(RᵀR/‖R‖²)^(2^(times − 1))‖ in norm.
   Returns 0; 1 without memory. */
int64_t NAMED(powers)(const TYPE *x, int64_t count, int64_t n, int64_t times, double least,
                      double *scale, double *norm)
{
    const int64_t panels = (n + SIDE - 1) / SIDE, height = panels * SIDE;
    void *memory;
    if (posix_memalign(&memory, 64, 2 * height * height * sizeof(TYPE))) return 1;
    memset(memory, 0, 2 * height * height * sizeof(TYPE));
    for (int64_t m = 0; m < count; m++, x += n * n) {
        TYPE *one = memory, *other = one + height * height;
        scale[m] = NAMED(root)(x, n * n);
        scale[m] = scale[m] < least ? least : scale[m];
        const TYPE by = (TYPE)scale[m];
        memset(one, 0, height * height * sizeof(TYPE));
        for (int64_t r = 0; r < n; r++)
            for (int64_t c = 0; c < n; c++)
                one[(c / SIDE * height + r) * SIDE + c % SIDE] = x[r * n + c] / by;
        for (int64_t k = 0; k < times; k++) {
            for (int64_t j = 0; j < panels; j++)
                for (int64_t i = 0; i <= j; i++)
                    NAMED(tile)(one + i * height * SIDE, one + j * height * SIDE, height,
                                other + (j * height + i * SIDE) * SIDE,
                                i < j ? other + (i * height + j * SIDE) * SIDE : 0);
            TYPE *kept = one;
            one = other;
            other = kept;
        }
        norm[m] = NAMED(root)(one, height * height);
    }
    free(memory);
    return 0;
}
#undef VECTOR
#undef HIGH
#undef LANES
#undef VECTORS
