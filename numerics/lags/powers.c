/* Norms of powers of RᵀR, read twice, for TYPE float and double. Each power is the square of the one
   before, which is symmetric: tiles of SIDE × SIDE on and above the diagonal are computed, as
   products of columns, and kept on both sides of it. Matrices are panels of SIDE columns, zeros
   behind their last, and stay in the nearest caches from the first product to the last. Columns of
   zeros, as of states that no map reads, are left out: RᵀR has nothing but zeros there. */

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
    const int64_t most = (n + SIDE - 1) / SIDE * SIDE, area = most * most;
    void *memory;
    if (posix_memalign(&memory, 64, (2 * area + n) * sizeof(TYPE) + n * sizeof(int64_t))) return 1;
    int64_t *place = (int64_t *)((TYPE *)memory + 2 * area);
    TYPE *sizes = (TYPE *)(place + n);
    memset(memory, 0, 2 * area * sizeof(TYPE));
    for (int64_t m = 0; m < count; m++, x += n * n) {
        TYPE *one = memory, *other = one + area;
        int64_t there = 0;
        memset(sizes, 0, n * sizeof(TYPE));
        for (int64_t r = 0; r < n; r++)
            for (int64_t c = 0; c < n; c++) sizes[c] += (TYPE)fabs((double)x[r * n + c]);
        for (int64_t c = 0; c < n; c++)
            if (sizes[c] != 0) place[there++] = c;
        const int64_t panels = (there + SIDE - 1) / SIDE;
        int64_t height = most;
        scale[m] = NAMED(root)(x, n * n);
        scale[m] = scale[m] < least ? least : scale[m];
        const TYPE by = (TYPE)scale[m];
        memset(one, 0, area * sizeof(TYPE));
        for (int64_t c = 0; c < there; c += SIDE, one += height * SIDE) {
            const int64_t wide = there - c < SIDE ? there - c : SIDE;
            /* Side by side, as most are. */
            const int beside = wide == SIDE && place[c + SIDE - 1] == place[c] + SIDE - 1;
            for (int64_t r = 0; r < n; r++) {
                const TYPE *restrict row = x + r * n;
                if (beside)
                    for (int k = 0; k < SIDE; k++) one[r * SIDE + k] = row[place[c] + k] / by;
                else
                    for (int k = 0; k < wide; k++) one[r * SIDE + k] = row[place[c + k]] / by;
            }
        }
        one = memory;
        for (int64_t k = 0; k < times; k++) {
            const int64_t next = panels * SIDE;
            for (int64_t j = 0; j < panels; j++)
                for (int64_t i = 0; i <= j; i++)
                    NAMED(tile)(one + i * height * SIDE, one + j * height * SIDE, height,
                                other + (j * next + i * SIDE) * SIDE,
                                i < j ? other + (i * next + j * SIDE) * SIDE : 0);
            TYPE *kept = one;
            one = other;
            other = kept;
            height = next;
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
