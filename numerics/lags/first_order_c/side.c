/* One side of a tile: the features of its anchors or of its sources in TYPE, the type of the tiles,
   scaled only where the values lie outside the middle of its range.

   This file, tile.c and pairs.c are compiled once for each TYPE: NAMED puts it into names, BITS is
   an integer as wide. */

typedef TYPE NAMED(narrow) __attribute__((vector_size(8 * sizeof(TYPE))));
typedef BITS NAMED(bits) __attribute__((vector_size(8 * sizeof(TYPE))));

/* Scale `count` values to the type of the tiles. */
static void NAMED(pack)(const lanes *raw, int64_t count, const double *scale, TYPE *out)
{
    for (int64_t i = 0; i < count; i++) {
        const double *from = (const double *)(raw + i);
        for (int w = 0; w < WIDTH; w++) out[i * WIDTH + w] = (TYPE)(from[w] * scale[w]);
    }
}

/* The features of one side in the type of the tiles: for OLDER 0, row `new` of the products of
   factors from … t, t = from … to-1, and else column `previous` of the products of factors to-1 … s,
   s = to-1 … from, times the factor at the source; S values of G and S of C in each row. Return
   whether all are within SPAN, so that they need no scale. */
INLINE int NAMED(build)(const int S, const int OLDER, const work *job, const factors *of, int from,
                        int to, TYPE *out, unsigned *nonzero, lanes *product)
{
    enum { SHIFT = sizeof(TYPE) == 4 ? 23 : 52, BIAS = sizeof(TYPE) == 4 ? 127 : 1023,
           SPAN = sizeof(TYPE) == 4 ? FLOAT_SPAN : DOUBLE_SPAN };
    const BITS mask = (BITS)(((uint64_t)1 << (8 * sizeof(BITS) - 1)) - 1);
    const BITS least = (BITS)(BIAS - SPAN) << SHIFT, most = (BITS)(BIAS + SPAN) << SHIFT;
    NAMED(bits) outside = {0}, seen[2 * MOST_STATES];
    for (int k = 0; k < 2 * S; k++) seen[k] = (NAMED(bits)){0};
    for (int half = 0; half < EIGHTS; half++) {
        eight G[MOST_STATES * MOST_STATES], C[MOST_STATES * MOST_STATES];
        for (int n = 0; n < to - from; n++) {
            const int i = OLDER ? to - 1 - n : from + n;
            const eight *local = (const eight *)(of->local + i * S * S) + half;
            const eight *recurrent = (const eight *)(of->recurrent + i * S * S) + half;
            eight d[MOST_STATES * MOST_STATES], rho[MOST_STATES * MOST_STATES];
            eight g[MOST_STATES * MOST_STATES], c[MOST_STATES * MOST_STATES];
            for (int e = 0; e < S * S; e++) {
                d[e] = local[e * EIGHTS];
                rho[e] = recurrent[e * EIGHTS];
            }
            if (n == 0)
                for (int e = 0; e < S * S; e++) { g[e] = d[e]; c[e] = rho[e]; }
            else if (OLDER)
                dual_product(S, g, c, G, C, d, rho);
            else
                dual_product(S, g, c, d, rho, G, C);
            for (int e = 0; e < S * S; e++) { G[e] = g[e]; C[e] = c[e]; }
            NAMED(narrow) *row = (NAMED(narrow) *)(out + n * 2 * S * WIDTH) + half;
            for (int k = 0; k < S; k++) {
                const int e = S == 1 ? 0 : OLDER ? k * S + (int)job->previous : (int)job->new * S + k;
                eight first = G[e], second = C[e];
                if (OLDER && job->source) {
                    const eight source = ((const eight *)(of->source + i))[half];
                    first *= source;
                    second *= source;
                }
                const NAMED(narrow) left = __builtin_convertvector(first, NAMED(narrow));
                const NAMED(narrow) right = __builtin_convertvector(second, NAMED(narrow));
                row[k * EIGHTS] = left;
                row[(S + k) * EIGHTS] = right;
                const NAMED(bits) a = (NAMED(bits))left & mask, b = (NAMED(bits))right & mask;
                seen[k] |= a;
                seen[S + k] |= b;
                /* A correction far below its G may be lost beside it; without a G it may not. */
                const NAMED(bits) kept = a | (b & (a == 0));
                outside |= (a > most) | (b > most) | ((kept < least) & (kept != 0));
            }
        }
        if (product)
            for (int e = 0; e < S * S; e++) {
                ((eight *)product)[e * EIGHTS + half] = G[e];
                ((eight *)product)[(S * S + e) * EIGHTS + half] = C[e];
            }
    }
    int in_span = 1;
    *nonzero = 0;
    for (int w = 0; w < 8; w++) {
        in_span &= outside[w] == 0;
        for (int k = 0; k < 2 * S; k++) *nonzero |= (unsigned)(seen[k][w] != 0) << k;
    }
    return in_span;
}

static int NAMED(build_side)(int older, const work *job, const factors *of, int from, int to,
                             TYPE *out, unsigned *nonzero, lanes *product)
{
    int in_span;
    if (older)
        FOR_STATES(job->states,
                   in_span = NAMED(build)(S, 1, job, of, from, to, out, nonzero, product))
    else
        FOR_STATES(job->states,
                   in_span = NAMED(build)(S, 0, job, of, from, to, out, nonzero, product))
    return in_span;
}

/* The same, scaled where it must be. */
static void NAMED(prepare)(int older, work *job, const factors *of, int from, int to,
                           TYPE *out, side *about, lanes *product)
{
    const int64_t rows = to - from, features = 2 * job->states;
    double scale[WIDTH];
    memset(about->exponent, 0, sizeof about->exponent);
    about->held = BY_FLOAT;
    if (NAMED(build_side)(older, job, of, from, to, out, &about->nonzero, product)) return;
    build_side_double(older, job, of, from, to, (double *)job->raw, &about->nonzero, product);
    measure(job->raw, rows, (int)job->states, scale, about->exponent, &about->held,
            &about->nonzero);
    job->too_wide |= about->held == BY_NONE;
    NAMED(pack)(job->raw, rows * features, scale, out);
}
