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

/* One factor more for one anchor: products of n neurons, added to sums by neuron; returns the sum
   of their magnitudes and gives their norm. */
static double advance(double *restrict product, const double *restrict factor, int64_t n,
                      double *restrict absolute, double *restrict plain, double *norm)
{
    lanes squares = {0}, magnitudes = {0};
    double square = 0, magnitude = 0;
    int64_t q = 0;
    for (; q + LANES <= n; q += LANES) {
        const lanes value = *(const lanes *)(product + q) * *(const lanes *)(factor + q);
        const lanes size = (lanes)((masks)value & INT64_MAX);
        *(lanes *)(product + q) = value;
        *(lanes *)(absolute + q) += size;
        *(lanes *)(plain + q) += value;
        squares += value * value;
        magnitudes += size;
    }
    for (; q < n; q++) {
        const double value = product[q] *= factor[q];
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

/* factors: (rows, sequences, n), of which the first `before` are older than every anchor; anchors
   are the others. Adds to absolute and plain (max_lag, n) and to norms (max_lag), and keeps, where
   asked for, the sums of magnitudes and the norms of every anchor, (max_lag, anchors, sequences).
   product: room for (tile, n). A lag that reaches before the first factor is left out. */
void local_products(const double *factors, int64_t rows, int64_t sequences, int64_t n,
                    int64_t before, int64_t max_lag, int64_t tile, double *product,
                    double *absolute, double *plain, double *norms, double *each, double *each_norm)
{
    const int64_t anchors = rows - before;
#if defined(__SSE__)
    /* What decays below the smallest normal number becomes 0: as denormal numbers it would be many
       times slower. Denormal factors keep their value. */
    const unsigned control = _mm_getcsr();
    _mm_setcsr(control | 0x8000);
#endif
    for (int64_t b = 0; b < sequences; b++)
        for (int64_t first = 0; first < anchors; first += tile) {
            const int64_t end = first + tile < anchors ? first + tile : anchors;
            for (int64_t i = 0; i < (end - first) * n; i++) product[i] = 1;
            for (int64_t lag = 0; lag < max_lag && end - 1 + before - lag >= 0; lag++) {
                const int64_t start = lag - before > first ? lag - before : first;
                for (int64_t a = start; a < end; a++) {
                    const int64_t row = before + a - lag;
                    double norm;
                    const double total =
                        advance(product + (a - first) * n, factors + (row * sequences + b) * n, n,
                                absolute + lag * n, plain + lag * n, &norm);
                    norms[lag] += norm;
                    if (each) {
                        const int64_t place = (lag * anchors + a) * sequences + b;
                        each[place] = total;
                        each_norm[place] = norm;
                    }
                }
            }
        }
#if defined(__SSE__)
    _mm_setcsr(control);
#endif
}
