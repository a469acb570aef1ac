/* First-order rates of every anchor at every lag, by midpoint splitting of dual numbers.

   The product of lag l that ends at anchor t is cut at a block boundary m <= t: U holds the factors
   newer than m and V the older ones. With U = (G, C) and V = (G', C') as dual numbers

       mu = (G + C) G' + G C',

   so row `new` of U and column `previous` of V are two short lists of features, computed once for
   each anchor and once for each source, and every pair costs one product for each feature that is
   not zero throughout, an absolute value and a sum: no division, no chain of dependent operations.
   Blocks are computed in double. A lane is one neuron of one sequence; the sums of a lag stay in
   their lanes until a tile is done and are then added in double.

   For float input the pairs are computed in float. All factors of a lane are multiplied by a power
   of two^(1/8), its tilt, so that products over a block stay near 1, and a product of l factors is
   divided by the l-th power of the tilt when it is added. Where a block leaves the middle of the
   range of floats all the same, it is scaled lane by lane to largest value 1; where its own values
   lie too far apart for that, its pairs are computed in double, and where they lie too far apart
   for doubles, the recurrence is run for every anchor of these lanes.

   This text is compiled once for each TYPE (NAMED puts it into names, BITS is an integer as wide),
   then once more with ENTRY defined. */

#ifndef LONGLAG_FIRST_ORDER
#define LONGLAG_FIRST_ORDER
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

enum { WIDTH = 16, BLOCK = 64, BASE = 8, MOST_STATES = 3, MOST_FEATURES = 2 * MOST_STATES };
enum { NOTHING = -(1 << 24), LARGEST_TILT = 100 };
#define INLINE static inline __attribute__((always_inline))
/* Values of a block within 2^±SPAN need no scale. Three such factors stay normal floats, and what is
   lost of a sum of their products is below 2^-24 of it. */
enum { FLOAT_SPAN = 33, DOUBLE_SPAN = 66, TILT_STEPS = 8 };
/* Sums of a tile are lowered by 2^LIFT and their scales lifted, which would else be 0 too early. */
enum { LIFT = 140 };

typedef double lanes __attribute__((vector_size(WIDTH * sizeof(double))));
typedef double eight __attribute__((vector_size(64)));
enum { EIGHTS = WIDTH / 8 };

/* Whether products of three values, each divided by the largest of its kind, can be held. */
typedef enum { BY_NONE, BY_DOUBLE, BY_FLOAT } held;

/* What was multiplied out of the features of one side of a tile: 2^exponent; by what the rest can be
   held; and which features, by bit, are not zero throughout. */
typedef struct {
    int32_t exponent[WIDTH];
    held held;
    unsigned nonzero;
} side;

/* What is kept of a block of sources beside its features. */
typedef struct {
    lanes product[2 * MOST_STATES * MOST_STATES];
    int32_t product_exponent[WIDTH];
    side columns;
} block;

/* The factors of one block of steps, and the factor at their sources. */
typedef struct {
    lanes *local, *recurrent, *source;
} factors;

typedef struct {
    const void *local, *recurrent, *source;
    int64_t single, steps, rows, width, states, new, previous, max_lag, kinds;
    int64_t row, first, count;   /* the lanes in work: neurons first … of sequence row */
    int32_t tilt[WIDTH];              /* in steps of 1 / TILT_STEPS of a binary place */
    double near_scale[BASE][WIDTH];   /* what undoes the tilt at lags 1 … BASE */
    int finite, too_wide;             /* too_wide: blocks were met that are held by none */
    /* All memory beyond the arguments and results, laid out by `lay_out`. */
    factors near, far;           /* the newer block in work, and an older one read again */
    lanes *raw;                  /* features before they are scaled */
    void *newer, *newer_again, *older;   /* features of the sides in work */
    void *carried, *dense[2];    /* rows carried across blocks; features that are not zero */
    void *tile_sums[2];
    block *blocks;               /* the blocks of sources within reach, and their features */
    char *kept_columns;
    double *sums[4];             /* |mu|, mu, |G|, G: max_lag × WIDTH each */
} work;

/* Bytes of the registers that tiles are computed in. */
#if defined(__AVX512F__)
#define REGISTER 64
#elif defined(__AVX__)
#define REGISTER 32
#else
#define REGISTER 16
#endif

/* Without this the compiler reads a value again for every use, and reading becomes the limit. */
#if defined(__x86_64__) && defined(__AVX512F__)
#define IN_REGISTER(value) __asm__("" : "+v"(value))
#else
#define IN_REGISTER(value) ((void)0)
#endif

INLINE double power_of_two(int64_t exponent)
{
    if (exponent < -1022) return 0.0;
    if (exponent > 1023) return __builtin_inf();
    uint64_t bits = (uint64_t)(exponent + 1023) << 52;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* 2^(exponent + eighths / TILT_STEPS) */
INLINE double power_of_tilt(int64_t exponent, int64_t eighths)
{
    static const double root[TILT_STEPS] = {
        1.0, 1.0905077326652577, 1.1892071150027210, 1.2968395546510096,
        1.4142135623730951, 1.5422108254079407, 1.6817928305074290, 1.8340080864093424};
    const int64_t rest = (eighths % TILT_STEPS + TILT_STEPS) % TILT_STEPS;
    return power_of_two(exponent + (eighths - rest) / TILT_STEPS) * root[rest];
}

/* The exponent of a positive double, as stored. */
INLINE int32_t stored_exponent(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (int32_t)(bits >> 52 & 0x7ff) - 1023;
}

/* Lanes 8·half … 8·half+7 of values from `index` on, 1 beyond `count`: there nothing is read off. */
INLINE eight load_eight(const void *from, int64_t single, int64_t index, int64_t count, int half)
{
    typedef float floats __attribute__((vector_size(32), aligned(4)));
    typedef double doubles __attribute__((vector_size(64), aligned(8)));
    index += 8 * half;
    count -= 8 * half;
    if (count >= 8)
        return single ? __builtin_convertvector(*(const floats *)((const float *)from + index), eight)
                      : (eight)*(const doubles *)((const double *)from + index);
    eight value = {1, 1, 1, 1, 1, 1, 1, 1};
    for (int w = 0; w < count; w++)
        value[w] = single ? ((const float *)from)[index + w] : ((const double *)from)[index + w];
    return value;
}

/* Read the tilted factors of block `number`; the first block starts with factors 0 if the steps
   do not fill it, so that no product reaches across the beginning. */
static void load_block(work *job, int64_t number, factors *to)
{
    const int64_t entries = job->states * job->states;
    const int64_t blocks = (job->steps + BLOCK - 1) / BLOCK;
    const int64_t line = job->rows * entries * job->width * (job->single ? 4 : 8);
    for (int half = 0; half < EIGHTS; half++) {
        eight tilt, check = {0};
        for (int w = 0; w < 8; w++) tilt[w] = power_of_tilt(0, job->tilt[8 * half + w]);
        for (int64_t i = 0; i < BLOCK; i++) {
            const int64_t time = number * BLOCK + i - (blocks * BLOCK - job->steps);
            eight *local = (eight *)(to->local + i * entries) + half;
            eight *recurrent = (eight *)(to->recurrent + i * entries) + half;
            eight *source = (eight *)(to->source + i) + half;
            const int64_t place = time * job->rows + job->row;
            for (int64_t e = 0; e < entries; e++) {
                if (time < 0) {
                    local[e * EIGHTS] = recurrent[e * EIGHTS] = (eight){0};
                    continue;
                }
                const int64_t index = (place * entries + e) * job->width + job->first;
                eight d = load_eight(job->local, job->single, index, job->count, half);
                eight rho = load_eight(job->recurrent, job->single, index, job->count, half);
                if (half == 0 && time + BLOCK < job->steps) {
                    /* The rows of steps lie on different pages: nothing else fetches them ahead. */
                    const int64_t bytes = index * (job->single ? 4 : 8) + BLOCK * line;
                    __builtin_prefetch((const char *)job->local + bytes);
                    __builtin_prefetch((const char *)job->recurrent + bytes);
                }
                check += d * 0.0 + rho * 0.0;
                local[e * EIGHTS] = d * tilt;
                recurrent[e * EIGHTS] = rho * tilt;
            }
            if (job->source) {
                *source = (eight){0};
                if (time < 0) continue;
                const int64_t index = place * job->width + job->first;
                *source = load_eight(job->source, job->single, index, job->count, half);
                check += *source * 0.0;
            }
        }
        for (int w = 0; w < 8; w++) if (check[w] != 0) job->finite = 0;
    }
}

/* Choose the tilts: the mean of log2 of the norm of local factors (their largest sum of a row), as a
   sample of steps has it. */
static void choose_tilts(work *job)
{
    typedef int64_t bits __attribute__((vector_size(64)));
    const int64_t S = job->states, stride = 1 + job->steps / 128;
    for (int half = 0; half < EIGHTS; half++) {
        eight sum = {0}, seen = {0};
        for (int64_t time = 0; time < job->steps; time += stride) {
            eight norm = {0};
            for (int64_t a = 0; a < S; a++) {
                eight row = {0};
                for (int64_t b = 0; b < S; b++) {
                    const int64_t entry = ((time * job->rows + job->row) * S + a) * S + b;
                    const eight d = load_eight(job->local, job->single,
                                               entry * job->width + job->first, job->count, half);
                    row += (eight)((bits)d & INT64_MAX);
                }
                const bits larger = row > norm;
                norm = (eight)(((bits)row & larger) | ((bits)norm & ~larger));
            }
            /* The bits of a double as an integer are its logarithm, piecewise linear. */
            const eight logarithm = __builtin_convertvector((bits)norm, eight) * 0x1p-52 - 1023;
            const bits some = norm > 0;
            sum += (eight)((bits)logarithm & some);
            seen -= __builtin_convertvector(some, eight);
        }
        for (int w = 0; w < 8; w++) {
            double mean = seen[w] > 0 ? sum[w] / seen[w] : 0.0;
            /* Never down: then nothing is lost that is not lost without a tilt. */
            mean = mean > 0 ? 0 : mean < -LARGEST_TILT ? -LARGEST_TILT : mean;
            /* Whole binary places change no digit; float input affords the last digits of doubles. */
            const double steps = job->single ? mean * TILT_STEPS : mean;
            const int32_t nearest = (int32_t)(steps - 0.5);
            const int32_t tilt = -(job->single ? nearest : nearest * TILT_STEPS);
            job->tilt[8 * half + w] = tilt;
            for (int back = 0; back < BASE; back++)
                job->near_scale[back][8 * half + w] = power_of_tilt(0, -(int64_t)tilt * (back + 1));
        }
    }
}

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

/* Lags up to BASE within one small block, by the recurrence itself: its anchors side by side, so
   that their chains of operations overlap. */
INLINE void near_lags(const int S, const int ALL, work *job, const factors *of, int from)
{
    typedef double part __attribute__((vector_size(64)));
    typedef int64_t bits __attribute__((vector_size(64)));
    enum { PARTS = sizeof(lanes) / sizeof(part), PART = WIDTH / PARTS };
    const int64_t lags = job->max_lag < BASE ? job->max_lag : BASE;
    for (int p = 0; p < PARTS; p++) {
        part G[BASE][MOST_STATES], C[BASE][MOST_STATES], sums[4];
        const part *local = (const part *)(of->local + from * S * S) + p;
        const part *recurrent = (const part *)(of->recurrent + from * S * S) + p;
        const part *source = (const part *)(of->source + from) + p;
        for (int back = 0; back < BASE; back++) {
            if (back >= lags) break;
            memset(sums, 0, sizeof sums);
            for (int i = back; i < BASE; i++) {
                const part *d = local + (i - back) * S * S * PARTS;
                const part *rho = recurrent + (i - back) * S * S * PARTS;
                part g[MOST_STATES], c[MOST_STATES];
                for (int k = 0; k < S; k++) {
                    if (back == 0) {
                        g[k] = d[(job->new * S + k) * PARTS];
                        c[k] = rho[(job->new * S + k) * PARTS];
                        continue;
                    }
                    g[k] = G[i][0] * d[k * PARTS];
                    c[k] = C[i][0] * d[k * PARTS] + G[i][0] * rho[k * PARTS];
                    for (int b = 1; b < S; b++) {
                        g[k] += G[i][b] * d[(b * S + k) * PARTS];
                        c[k] += C[i][b] * d[(b * S + k) * PARTS] + G[i][b] * rho[(b * S + k) * PARTS];
                    }
                }
                for (int k = 0; k < S; k++) { G[i][k] = g[k]; C[i][k] = c[k]; }
                part zeroth = S == 1 ? g[0] : g[job->previous];
                part first = zeroth + (S == 1 ? c[0] : c[job->previous]);
                if (job->source) {
                    zeroth *= source[(i - back) * PARTS];
                    first *= source[(i - back) * PARTS];
                }
                sums[0] += (part)((bits)first & INT64_MAX);
                if (ALL) {
                    sums[1] += first;
                    sums[2] += (part)((bits)zeroth & INT64_MAX);
                    sums[3] += zeroth;
                }
            }
            for (int kind = 0; kind < (ALL ? 4 : 1); kind++)
                for (int w = 0; w < PART; w++)
                    job->sums[kind][back * WIDTH + p * PART + w] +=
                        sums[kind][w] * job->near_scale[back][p * PART + w];
        }
    }
}

/* One function for each usual number of states, so that products of blocks are unrolled. */
#define FOR_STATES(states, call) \
    switch (states) { \
    case 1: { const int S = 1; call; break; } \
    case 2: { const int S = 2; call; break; } \
    default: { const int S = 3; call; break; } \
    }

static void add_near_lags(work *job, const factors *of, int from)
{
    if (job->kinds > 1) FOR_STATES(job->states, near_lags(S, 1, job, of, from))
    else FOR_STATES(job->states, near_lags(S, 0, job, of, from))
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
#endif

#ifndef ENTRY
#define VECTOR NAMED(vector)
typedef TYPE VECTOR __attribute__((vector_size(REGISTER)));

/* Scale `count` values to the type of the tiles. */
static void NAMED(pack)(const lanes *raw, int64_t count, const double *scale, TYPE *out)
{
    for (int64_t i = 0; i < count; i++) {
        const double *from = (const double *)(raw + i);
        for (int w = 0; w < WIDTH; w++) out[i * WIDTH + w] = (TYPE)(from[w] * scale[w]);
    }
}

INLINE VECTOR NAMED(absolute)(VECTOR value)
{
    typedef BITS bits __attribute__((vector_size(REGISTER)));
    const BITS mask = (BITS)(((uint64_t)1 << (8 * sizeof(BITS) - 1)) - 1);
    return (VECTOR)((bits)value & mask);
}

typedef TYPE NAMED(narrow) __attribute__((vector_size(8 * sizeof(TYPE))));
typedef BITS NAMED(bits) __attribute__((vector_size(8 * sizeof(TYPE))));

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

/* Rows of U times the block between: S values of G + C and S of G for each row. */
INLINE void NAMED(carry_rows)(const int S, const TYPE *rows, int64_t count, const TYPE *P,
                              TYPE *out)
{
    enum { PARTS = WIDTH * sizeof(TYPE) / REGISTER, PART = WIDTH / PARTS };
    for (int part = 0; part < PARTS; part++)
        for (int64_t i = 0; i < count; i++)
            for (int k = 0; k < S; k++) {
                const VECTOR *row = (const VECTOR *)(rows + i * 2 * S * WIDTH + part * PART);
                VECTOR g, c;
                if (!P) {
                    g = row[k * PARTS];
                    c = row[(S + k) * PARTS];
                } else {
                    const VECTOR *block = (const VECTOR *)(P + part * PART);
                    g = row[0] * block[k * PARTS];
                    c = row[S * PARTS] * block[k * PARTS] + row[0] * block[(S * S + k) * PARTS];
                    for (int b = 1; b < S; b++) {
                        g += row[b * PARTS] * block[(b * S + k) * PARTS];
                        c += row[(S + b) * PARTS] * block[(b * S + k) * PARTS]
                             + row[b * PARTS] * block[(S * S + b * S + k) * PARTS];
                    }
                }
                VECTOR *to = (VECTOR *)(out + i * 2 * S * WIDTH + part * PART);
                to[k * PARTS] = g + c;
                to[(S + k) * PARTS] = g;
            }
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

/* Put the named features of every row side by side; return where they are. */
static const TYPE *NAMED(gather)(const TYPE *rows, int64_t count, int from, const int *feature,
                                 int to, TYPE *out)
{
    if (from == to) return rows;
    for (int64_t i = 0; i < count; i++)
        for (int k = 0; k < to; k++)
            memcpy(out + (i * to + k) * WIDTH, rows + (i * from + feature[k]) * WIDTH,
                   WIDTH * sizeof(TYPE));
    return out;
}

/* Add all pairs of the anchors of `rows` and the sources of `columns`. */
static void NAMED(add_pairs)(work *job, const TYPE *rows, const side *of_rows,
                             const between *middle, const TYPE *columns, const side *of_columns,
                             int64_t count, int64_t first_lag)
{
    const int S = (int)job->states;
    double start[WIDTH], step[WIDTH];
    int alive = 0;
    for (int w = 0; w < WIDTH; w++) {
        int64_t exponent = (int64_t)of_rows->exponent[w] + of_columns->exponent[w];
        if (middle) exponent += middle->exponent[w];
        const int64_t tilt = job->tilt[w], span = 2 * (count - 1) * tilt / TILT_STEPS;
        const int64_t first = exponent - first_lag * tilt / TILT_STEPS;
        alive |= (span < 0 ? first - span : first) >= -1022 - LIFT;
        start[w] = power_of_tilt(exponent + LIFT, -first_lag * tilt);
        step[w] = power_of_tilt(0, -tilt);
    }
    if (!alive) return;

    unsigned g_rows = of_rows->nonzero & ((1u << S) - 1), c_rows = of_rows->nonzero >> S;
    const unsigned columns_nonzero = of_columns->nonzero;
    if (middle) {
        unsigned g = 0, c = 0;
        for (int b = 0; b < S; b++)
            for (int k = 0; k < S; k++) {
                const unsigned g_b = g_rows >> b & 1, c_b = c_rows >> b & 1;
                const unsigned g_p = middle->nonzero[0] >> (b * S + k) & 1;
                const unsigned c_p = middle->nonzero[1] >> (b * S + k) & 1;
                g |= (g_b & g_p) << k;
                c |= ((c_b & g_p) | (g_b & c_p)) << k;
            }
        g_rows = g;
        c_rows = c;
    }
    TYPE *carried = job->carried;
    TYPE P[2 * MOST_STATES * MOST_STATES * WIDTH] __attribute__((aligned(128)));
    double one[WIDTH];
    for (int w = 0; w < WIDTH; w++) one[w] = 1.0;
    if (middle) NAMED(pack)(middle->value, 2 * S * S, one, P);
    FOR_STATES(job->states, NAMED(carry_rows)(S, rows, count, middle ? P : 0, carried))

    const int64_t lags = job->max_lag - first_lag + 1, place = (first_lag - 1) * WIDTH;
    for (int zeroth = 0; zeroth < (job->kinds > 1 ? 2 : 1); zeroth++) {
        int x[MOST_FEATURES], y[MOST_FEATURES], K = 0;
        for (int k = 0; k < S; k++) {
            if ((zeroth ? g_rows : g_rows | c_rows) >> k & columns_nonzero >> k & 1) {
                x[K] = zeroth ? S + k : k;
                y[K++] = k;
            }
            if (!zeroth && g_rows >> k & columns_nonzero >> (S + k) & 1) {
                x[K] = S + k;
                y[K++] = S + k;
            }
        }
        if (K)
            NAMED(add_tile)(K, job->kinds > 1,
                            NAMED(gather)(carried, count, 2 * S, x, K, job->dense[0]),
                            NAMED(gather)(columns, count, 2 * S, y, K, job->dense[1]), count, lags,
                            start, step, job->tile_sums, job->sums[2 * zeroth] + place,
                            job->kinds > 1 ? job->sums[2 * zeroth + 1] + place : 0);
    }
}

#undef VECTOR
#else

static int64_t kept_blocks(int64_t steps, int64_t max_lag)
{
    const int64_t all = (steps + BLOCK - 1) / BLOCK, reached = (max_lag + BLOCK - 2) / BLOCK + 1;
    return all < reached ? all : reached;
}

/* The bytes of the features of one block of sources. */
static int64_t column_bytes(const work *job)
{
    return BLOCK * 2 * job->states * WIDTH * (job->single ? sizeof(float) : sizeof(double));
}

static void *take(char *memory, int64_t *used, int64_t bytes)
{
    void *place = memory ? memory + *used : 0;
    *used += (bytes + 127) / 128 * 128;
    return place;
}

/* Put everything the job needs into one piece of memory; without one, only count. */
static int64_t lay_out(work *job, char *memory)
{
    const int64_t entries = BLOCK * job->states * job->states * sizeof(lanes);
    const int64_t features = BLOCK * 2 * job->states * sizeof(lanes);
    const int64_t kept = kept_blocks(job->steps, job->max_lag);
    int64_t used = 0;
    factors *both[2] = {&job->near, &job->far};
    for (int i = 0; i < 2; i++) {
        both[i]->local = take(memory, &used, entries);
        both[i]->recurrent = take(memory, &used, entries);
        both[i]->source = take(memory, &used, BLOCK * sizeof(lanes));
    }
    job->raw = take(memory, &used, features);
    job->newer = take(memory, &used, features);
    job->newer_again = take(memory, &used, features);
    job->older = take(memory, &used, features);
    job->carried = take(memory, &used, features);
    for (int i = 0; i < 2; i++) {
        job->dense[i] = take(memory, &used, features);
        job->tile_sums[i] =
            take(memory, &used, i && job->kinds == 1 ? 0 : 2 * BLOCK * sizeof(lanes));
    }
    job->blocks = take(memory, &used, kept * sizeof(block));
    job->kept_columns = take(memory, &used, kept * column_bytes(job));
    for (int64_t kind = 0; kind < job->kinds; kind++)
        job->sums[kind] = take(memory, &used, job->max_lag * sizeof(lanes));
    return used;
}

int64_t first_order_workspace(int64_t single, int64_t steps, int64_t states, int64_t max_lag,
                              int64_t kinds)
{
    work job = {.single = single, .steps = steps, .states = states, .max_lag = max_lag,
                .kinds = kinds};
    return lay_out(&job, 0);
}

/* All pairs of two neighbouring parts of one block. */
static void add_neighbours(work *job, int from, int size)
{
    side newer, older;
    if (job->single) {
        prepare_float(0, job, &job->near, from + size, from + 2 * size, job->newer, &newer, 0);
        prepare_float(1, job, &job->near, from, from + size, job->older, &older, 0);
        if (newer.held == BY_FLOAT && older.held == BY_FLOAT) {
            add_pairs_float(job, job->newer, &newer, 0, job->older, &older, size, 2);
            return;
        }
    }
    prepare_double(0, job, &job->near, from + size, from + 2 * size, job->newer, &newer, 0);
    prepare_double(1, job, &job->near, from, from + size, job->older, &older, 0);
    add_pairs_double(job, job->newer, &newer, 0, job->older, &older, size, 2);
}

/* All pairs of the block in work and block j in double, where floats cannot hold them. */
static void add_pairs_again(work *job, const between *middle, int64_t j, int64_t first_lag)
{
    side newer, older;
    load_block(job, j, &job->far);
    prepare_double(0, job, &job->near, 0, BLOCK, job->newer_again, &newer, 0);
    prepare_double(1, job, &job->far, 0, BLOCK, job->older, &older, 0);
    add_pairs_double(job, job->newer_again, &newer, middle, job->older, &older, BLOCK, first_lag);
}

/* All lags of the lanes in work. */
static void add_lanes(work *job)
{
    const int64_t number = (job->steps + BLOCK - 1) / BLOCK, S = job->states;
    const int64_t kept = kept_blocks(job->steps, job->max_lag);
    const int64_t bytes = column_bytes(job);
    choose_tilts(job);
    for (int64_t i = 0; i < number; i++) {
        load_block(job, i, &job->near);
        for (int from = 0; from < BLOCK; from += BASE) add_near_lags(job, &job->near, from);
        for (int size = BASE; size < BLOCK && job->max_lag > 1; size *= 2)
            for (int from = 0; from < BLOCK; from += 2 * size) add_neighbours(job, from, size);
        if (job->too_wide) return;
        if (kept == 1) continue;

        side newer;
        between middle, whole;
        if (i && job->single)
            prepare_float(0, job, &job->near, 0, BLOCK, job->newer, &newer, 0);
        else if (i)
            prepare_double(0, job, &job->near, 0, BLOCK, job->newer, &newer, 0);
        for (int64_t j = i - 1; j >= 0; j--) {
            const int64_t first_lag = (i - j - 1) * BLOCK + 2;
            if (first_lag > job->max_lag) break;
            const block *old = job->blocks + j % kept;
            const void *columns = job->kept_columns + j % kept * bytes;
            const between *reach = j == i - 1 ? 0 : &middle;
            if (reach && middle.empty) break;
            job->too_wide |= reach && middle.held == BY_NONE;
            if (job->too_wide) return;
            if (!job->single)
                add_pairs_double(job, job->newer, &newer, reach, columns, &old->columns, BLOCK,
                                 first_lag);
            else if (newer.held == BY_FLOAT && old->columns.held == BY_FLOAT
                     && (!reach || middle.held == BY_FLOAT))
                add_pairs_float(job, job->newer, &newer, reach, columns, &old->columns, BLOCK,
                                first_lag);
            else
                add_pairs_again(job, reach, j, first_lag);
            if (!reach) {
                memcpy(middle.value, old->product, 2 * S * S * sizeof(lanes));
                memcpy(middle.exponent, old->product_exponent, sizeof middle.exponent);
                scale_between(S, &middle);
            } else
                extend_between(S, &middle, old);
        }
        block *this = job->blocks + i % kept;
        void *columns = job->kept_columns + i % kept * bytes;
        memset(whole.exponent, 0, sizeof whole.exponent);
        if (job->single)
            prepare_float(1, job, &job->near, 0, BLOCK, columns, &this->columns, whole.value);
        else
            prepare_double(1, job, &job->near, 0, BLOCK, columns, &this->columns, whole.value);
        scale_between(S, &whole);
        memcpy(this->product, whole.value, 2 * S * S * sizeof(lanes));
        memcpy(this->product_exponent, whole.exponent, sizeof whole.exponent);
    }
}

/* All lags of the lanes in work by the recurrence from each anchor, one step of all anchors of a
   block after the other. */
static void add_lanes_plainly(work *job)
{
    const int64_t number = (job->steps + BLOCK - 1) / BLOCK, S = job->states;
    typedef int64_t bits __attribute__((vector_size(64)));
    eight *carried = (eight *)job->raw;   /* G and C of every anchor: row `new` of its product */
    memset(job->tilt, 0, sizeof job->tilt);
    for (int64_t i = 0; i < number; i++)
        for (int64_t j = i; j >= 0 && (i - j - 1) * BLOCK + 2 <= job->max_lag; j--) {
            load_block(job, j, &job->far);
            for (int s = BLOCK - 1; s >= 0; s--)
                for (int64_t t = i == j ? s : 0; t < BLOCK; t++) {
                    const int64_t lag = (i - j) * BLOCK + t - s + 1;
                    if (lag > job->max_lag) break;
                    for (int half = 0; half < EIGHTS; half++) {
                        const eight *d = (eight *)(job->far.local + s * S * S) + half;
                        const eight *rho = (eight *)(job->far.recurrent + s * S * S) + half;
                        eight *G = carried + (t * EIGHTS + half) * 2 * S, *C = G + S;
                        eight g[MOST_STATES], c[MOST_STATES];
                        for (int64_t k = 0; k < S; k++) {
                            g[k] = lag == 1 ? d[(job->new * S + k) * EIGHTS] : G[0] * d[k * EIGHTS];
                            c[k] = lag == 1 ? rho[(job->new * S + k) * EIGHTS]
                                            : C[0] * d[k * EIGHTS] + G[0] * rho[k * EIGHTS];
                            for (int64_t b = 1; b < S && lag > 1; b++) {
                                g[k] += G[b] * d[(b * S + k) * EIGHTS];
                                c[k] += C[b] * d[(b * S + k) * EIGHTS]
                                        + G[b] * rho[(b * S + k) * EIGHTS];
                            }
                        }
                        memcpy(G, g, S * sizeof(eight));
                        memcpy(C, c, S * sizeof(eight));
                        eight zeroth = g[job->previous], first = zeroth + c[job->previous];
                        if (job->source) {
                            const eight factor = ((const eight *)(job->far.source + s))[half];
                            zeroth *= factor;
                            first *= factor;
                        }
                        const eight values[4] = {
                            (eight)((bits)first & INT64_MAX), first,
                            (eight)((bits)zeroth & INT64_MAX), zeroth};
                        for (int64_t kind = 0; kind < job->kinds; kind++)
                            ((eight *)(job->sums[kind] + (lag - 1) * WIDTH))[half] += values[kind];
                    }
                }
        }
}

/* Add the sums over anchors and sequences to `out`: (max_lag) of |mu| over all neurons for one
   kind; (4, max_lag, neurons) of |mu|, mu, |G|, G for four. Without blocks (states 1) all sequences
   may be given as one of width sequences × neurons. Return 0; 1 if a factor is not finite; 2 without memory. */
int64_t first_order(const void *local, const void *recurrent, const void *source, int64_t single,
                    int64_t steps, int64_t rows, int64_t width, int64_t states, int64_t new,
                    int64_t previous, int64_t max_lag, int64_t kinds, int64_t neurons, double *out)
{
    work job = {local, recurrent, source, single, steps, rows, width, states, new, previous,
                max_lag, kinds};
    void *memory;
    if (posix_memalign(&memory, 128, (size_t)lay_out(&job, 0))) return 2;
    lay_out(&job, memory);
    job.finite = 1;
#if defined(__SSE__)
    /* Products that decay below the smallest normal number become 0: as denormal numbers they
       would be many times slower. Denormal arguments keep their value. */
    const unsigned control = _mm_getcsr();
    _mm_setcsr(control | 0x8000);
#endif
    for (job.row = 0; job.row < rows && job.finite; job.row++)
        for (job.first = 0; job.first < width && job.finite; job.first += WIDTH) {
            job.count = width - job.first < WIDTH ? width - job.first : WIDTH;
            /* The sums of all kinds lie one after the other. */
            memset(job.sums[0], 0, kinds * max_lag * sizeof(lanes));
            job.too_wide = 0;
            add_lanes(&job);
            if (job.too_wide) {
                memset(job.sums[0], 0, kinds * max_lag * sizeof(lanes));
                add_lanes_plainly(&job);
            }
            for (int64_t lag = 0; lag < kinds * max_lag; lag++)
                for (int64_t w = 0; w < job.count; w++)
                    out[kinds == 1 ? lag : lag * neurons + (job.first + w) % neurons] +=
                        job.sums[0][lag * WIDTH + w];
        }
#if defined(__SSE__)
    _mm_setcsr(control);
#endif
    free(memory);
    return !job.finite;
}
#endif
