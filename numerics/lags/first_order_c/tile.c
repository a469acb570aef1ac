/* A tile: the products of all pairs of anchors and sources and their sums by lag, in registers of
   TYPE, then added to those of all anchors in double. */

typedef TYPE VECTOR __attribute__((vector_size(REGISTER)));

INLINE VECTOR NAMED(absolute)(VECTOR value)
{
    typedef BITS bits __attribute__((vector_size(REGISTER)));
    const BITS mask = (BITS)(((uint64_t)1 << (8 * sizeof(BITS) - 1)) - 1);
    return (VECTOR)((bits)value & mask);
}

/* Sum |x·y| over all pairs of rows of K features of x and y, by lag: `sums` has 2·count rows, for
   0, 1, … rows of x and y together. Squares of 4×4 rows along one diagonal of the tile share seven
   lags, which stay in registers. */
INLINE void NAMED(tile)(const int K, const int SIGNED, const TYPE *x, const TYPE *y, int64_t count,
                        int64_t lags, TYPE *sums, TYPE *plain_sums)
{
    enum { PART = REGISTER / sizeof(TYPE), PARTS = WIDTH / PART, HELD = 4 };
    const int64_t squares = count / 4;
    const int stride = K * PARTS;
    for (int part = 0; part < PARTS; part++) {
        VECTOR *to = (VECTOR *)sums + part, *plain_to = (VECTOR *)plain_sums + part;
        for (int m = 0; m < 3; m++) {
            to[m * PARTS] = (VECTOR){0};
            if (SIGNED) plain_to[m * PARTS] = (VECTOR){0};
        }
        for (int64_t group = 0; group < 2 * squares - 1 && 4 * group < lags; group++) {
            VECTOR sum[7] = {{0}}, plain[7] = {{0}};
            const int64_t low = group < squares ? 0 : group - squares + 1;
            const int64_t high = group < squares ? group : squares - 1;
            const VECTOR *xs = (const VECTOR *)x + low * 4 * stride + part;
            const VECTOR *ys = (const VECTOR *)y + (group - low) * 4 * stride + part;
            for (int64_t square = low; square <= high; square++) {
                VECTOR part_sum[4], part_plain[4], held[4][HELD];
#pragma GCC unroll 4
                for (int j = 0; j < 4; j++)
#pragma GCC unroll 4
                    for (int k = 0; k < K && k < HELD; k++) {
                        held[j][k] = ys[j * stride + k * PARTS];
                        IN_REGISTER(held[j][k]);
                    }
#pragma GCC unroll 4
                for (int i = 0; i < 4; i++) {
                    VECTOR value[4], left = xs[i * stride];
                    IN_REGISTER(left);
#pragma GCC unroll 4
                    for (int j = 0; j < 4; j++) value[j] = left * held[j][0];
#pragma GCC unroll 4
                    for (int k = 1; k < K; k++) {
                        left = xs[i * stride + k * PARTS];
                        IN_REGISTER(left);
#pragma GCC unroll 4
                        for (int j = 0; j < 4; j++)
                            value[j] += left * (k < HELD ? held[j][k] : ys[j * stride + k * PARTS]);
                    }
                    /* The sums of the square first, then those of the diagonal: short chains. */
#pragma GCC unroll 4
                    for (int j = 0; j < 4; j++) {
                        const VECTOR size = NAMED(absolute)(value[j]);
                        part_sum[j] = i == 0 || j == 3 ? size : part_sum[j + 1] + size;
                        if (SIGNED)
                            part_plain[j] =
                                i == 0 || j == 3 ? value[j] : part_plain[j + 1] + value[j];
                    }
                    sum[i] += part_sum[0];
                    if (SIGNED) plain[i] += part_plain[0];
                }
#pragma GCC unroll 4
                for (int j = 1; j < 4; j++) {
                    sum[3 + j] += part_sum[j];
                    if (SIGNED) plain[3 + j] += part_plain[j];
                }
                xs += 4 * stride;
                ys -= 4 * stride;
            }
            /* The last three lags of this diagonal are the first of the next one. */
#pragma GCC unroll 7
            for (int m = 0; m < 7; m++) {
                to[m * PARTS] = m < 3 ? to[m * PARTS] + sum[m] : sum[m];
                if (SIGNED) plain_to[m * PARTS] = m < 3 ? plain_to[m * PARTS] + plain[m] : plain[m];
            }
            to += 4 * PARTS;
            plain_to += 4 * PARTS;
        }
    }
}

/* Add the sums of a tile to those of all anchors, scaled back. */
static void NAMED(add_lags)(const TYPE *restrict sums, int64_t lags, const double *restrict start,
                            const double *restrict step, double *restrict to)
{
    const double lower = power_of_two(-LIFT);
    for (int w = 0; w < WIDTH; w += 8) {
        eight scale, factor;
        memcpy(&scale, start + w, sizeof scale);
        memcpy(&factor, step + w, sizeof factor);
        for (int64_t lag = 0; lag < lags; lag++) {
            const NAMED(narrow) sum = *(const NAMED(narrow) *)(sums + lag * WIDTH + w);
            *(eight *)(to + lag * WIDTH + w) += scale * (__builtin_convertvector(sum, eight) * lower);
            scale *= factor;
        }
    }
}

static void NAMED(add_tile)(int K, int with_sign, const TYPE *x, const TYPE *y, int64_t count,
                            int64_t lags, const double *start, const double *step,
                            void *const *room, double *absolute, double *plain)
{
    TYPE *sums = room[0], *plain_sums = room[1];
    if (lags > 2 * count - 1) lags = 2 * count - 1;
#define TILE(K, SIGNED) NAMED(tile)(K, SIGNED, x, y, count, lags, sums, plain_sums)
    if (with_sign)
        switch (K) {
        case 1: TILE(1, 1); break;
        case 2: TILE(2, 1); break;
        default: TILE(K, 1); break;
        }
    else
        switch (K) {
        case 1: TILE(1, 0); break;
        case 2: TILE(2, 0); break;
        case 3: TILE(3, 0); break;
        case 4: TILE(4, 0); break;
        default: TILE(K, 0); break;
        }
#undef TILE
    NAMED(add_lags)(sums, lags, start, step, absolute);
    if (with_sign) NAMED(add_lags)(plain_sums, lags, start, step, plain);
}
