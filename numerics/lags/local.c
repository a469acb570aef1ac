/* Products of factors without a recurrent part: of one neuron each, from the newest factor to the
   oldest, with the sums over anchors and the norms of the diagonal matrices that they make. */

#include <math.h>
#include <stdint.h>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

enum { LANES = 8 };
typedef double lanes __attribute__((vector_size(LANES * sizeof(double)), aligned(8)));
typedef int64_t masks __attribute__((vector_size(LANES * sizeof(int64_t)), aligned(8)));

/* Squares of what lies between are normal numbers, and so are their sums. */
static const double SMALLEST = 1e-280, LARGEST = 1e280;

static double sum_of(lanes value)
{
    double total = 0;
    for (int k = 0; k < LANES; k++) total += value[k];
    return total;
}

/* The norm of n numbers whose squares need not be representable. */
static double scaled_norm(const double *values, int64_t n)
{
    double peak = 0, total = 0;
    for (int64_t q = 0; q < n; q++) peak = fabs(values[q]) > peak ? fabs(values[q]) : peak;
    if (!(peak > 0) || !isfinite(peak)) return peak;
    for (int64_t q = 0; q < n; q++) total += (values[q] / peak) * (values[q] / peak);
    return peak * sqrt(total);
}

/* Reads n products off: adds them to sums by neuron; returns the sum of their magnitudes and gives
   their norm. */
static double read_off(const double *restrict product, int64_t n, double *restrict absolute,
                       double *restrict plain, double *norm)
{
    lanes squares = {0}, magnitudes = {0};
    double square = 0, magnitude = 0;
    int64_t q = 0;
    for (; q + LANES <= n; q += LANES) {
        const lanes value = *(const lanes *)(product + q);
        const lanes size = (lanes)((masks)value & INT64_MAX);
        *(lanes *)(absolute + q) += size;
        *(lanes *)(plain + q) += value;
        squares += value * value;
        magnitudes += size;
    }
    for (; q < n; q++) {
        const double value = product[q];
        absolute[q] += fabs(value);
        plain[q] += value;
        square += value * value;
        magnitude += fabs(value);
    }
    square += sum_of(squares);
    const int safe = square > SMALLEST && square < LARGEST;
    *norm = safe ? sqrt(square) : scaled_norm(product, n);
    return magnitude + sum_of(magnitudes);
}

/* One factor more: product <- product factor, for numbers and for S x S blocks of n neurons. */
static void multiply_numbers(double *restrict product, const double *restrict factor, int64_t n)
{
    for (int64_t q = 0; q < n; q++) product[q] *= factor[q];
}

#define MULTIPLY(NAME, S) \
static void NAME(double *restrict product, const double *restrict factor, int64_t n) \
{ \
    for (int64_t q = 0; q < n; q++) \
        for (int i = 0; i < S; i++) { \
            double row[S]; \
            for (int k = 0; k < S; k++) row[k] = product[(i * S + k) * n + q]; \
            for (int j = 0; j < S; j++) { \
                double sum = 0; \
                for (int k = 0; k < S; k++) sum += row[k] * factor[(k * S + j) * n + q]; \
                product[(i * S + j) * n + q] = sum; } } }
MULTIPLY(multiply_pairs, 2)
MULTIPLY(multiply_triples, 3)

/* Whether squares of half of any of n numbers are normal; a NaN is passed on. */
static int are_safe(const double *values, int64_t n)
{
    masks outside = {0};
    int64_t q = 0;
    for (; q + LANES <= n; q += LANES) {
        const lanes value = *(const lanes *)(values + q);
        outside |= (value < 1e-139) | (value > 1e139);
    }
    int64_t found = 0;
    for (int k = 0; k < LANES; k++) found |= outside[k];
    for (; q < n; q++) found |= values[q] < 1e-139 || values[q] > 1e139;
    return !found;
}

/* Adds the spectral norms of n pairs: half the sum of the scales of a rotation and a reflection.
   scratch: room for n. */
static void add_norms_of_pairs(const double *restrict block, int64_t n, double *restrict sums,
                               double *restrict scratch)
{
    const double *restrict a = block, *restrict b = a + n, *restrict c = b + n, *restrict d = c + n;
    for (int64_t q = 0; q < n; q++) {
        const double turn = (a[q] + d[q]) * (a[q] + d[q]) + (c[q] - b[q]) * (c[q] - b[q]);
        const double flip = (a[q] - d[q]) * (a[q] - d[q]) + (b[q] + c[q]) * (b[q] + c[q]);
        scratch[q] = (sqrt(turn) + sqrt(flip)) / 2;
    }
    if (!are_safe(scratch, n))
        for (int64_t q = 0; q < n; q++)
            scratch[q] = (hypot(a[q] + d[q], c[q] - b[q]) + hypot(a[q] - d[q], b[q] + c[q])) / 2;
    for (int64_t q = 0; q < n; q++) sums[q] += scratch[q];
}

/* factors: (rows, sequences, states, states, n), of which the first `before` are older than every
   anchor; anchors are the others, and `place` the entry of a block that is read, of at most three
   states. Adds to absolute and plain (max_lag, n), to norms (max_lag) and to the norms of blocks of
   two states, moduli (max_lag, n), and keeps the sums of magnitudes and the norms of every anchor,
   (max_lag, anchors, sequences); the last three where they are asked for. product: room for (tile
   states states + 1) n. A lag that reaches before the first factor is left out. */
void local_products(const double *factors, int64_t rows, int64_t sequences, int64_t states,
                    int64_t n, int64_t place, int64_t before, int64_t max_lag, int64_t tile,
                    double *product, double *absolute, double *plain, double *norms, double *moduli,
                    double *each, double *each_norm)
{
    const int64_t anchors = rows - before, width = states * states * n;
    double *scratch = product + tile * width;
#if defined(__SSE__)
    /* What decays below the smallest normal number becomes 0: as denormal numbers it would be many
       times slower. Denormal factors keep their value. */
    const unsigned control = _mm_getcsr();
    _mm_setcsr(control | 0x8000);
#endif
    for (int64_t b = 0; b < sequences; b++)
        for (int64_t first = 0; first < anchors; first += tile) {
            const int64_t end = first + tile < anchors ? first + tile : anchors;
            for (int64_t i = 0; i < (end - first) * width; i++)
                product[i] = i / n % (states * states) % (states + 1) == 0;
            for (int64_t lag = 0; lag < max_lag && end - 1 + before - lag >= 0; lag++) {
                const int64_t start = lag - before > first ? lag - before : first;
                for (int64_t a = start; a < end; a++) {
                    double *block = product + (a - first) * width, norm;
                    const double *factor =
                        factors + ((before + a - lag) * sequences + b) * width;
                    if (states == 1) multiply_numbers(block, factor, n);
                    else if (states == 2) multiply_pairs(block, factor, n);
                    else multiply_triples(block, factor, n);
                    const double total = read_off(block + place * n, n, absolute + lag * n,
                                                  plain + lag * n, &norm);
                    norms[lag] += norm;
                    if (moduli) add_norms_of_pairs(block, n, moduli + lag * n, scratch);
                    if (each) {
                        const int64_t at = (lag * anchors + a) * sequences + b;
                        each[at] = total;
                        each_norm[at] = norm;
                    }
                }
            }
        }
#if defined(__SSE__)
    _mm_setcsr(control);
#endif
}
