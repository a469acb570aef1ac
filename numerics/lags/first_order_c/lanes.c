/* Lanes: one neuron of one sequence each, WIDTH of them side by side in every operation; powers of
   two and of its eighth root, by which they are scaled. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

enum { WIDTH = 16, MOST_STATES = 3, TILT_STEPS = 8 };
#define INLINE static inline __attribute__((always_inline))

typedef double lanes __attribute__((vector_size(WIDTH * sizeof(double))));
typedef double eight __attribute__((vector_size(64)));
enum { EIGHTS = WIDTH / 8 };

/* Bytes of the registers that tiles are computed in. */
#if defined(__AVX512F__)
#define REGISTER 64
#elif defined(__AVX__)
#define REGISTER 32
#else
#define REGISTER 16
#endif
/* The vector of one register of each TYPE. */
#define VECTOR NAMED(vector)

/* Without this the compiler reads a value again for every use, and reading becomes the limit. */
#if defined(__x86_64__) && defined(__AVX512F__)
#define IN_REGISTER(value) __asm__("" : "+v"(value))
#else
#define IN_REGISTER(value) ((void)0)
#endif

/* One function for each usual number of states, so that products of blocks are unrolled. */
#define FOR_STATES(states, call) \
    switch (states) { \
    case 1: { const int S = 1; call; break; } \
    case 2: { const int S = 2; call; break; } \
    default: { const int S = 3; call; break; } \
    }

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
