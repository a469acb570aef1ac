/* First-order rates of every anchor at every lag, by midpoint splitting of dual numbers.

   The product of lag l that ends at anchor t is cut at a block boundary m <= t: U holds the factors
   newer than m and V the older ones. With U = (G, C) and V = (G', C') as dual numbers

       mu = (G + C) G' + G C',

   so row `new` of U and column `previous` of V are two short lists of features, computed once for
   each anchor and once for each source, and every pair costs one product for each feature that is
   not zero throughout, an absolute value and a sum: no division, no chain of dependent operations.
   Blocks are computed in double. For float input they are then scaled by powers of two to largest
   value 1, lane by lane, and paired in float; a pair whose small values could leave the range of
   floats is done in double. A lane is one neuron of one sequence; the sums of a lag stay in their
   lanes until a tile is done and are then added in double.

   To keep the values of a block close together, all factors of a lane are multiplied by a power of
   two, its tilt; a product of l factors is divided by its l-th power when it is added.

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
/* Smallest value against the largest of its block: three such factors stay normal floats, and so
   do their sums down to 2^-27 of them. */
static const double FLOAT_RANGE = 0x1p-33;

typedef double lanes __attribute__((vector_size(WIDTH * sizeof(double))));
typedef double eight __attribute__((vector_size(64)));

/* The features of one side of a tile: rows of S values of G and S of C, newest boundary first. */
typedef struct {
    lanes raw[BLOCK * MOST_FEATURES];
    double scale[WIDTH];   /* by which raw is multiplied: 2^-exponent */
    int32_t exponent[WIDTH];
    int in_range;          /* whether floats can hold it once scaled */
    unsigned nonzero;      /* bit k: feature k is not zero throughout */
} side;

/* What is known of a block of sources after it was packed: its scale and its whole product. */
typedef struct {
    lanes product[2 * MOST_STATES * MOST_STATES];
    int32_t product_exponent[WIDTH], exponent[WIDTH];
    int in_range;
    unsigned nonzero;
} block;

/* The factors of one block of steps, and the factor at their sources. */
typedef struct {
    lanes local[BLOCK * MOST_STATES * MOST_STATES], recurrent[BLOCK * MOST_STATES * MOST_STATES];
    lanes source[BLOCK];
} factors;

typedef struct {
    const void *local, *recurrent, *source;
    int64_t single, steps, rows, width, states, new, previous, max_lag, kinds;
    int64_t row, first, count;   /* the lanes in work: neurons first … of sequence row */
    int32_t tilt[WIDTH];
    double near_scale[BASE][WIDTH];   /* what undoes the tilt at lags 1 … BASE */
    int finite;
    double *sums[4];             /* |mu|, mu, |G|, G: max_lag × WIDTH each */
} work;

INLINE double power_of_two(int64_t exponent)
{
    if (exponent < -1022) return 0.0;
    if (exponent > 1023) return __builtin_inf();
    uint64_t bits = (uint64_t)(exponent + 1023) << 52;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The exponent of a positive double, as stored. */
INLINE int32_t stored_exponent(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (int32_t)(bits >> 52 & 0x7ff) - 1023;
}

INLINE lanes load_lanes(const void *from, int64_t single, int64_t index, int64_t count)
{
    lanes value = {0};
    if (single) {
        const float *place = (const float *)from + index;
        if (count == WIDTH) for (int w = 0; w < WIDTH; w++) value[w] = place[w];
        else for (int w = 0; w < count; w++) value[w] = place[w];
    } else {
        const double *place = (const double *)from + index;
        if (count == WIDTH) memcpy(&value, place, sizeof value);
        else for (int w = 0; w < count; w++) value[w] = place[w];
    }
    return value;
}

/* Read the tilted factors of block `number`; the first block starts with factors 0 if the steps
   do not fill it, so that no product reaches across the beginning. */
static void load_block(work *job, int64_t number, factors *to)
{
    const int64_t entries = job->states * job->states;
    const int64_t blocks = (job->steps + BLOCK - 1) / BLOCK;
    lanes tilt, check = {0};
    for (int w = 0; w < WIDTH; w++) tilt[w] = power_of_two(job->tilt[w]);
    for (int64_t i = 0; i < BLOCK; i++) {
        const int64_t time = number * BLOCK + i - (blocks * BLOCK - job->steps);
        if (time < 0) {
            for (int64_t e = 0; e < entries; e++)
                to->local[i * entries + e] = to->recurrent[i * entries + e] = (lanes){0};
            to->source[i] = (lanes){0};
            continue;
        }
        const int64_t place = time * job->rows + job->row;
        for (int64_t e = 0; e < entries; e++) {
            const int64_t index = (place * entries + e) * job->width + job->first;
            lanes d = load_lanes(job->local, job->single, index, job->count);
            lanes rho = load_lanes(job->recurrent, job->single, index, job->count);
            check += d * 0.0 + rho * 0.0;
            to->local[i * entries + e] = d * tilt;
            to->recurrent[i * entries + e] = rho * tilt;
        }
        if (job->source) {
            const int64_t index = place * job->width + job->first;
            to->source[i] = load_lanes(job->source, job->single, index, job->count);
            check += to->source[i] * 0.0;
        }
    }
    for (int w = 0; w < WIDTH; w++) if (check[w] != 0) job->finite = 0;
}

/* Choose the tilts: the mean of log2 of the largest local factors, as a sample of steps has it. */
static void choose_tilts(work *job)
{
    const int64_t entries = job->states * job->states, stride = 1 + job->steps / 256;
    double sum[WIDTH] = {0}, seen[WIDTH] = {0};
    for (int64_t time = 0; time < job->steps; time += stride) {
        double largest[WIDTH] = {0};
        for (int64_t e = 0; e < entries; e++) {
            const int64_t place = (time * job->rows + job->row) * entries + e;
            lanes d = load_lanes(
                job->local, job->single, place * job->width + job->first, job->count);
            for (int w = 0; w < WIDTH; w++)
                largest[w] = __builtin_fabs(d[w]) > largest[w] ? __builtin_fabs(d[w]) : largest[w];
        }
        for (int w = 0; w < WIDTH; w++) {
            int64_t bits;
            memcpy(&bits, &largest[w], sizeof bits);
            /* The bits of a double as an integer are its logarithm, piecewise linear. */
            sum[w] += bits ? (double)bits * 0x1p-52 - 1023 : 0.0;
            seen[w] += bits ? 1.0 : 0.0;
        }
    }
    for (int w = 0; w < WIDTH; w++) {
        double mean = seen[w] ? sum[w] / seen[w] : 0.0;
        mean = mean > LARGEST_TILT ? LARGEST_TILT : mean < -LARGEST_TILT ? -LARGEST_TILT : mean;
        job->tilt[w] = -(int32_t)(mean + (mean < 0 ? -0.5 : 0.5));
        for (int back = 0; back < BASE; back++)
            job->near_scale[back][w] = power_of_two(-(int64_t)job->tilt[w] * (back + 1));
    }
}

/* G <- A G', C <- A C' + rho_A G' and the like: S×S dual products left × right. */
INLINE void dual_product(const int S, lanes *G, lanes *C, const lanes *LG, const lanes *LC,
                         const lanes *RG, const lanes *RC)
{
    for (int a = 0; a < S; a++)
        for (int c = 0; c < S; c++) {
            lanes g = LG[a * S] * RG[c];
            lanes h = LC[a * S] * RG[c] + LG[a * S] * RC[c];
            for (int b = 1; b < S; b++) {
                g += LG[a * S + b] * RG[b * S + c];
                h += LC[a * S + b] * RG[b * S + c] + LG[a * S + b] * RC[b * S + c];
            }
            G[a * S + c] = g;
            C[a * S + c] = h;
        }
}

/* Row `new` of the products of factors from … t for t = from … to-1. */
INLINE void newer_rows(const int S, const factors *of, int from, int to, int64_t row, side *out)
{
    lanes G[MOST_STATES * MOST_STATES], C[MOST_STATES * MOST_STATES];
    lanes G2[MOST_STATES * MOST_STATES], C2[MOST_STATES * MOST_STATES];
    for (int i = from; i < to; i++) {
        const lanes *d = of->local + i * S * S, *rho = of->recurrent + i * S * S;
        if (i == from)
            for (int e = 0; e < S * S; e++) { G[e] = d[e]; C[e] = rho[e]; }
        else {
            dual_product(S, G2, C2, d, rho, G, C);
            for (int e = 0; e < S * S; e++) { G[e] = G2[e]; C[e] = C2[e]; }
        }
        for (int k = 0; k < S; k++) {
            out->raw[(i - from) * 2 * S + k] = G[row * S + k];
            out->raw[(i - from) * 2 * S + S + k] = C[row * S + k];
        }
    }
}

/* Column `previous` of the products of factors to-1 … s for s = to-1 … from, times the factor at
   the source; and the product of all of them. */
INLINE void older_columns(const int S, const factors *of, int from, int to, int64_t column,
                          int has_source, side *out, lanes *product)
{
    lanes G[MOST_STATES * MOST_STATES], C[MOST_STATES * MOST_STATES];
    lanes G2[MOST_STATES * MOST_STATES], C2[MOST_STATES * MOST_STATES];
    for (int i = to - 1; i >= from; i--) {
        const lanes *d = of->local + i * S * S, *rho = of->recurrent + i * S * S;
        lanes *row = out->raw + (to - 1 - i) * 2 * S;
        if (i == to - 1)
            for (int e = 0; e < S * S; e++) { G[e] = d[e]; C[e] = rho[e]; }
        else {
            dual_product(S, G2, C2, G, C, d, rho);
            for (int e = 0; e < S * S; e++) { G[e] = G2[e]; C[e] = C2[e]; }
        }
        for (int k = 0; k < S; k++) {
            row[k] = G[k * S + column];
            row[S + k] = C[k * S + column];
            if (has_source) { row[k] *= of->source[i]; row[S + k] *= of->source[i]; }
        }
    }
    if (product)
        for (int e = 0; e < S * S; e++) { product[e] = G[e]; product[S * S + e] = C[e]; }
}

/* Find the exponents of the largest values of `count` rows of 2·half features, whether scaled
   floats can hold them, and which features are not zero. A correction C much smaller than its G is
   left out of the second question: what it loses is lost beside G. */
INLINE void measure(const lanes *raw, int64_t count, const int half, double *scale,
                    int32_t *exponent, int *in_range, unsigned *nonzero)
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
    *in_range = 1;
    for (int w = 0; w < WIDTH; w++) {
        exponent[w] = top[w] > 0 ? stored_exponent(top[w]) : NOTHING;
        scale[w] = top[w] > 0 ? power_of_two(exponent[w] > 1022 ? -1022 : -exponent[w]) : 0.0;
        *in_range &= low[w] >= FLOAT_RANGE * top[w];
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
#pragma GCC unroll 8
        for (int back = 0; back < BASE; back++) {
            if (back >= lags) break;
            memset(sums, 0, sizeof sums);
#pragma GCC unroll 8
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

static void build_newer(const work *job, const factors *of, int from, int to, side *out)
{
    FOR_STATES(job->states, {
        newer_rows(S, of, from, to, job->new, out);
        measure(out->raw, to - from, S, out->scale, out->exponent, &out->in_range, &out->nonzero);
    })
}

static void build_older(const work *job, const factors *of, int from, int to, side *out,
                        lanes *product)
{
    FOR_STATES(job->states, {
        older_columns(S, of, from, to, job->previous, job->source != 0, out, product);
        measure(out->raw, to - from, S, out->scale, out->exponent, &out->in_range, &out->nonzero);
    })
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
    int in_range, empty;
    unsigned nonzero[2];   /* bit e: entry e of G, of C */
} between;

static void scale_between(int64_t states, between *of)
{
    const int64_t entries = states * states;
    double scale[WIDTH];
    int32_t exponent[WIDTH];
    unsigned nonzero;
    measure(of->value, 1, (int)entries, scale, exponent, &of->in_range, &nonzero);
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
    lanes G[MOST_STATES * MOST_STATES], C[MOST_STATES * MOST_STATES];
    FOR_STATES(states, dual_product(S, G, C, of->value, of->value + S * S, next->product,
                                    next->product + S * S))
    memcpy(of->value, G, entries * sizeof(lanes));
    memcpy(of->value + entries, C, entries * sizeof(lanes));
    for (int w = 0; w < WIDTH; w++) of->exponent[w] += next->product_exponent[w];
    scale_between(states, of);
}
#endif

#ifndef ENTRY
#define VECTOR NAMED(vector)
typedef TYPE VECTOR __attribute__((vector_size(64)));

INLINE VECTOR NAMED(absolute)(VECTOR value)
{
    typedef BITS bits __attribute__((vector_size(64)));
    const BITS mask = (BITS)(((uint64_t)1 << (8 * sizeof(BITS) - 1)) - 1);
    return (VECTOR)((bits)value & mask);
}

/* Scale `count` values to the type of the tiles. */
static void NAMED(pack)(const lanes *raw, int64_t count, const double *scale, TYPE *out)
{
    for (int64_t i = 0; i < count; i++) {
        const double *from = (const double *)(raw + i);
        for (int w = 0; w < WIDTH; w++) out[i * WIDTH + w] = (TYPE)(from[w] * scale[w]);
    }
}

/* Rows of U times the block between: S values of G + C and S of G for each row. */
INLINE void NAMED(carry_rows)(const int S, const TYPE *rows, int64_t count, const TYPE *P,
                              TYPE *out)
{
    enum { PARTS = WIDTH * sizeof(TYPE) / 64, PART = WIDTH / PARTS };
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
    enum { PART = 64 / sizeof(TYPE) };
    const int64_t squares = count / 4;
    const int stride = K * WIDTH;
    for (int part = 0; part < WIDTH; part += PART) {
        VECTOR kept[4] = {{0}}, kept_plain[4] = {{0}};
        for (int64_t group = 0; group < 2 * squares && 4 * group < lags; group++) {
            VECTOR sum[7] = {{0}}, sum_plain[7] = {{0}};
            const int64_t low = group < squares ? 0 : group - squares + 1;
            const int64_t high = group < squares ? group : squares - 1;
            const TYPE *xs = x + low * 4 * stride + part;
            const TYPE *ys = y + (group - low) * 4 * stride + part;
            for (int64_t square = low; square <= high; square++) {
                VECTOR part_sum[4], part_plain[4];
#pragma GCC unroll 4
                for (int i = 0; i < 4; i++) {
                    VECTOR value[4];
#pragma GCC unroll 4
                    for (int j = 0; j < 4; j++) {
                        const VECTOR *left = (const VECTOR *)(xs + i * stride);
                        const VECTOR *right = (const VECTOR *)(ys + j * stride);
                        value[j] = left[0] * right[0];
#pragma GCC unroll 4
                        for (int k = 1; k < K; k++)
                            value[j] += left[k * (WIDTH / PART)] * right[k * (WIDTH / PART)];
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
                    if (SIGNED) sum_plain[i] += part_plain[0];
                }
#pragma GCC unroll 4
                for (int j = 1; j < 4; j++) {
                    sum[3 + j] += part_sum[j];
                    if (SIGNED) sum_plain[3 + j] += part_plain[j];
                }
                xs += 4 * stride;
                ys -= 4 * stride;
            }
#pragma GCC unroll 4
            for (int m = 0; m < 4; m++) {
                const int64_t place = (4 * group + m) * WIDTH + part;
                *(VECTOR *)(sums + place) = sum[m] + kept[m];
                if (SIGNED) *(VECTOR *)(plain_sums + place) = sum_plain[m] + kept_plain[m];
                if (m < 3) { kept[m] = sum[4 + m]; kept_plain[m] = sum_plain[4 + m]; }
            }
        }
    }
}

/* Add the sums of a tile to those of all anchors, scaled back. */
static void NAMED(add_lags)(const TYPE *restrict sums, int64_t lags, const double *restrict start,
                            const double *restrict step, double *restrict to)
{
    typedef TYPE narrow __attribute__((vector_size(8 * sizeof(TYPE))));
    for (int w = 0; w < WIDTH; w += 8) {
        eight scale, factor;
        memcpy(&scale, start + w, sizeof scale);
        memcpy(&factor, step + w, sizeof factor);
        for (int64_t lag = 0; lag < lags; lag++) {
            const narrow sum = *(const narrow *)(sums + lag * WIDTH + w);
            *(eight *)(to + lag * WIDTH + w) += scale * __builtin_convertvector(sum, eight);
            scale *= factor;
        }
    }
}

static void NAMED(add_tile)(int K, int with_sign, const TYPE *x, const TYPE *y, int64_t count,
                            int64_t lags, const double *start, const double *step,
                            double *absolute, double *plain)
{
    TYPE sums[2 * BLOCK * WIDTH] __attribute__((aligned(128)));
    TYPE plain_sums[2 * BLOCK * WIDTH] __attribute__((aligned(128)));
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
static void NAMED(add_pairs)(work *job, const TYPE *rows, unsigned rows_nonzero,
                             const int32_t *rows_exponent, const between *middle,
                             const TYPE *columns, unsigned columns_nonzero,
                             const int32_t *columns_exponent, int64_t count, int64_t first_lag)
{
    const int S = (int)job->states;
    double start[WIDTH], step[WIDTH];
    int alive = 0;
    for (int w = 0; w < WIDTH; w++) {
        int64_t exponent = (int64_t)rows_exponent[w] + columns_exponent[w]
                           - (int64_t)job->tilt[w] * first_lag;
        if (middle) exponent += middle->exponent[w];
        const int64_t last = exponent - (int64_t)job->tilt[w] * 2 * (count - 1);
        alive |= (exponent > last ? exponent : last) >= -1022;
        start[w] = power_of_two(exponent);
        step[w] = power_of_two(-job->tilt[w]);
    }
    if (!alive) return;

    unsigned g_rows = rows_nonzero & ((1u << S) - 1), c_rows = rows_nonzero >> S;
    if (middle) {
        unsigned g = 0, c = 0;
        for (int b = 0; b < S; b++)
            for (int k = 0; k < S; k++) {
                const unsigned g_b = g_rows >> b & 1, c_b = c_rows >> b & 1;
                const unsigned g_p = middle->nonzero[0] >> (b * S + k) & 1;
                const unsigned c_p = middle->nonzero[1] >> (b * S + k) & 1;
                g |= (g_b & g_p) << k;
                c |= (c_b & g_p | g_b & c_p) << k;
            }
        g_rows = g;
        c_rows = c;
    }
    TYPE carried[BLOCK * MOST_FEATURES * WIDTH] __attribute__((aligned(128)));
    TYPE P[2 * MOST_STATES * MOST_STATES * WIDTH] __attribute__((aligned(128)));
    double one[WIDTH];
    for (int w = 0; w < WIDTH; w++) one[w] = 1.0;
    if (middle) NAMED(pack)(middle->value, 2 * S * S, one, P);
    FOR_STATES(job->states, NAMED(carry_rows)(S, rows, count, middle ? P : 0, carried))

    TYPE x_room[BLOCK * MOST_FEATURES * WIDTH] __attribute__((aligned(128)));
    TYPE y_room[BLOCK * MOST_FEATURES * WIDTH] __attribute__((aligned(128)));
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
                            NAMED(gather)(carried, count, 2 * S, x, K, x_room),
                            NAMED(gather)(columns, count, 2 * S, y, K, y_room), count, lags, start,
                            step, job->sums[2 * zeroth] + place,
                            job->kinds > 1 ? job->sums[2 * zeroth + 1] + place : 0);
    }
}

/* The same from two sides that are not packed yet. */
static void NAMED(add_sides)(work *job, const side *rows, const between *middle,
                             const side *columns, int64_t count, int64_t first_lag)
{
    TYPE x[BLOCK * MOST_FEATURES * WIDTH] __attribute__((aligned(128)));
    TYPE y[BLOCK * MOST_FEATURES * WIDTH] __attribute__((aligned(128)));
    NAMED(pack)(rows->raw, count * 2 * job->states, rows->scale, x);
    NAMED(pack)(columns->raw, count * 2 * job->states, columns->scale, y);
    NAMED(add_pairs)(job, x, rows->nonzero, rows->exponent, middle, y, columns->nonzero,
                     columns->exponent, count, first_lag);
}
#undef VECTOR
#else

/* All memory beyond the arguments and results, in one piece. */
typedef struct {
    factors near, far;
    side rows, columns;
    char packed_rows[BLOCK * MOST_FEATURES * WIDTH * sizeof(double)] __attribute__((aligned(128)));
} scratch;

static int64_t kept_blocks(int64_t steps, int64_t max_lag)
{
    const int64_t all = (steps + BLOCK - 1) / BLOCK, reached = (max_lag + BLOCK - 2) / BLOCK + 1;
    return all < reached ? all : reached;
}

static int64_t packed_bytes(int64_t single, int64_t states)
{
    return BLOCK * 2 * states * WIDTH * (single ? sizeof(float) : sizeof(double));
}

int64_t first_order_workspace(int64_t single, int64_t steps, int64_t states, int64_t max_lag,
                              int64_t kinds)
{
    return sizeof(scratch)
           + kept_blocks(steps, max_lag) * (sizeof(block) + packed_bytes(single, states))
           + kinds * max_lag * WIDTH * sizeof(double);
}

/* All lags of the lanes in work. */
static void add_lanes(work *job, scratch *own, block *blocks, char *packed)
{
    const int64_t number = (job->steps + BLOCK - 1) / BLOCK, S = job->states;
    const int64_t kept = kept_blocks(job->steps, job->max_lag);
    const int64_t bytes = packed_bytes(job->single, S);
    side *rows = &own->rows, *columns = &own->columns;
    choose_tilts(job);
    for (int64_t i = 0; i < number; i++) {
        load_block(job, i, &own->near);
        for (int from = 0; from < BLOCK; from += BASE) add_near_lags(job, &own->near, from);
        for (int size = BASE; size < BLOCK && job->max_lag > 1; size *= 2)
            for (int from = 0; from < BLOCK; from += 2 * size) {
                build_newer(job, &own->near, from + size, from + 2 * size, rows);
                build_older(job, &own->near, from, from + size, columns, 0);
                if (job->single && rows->in_range && columns->in_range)
                    add_sides_float(job, rows, 0, columns, size, 2);
                else
                    add_sides_double(job, rows, 0, columns, size, 2);
            }
        if (kept == 1) continue;

        block *this = blocks + i % kept;
        char *this_packed = packed + i % kept * bytes;
        between middle, whole;
        memset(whole.exponent, 0, sizeof whole.exponent);
        if (i) {
            build_newer(job, &own->near, 0, BLOCK, rows);
            if (job->single)
                pack_float(rows->raw, BLOCK * 2 * S, rows->scale, (float *)own->packed_rows);
            else
                pack_double(rows->raw, BLOCK * 2 * S, rows->scale, (double *)own->packed_rows);
        }
        for (int64_t j = i - 1; j >= 0; j--) {
            const int64_t first_lag = (i - j - 1) * BLOCK + 2;
            if (first_lag > job->max_lag) break;
            const block *old = blocks + j % kept;
            const char *old_packed = packed + j % kept * bytes;
            const between *reach = j == i - 1 ? 0 : &middle;
            if (reach && middle.empty) break;
            const int in_range =
                rows->in_range && old->in_range && (!reach || middle.in_range);
            if (!job->single)
                add_pairs_double(job, (const double *)own->packed_rows, rows->nonzero,
                                 rows->exponent, reach, (const double *)old_packed, old->nonzero,
                                 old->exponent, BLOCK, first_lag);
            else if (in_range)
                add_pairs_float(job, (const float *)own->packed_rows, rows->nonzero,
                                rows->exponent, reach, (const float *)old_packed, old->nonzero,
                                old->exponent, BLOCK, first_lag);
            else {
                load_block(job, j, &own->far);
                build_older(job, &own->far, 0, BLOCK, columns, 0);
                add_sides_double(job, rows, reach, columns, BLOCK, first_lag);
            }
            if (!reach) {
                memcpy(middle.value, old->product, 2 * S * S * sizeof(lanes));
                memcpy(middle.exponent, old->product_exponent, sizeof middle.exponent);
                scale_between(S, &middle);
            } else
                extend_between(S, &middle, old);
        }
        build_older(job, &own->near, 0, BLOCK, columns, whole.value);
        scale_between(S, &whole);
        memcpy(this->product, whole.value, 2 * S * S * sizeof(lanes));
        memcpy(this->product_exponent, whole.exponent, sizeof whole.exponent);
        memcpy(this->exponent, columns->exponent, sizeof columns->exponent);
        this->in_range = columns->in_range;
        this->nonzero = columns->nonzero;
        if (job->single)
            pack_float(columns->raw, BLOCK * 2 * S, columns->scale, (float *)this_packed);
        else
            pack_double(columns->raw, BLOCK * 2 * S, columns->scale, (double *)this_packed);
    }
}

/* Add the sums over anchors and sequences to `out`: (max_lag) of |mu| over all neurons for one
   kind; (4, max_lag, neurons) of |mu|, mu, |G|, G for four. Without blocks (states 1) all sequences
   may be given as one of width sequences × neurons. Return 0; 1 if a factor is not finite; 2 without memory. */
int64_t first_order(const void *local, const void *recurrent, const void *source, int64_t single,
                    int64_t steps, int64_t rows, int64_t width, int64_t states, int64_t new,
                    int64_t previous, int64_t max_lag, int64_t kinds, int64_t neurons, double *out)
{
    const int64_t kept = kept_blocks(steps, max_lag);
    const size_t bytes = (size_t)first_order_workspace(single, steps, states, max_lag, kinds);
    char *memory;
    if (posix_memalign((void **)&memory, 128, bytes)) return 2;
    scratch *own = (scratch *)memory;
    block *blocks = (block *)(own + 1);
    char *packed = (char *)(blocks + kept);
    double *sums = (double *)(packed + kept * packed_bytes(single, states));
    work job = {local, recurrent, source, single, steps, rows, width, states, new, previous,
                max_lag, kinds};
    job.finite = 1;
    for (int64_t kind = 0; kind < kinds; kind++)
        job.sums[kind] = sums + kind * max_lag * WIDTH;
#if defined(__SSE__)
    /* Products that decay below the smallest normal number become 0: as denormal numbers they
       would be many times slower. Denormal arguments keep their value. */
    const unsigned control = _mm_getcsr();
    _mm_setcsr(control | 0x8000);
#endif
    for (job.row = 0; job.row < rows && job.finite; job.row++)
        for (job.first = 0; job.first < width && job.finite; job.first += WIDTH) {
            job.count = width - job.first < WIDTH ? width - job.first : WIDTH;
            memset(sums, 0, kinds * max_lag * WIDTH * sizeof(double));
            add_lanes(&job, own, blocks, packed);
            for (int64_t lag = 0; lag < kinds * max_lag; lag++)
                for (int64_t w = 0; w < job.count; w++)
                    out[kinds == 1 ? lag : lag * neurons + (job.first + w) % neurons] +=
                        sums[lag * WIDTH + w];
        }
#if defined(__SSE__)
    _mm_setcsr(control);
#endif
    free(memory);
    return !job.finite;
}
#endif
