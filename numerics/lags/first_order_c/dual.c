/* Dual blocks G + εC in double: their products, the scale that brings the largest value to 1, and
   the block between the two sides of a tile, which takes in one older block after the other. */

/* The exponent of zero, and the least of any. */
enum { NOTHING = -(1 << 24) };

/* Dual S×S products (G + εC) = (LG + εLC)(RG + εRC). */
INLINE void dual_product(const int S, eight *G, eight *C, const eight *LG, const eight *LC,
                         const eight *RG, const eight *RC)
{
    for (int a = 0; a < S; a++)
        for (int c = 0; c < S; c++) {
            eight g = LG[a * S] * RG[c];
            eight h = LC[a * S] * RG[c] + LG[a * S] * RC[c];
            for (int b = 1; b < S; b++) {
                g += LG[a * S + b] * RG[b * S + c];
                h += LC[a * S + b] * RG[b * S + c] + LG[a * S + b] * RC[b * S + c];
            }
            G[a * S + c] = g;
            C[a * S + c] = h;
        }
}

/* Find the exponents of the largest values of `count` rows of 2·half features, by what they are held
   once scaled, and which features are not zero. A correction C much smaller than its G is left out
   of the second question: what it loses is lost beside G. */
INLINE void measure(const lanes *raw, int64_t count, const int half, double *scale,
                    int32_t *exponent, held *by, unsigned *nonzero)
{
    double top[WIDTH] = {0}, low[WIDTH];
    for (int w = 0; w < WIDTH; w++) low[w] = __builtin_inf();
    *nonzero = 0;
    for (int k = 0; k < half; k++) {
        double g_top[WIDTH] = {0}, c_top[WIDTH] = {0};
        for (int64_t i = 0; i < count; i++) {
            const double *G = (const double *)(raw + i * 2 * half + k);
            const double *C = (const double *)(raw + i * 2 * half + half + k);
            for (int w = 0; w < WIDTH; w++) {
                const double g = __builtin_fabs(G[w]), c = __builtin_fabs(C[w]);
                g_top[w] = g > g_top[w] ? g : g_top[w];
                c_top[w] = c > c_top[w] ? c : c_top[w];
                const double kept = g > 0 ? g : c > 0 ? c : __builtin_inf();
                low[w] = kept < low[w] ? kept : low[w];
            }
        }
        int g_seen = 0, c_seen = 0;
        for (int w = 0; w < WIDTH; w++) {
            g_seen |= g_top[w] > 0;
            c_seen |= c_top[w] > 0;
            const double larger = g_top[w] > c_top[w] ? g_top[w] : c_top[w];
            top[w] = larger > top[w] ? larger : top[w];
        }
        *nonzero |= (unsigned)g_seen << k | (unsigned)c_seen << (half + k);
    }
    *by = BY_FLOAT;
    for (int w = 0; w < WIDTH; w++) {
        exponent[w] = top[w] > 0 ? stored_exponent(top[w]) : NOTHING;
        scale[w] = top[w] > 0 ? power_of_two(exponent[w] > 1022 ? -1022 : -exponent[w]) : 0.0;
        const held here = low[w] >= 0x1p-33 * top[w]    ? BY_FLOAT
                          : low[w] >= 0x1p-330 * top[w] ? BY_DOUBLE
                                                        : BY_NONE;
        *by = here < *by ? here : *by;
    }
}

/* A dual S×S block between the sides of a tile, scaled to largest value 1. */
typedef struct {
    lanes value[2 * MOST_STATES * MOST_STATES];
    int32_t exponent[WIDTH];
    held held;
    int empty;
    unsigned nonzero[2];   /* bit e: entry e of G, of C */
} between;

static void scale_between(int64_t states, between *of)
{
    const int64_t entries = states * states;
    double scale[WIDTH];
    int32_t exponent[WIDTH];
    unsigned nonzero;
    measure(of->value, 1, (int)entries, scale, exponent, &of->held, &nonzero);
    for (int64_t e = 0; e < 2 * entries; e++)
        for (int w = 0; w < WIDTH; w++) of->value[e][w] *= scale[w];
    for (int w = 0; w < WIDTH; w++)
        of->exponent[w] = of->exponent[w] + exponent[w] < NOTHING ? NOTHING
                                                                 : of->exponent[w] + exponent[w];
    of->nonzero[0] = nonzero & ((1u << entries) - 1);
    of->nonzero[1] = nonzero >> entries;
    of->empty = !nonzero;
}

/* Take in the product of the next older block. */
static void extend_between(int64_t states, between *of, const block *next)
{
    const int64_t entries = states * states;
    for (int half = 0; half < EIGHTS; half++) {
        eight value[2][2 * MOST_STATES * MOST_STATES], G[MOST_STATES * MOST_STATES];
        eight C[MOST_STATES * MOST_STATES];
        for (int e = 0; e < 2 * entries; e++) {
            value[0][e] = ((const eight *)of->value)[e * EIGHTS + half];
            value[1][e] = ((const eight *)next->product)[e * EIGHTS + half];
        }
        FOR_STATES(states, dual_product(S, G, C, value[0], value[0] + S * S, value[1],
                                        value[1] + S * S))
        for (int e = 0; e < entries; e++) {
            ((eight *)of->value)[e * EIGHTS + half] = G[e];
            ((eight *)of->value)[(entries + e) * EIGHTS + half] = C[e];
        }
    }
    for (int w = 0; w < WIDTH; w++) of->exponent[w] += next->product_exponent[w];
    scale_between(states, of);
}
