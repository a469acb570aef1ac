/* Functions of one number without branches, so that loops over them become vector instructions.
 *
 * e^x = 2^k e^r with k = x/ln 2 rounded and |r| <= ln(2)/2 (Cody and Waite 1980); e^r - 1 is
 * r + r^2 P(r), P a Chebyshev fit. 2^k is put together from its exponent's bits, in two factors
 * where it may leave the normal range. Errors stay below 3 units in the last place.
 */

#include <math.h>
#include <stdint.h>

typedef union { float value; int32_t bits; } bits_f32;
typedef union { double value; int64_t bits; } bits_f64;

/* Added to a small number, they leave its nearest integer in the last bits. */
#define ROUND_F32 12582912.0f
#define ROUND_F64 6755399441055744.0

static inline float power_of_two_f32(int32_t k)
{
    return (bits_f32){.bits = (k + 127) * 8388608}.value;
}

static inline double power_of_two_f64(int64_t k)
{
    return (bits_f64){.bits = (k + 1023) * 4503599627370496}.value;
}

/* e^x - 1 = 2^k (1 + m) - 1; returns m and stores k. */
static inline float reduced_exp_f32(float x, int32_t *k)
{
    bits_f32 shifted = {.value = x * 1.44269504f + ROUND_F32};
    float n = shifted.value - ROUND_F32;
    float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    *k = shifted.bits - 1262485504;
    float p = 1.39337307e-3f + r * 1.98910805e-4f;
    p = 8.33331084e-3f + r * p;
    p = 4.16664642e-2f + r * p;
    p = 1.66666667e-1f + r * p;
    p = 5.00000001e-1f + r * p;
    return r + r * r * p;
}

static inline double reduced_exp_f64(double x, int64_t *k)
{
    bits_f64 shifted = {.value = x * 1.4426950408889634 + ROUND_F64};
    double n = shifted.value - ROUND_F64;
    double r = (x - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10;
    double p = 2.51053127296221018e-8 + r * 2.09147553258932022e-9;
    *k = shifted.bits - 4843621399236968448;
    p = 2.75572734787185805e-7 + r * p;
    p = 2.75572551700008874e-6 + r * p;
    p = 2.48015873256774619e-5 + r * p;
    p = 1.98412698750022788e-4 + r * p;
    p = 1.38888888888837112e-3 + r * p;
    p = 8.33333333332608312e-3 + r * p;
    p = 4.16666666666666698e-2 + r * p;
    p = 1.66666666666666710e-1 + r * p;
    p = 0.5 + r * p;
    return r + r * r * p;
}

static inline float exp_f32(float x)
{
    int32_t k;
    float below = x > 89.0f ? 89.0f : x;
    float m = reduced_exp_f32(below < -104.0f ? -104.0f : below, &k);
    return (1 + m) * power_of_two_f32(k >> 1) * power_of_two_f32(k - (k >> 1));
}

static inline double exp_f64(double x)
{
    int64_t k;
    double below = x > 710.0 ? 710.0 : x;
    double m = reduced_exp_f64(below < -746.0 ? -746.0 : below, &k);
    return (1 + m) * power_of_two_f64(k >> 1) * power_of_two_f64(k - (k >> 1));
}

/* tanh |x| = (e^{2|x|} - 1)/(e^{2|x|} + 1), with nothing subtracted from 1 where x is small. */
static inline float tanh_f32(float x)
{
    int32_t k;
    float size = fabsf(x);
    float m = reduced_exp_f32(size > 10.0f ? 20.0f : 2 * size, &k);
    float scale = power_of_two_f32(k);
    float grown = scale * m + (scale - 1);
    return copysignf(grown / (grown + 2), x);
}

static inline double tanh_f64(double x)
{
    int64_t k;
    double size = fabs(x);
    double m = reduced_exp_f64(size > 20.0 ? 40.0 : 2 * size, &k);
    double scale = power_of_two_f64(k);
    double grown = scale * m + (scale - 1);
    return copysign(grown / (grown + 2), x);
}

static inline float sigmoid_f32(float x) { return 1 / (1 + exp_f32(-x)); }
static inline double sigmoid_f64(double x) { return 1 / (1 + exp_f64(-x)); }

/* ln(1 + u) for 0 <= u <= 1, as 2 artanh(s) with s = u/(2 + u) <= 1/3. */
static inline float log_one_plus_f32(float u)
{
    float s = u / (2 + u), w = s * s;
    float p = 1.08532879e-1f + w * 1.16121646e-1f;
    p = 1.42961790e-1f + w * p;
    p = 1.99998532e-1f + w * p;
    p = 3.33333337e-1f + w * p;
    return 2 * (s + s * w * p);
}

static inline double log_one_plus_f64(double u)
{
    double s = u / (2 + u), w = s * s;
    double p = 3.74607189777538365e-2 + w * 7.81528890046142522e-2;
    p = 5.42258919744000741e-2 + w * p;
    p = 5.86713953065159873e-2 + w * p;
    p = 6.66758931572462792e-2 + w * p;
    p = 7.69227198243027464e-2 + w * p;
    p = 9.09090994898135719e-2 + w * p;
    p = 1.11111110991183853e-1 + w * p;
    p = 1.42857142858000496e-1 + w * p;
    p = 1.99999999999997613e-1 + w * p;
    p = 3.33333333333333334e-1 + w * p;
    return 2 * (s + s * w * p);
}

#define FUNCTIONS(REAL, S, M)                                                                   \
    static inline REAL relu_##S(REAL x) { return x < 0 ? 0 : x; }                               \
    static inline REAL hold_##S(REAL x) { return x; }                                           \
    static inline REAL surrogate_##S(REAL x, REAL value, REAL slope)                            \
    {                                                                                           \
        (void)x, (void)slope;                                                                   \
        return value;                                                                           \
    }                                                                                           \
    static inline REAL sign_##S(REAL x) { return x > 0 ? 1 : x < 0 ? -1 : x; }                  \
    static inline REAL square_##S(REAL x) { return x * x; }                                     \
    static inline REAL cube_##S(REAL x) { return x * x * x; }                                   \
    static inline REAL minimum_##S(REAL a, REAL b) { return a < b || a != a ? a : b; }          \
    static inline REAL maximum_##S(REAL a, REAL b) { return a > b || a != a ? a : b; }          \
    static inline REAL log1mexp_##S(REAL x)                                                     \
    {                                                                                           \
        return x > (REAL)0.6931471805599453 ? log1p##M(-exp##M(-x)) : log##M(-expm1##M(-x));    \
    }                                                                                           \
    static inline REAL heaviside_##S(REAL x, REAL at_zero)                                      \
    {                                                                                           \
        return x > 0 ? 1 : x == 0 ? at_zero : 0;                                                \
    }                                                                                           \
    static inline REAL vanishing_product_##S(REAL x, REAL y)                                    \
    {                                                                                           \
        return x * (x == 0 && (y > 1 || y < -1) ? 1 : y);                                       \
    }                                                                                           \
    static inline REAL softplus_##S(REAL x)                                                     \
    {                                                                                           \
        return maximum_##S(x, 0) + log_one_plus_##S(exp_##S(-fabs##M(x)));                      \
    }
FUNCTIONS(float, f32, f)
FUNCTIONS(double, f64, )

/* One name for both types, as in <tgmath.h>. */
#define OWN(name, x) _Generic((x), float: name##_f32, double: name##_f64)
#define SYSTEM(name, x) _Generic((x), float: name##f, double: name)
#define exp(x) OWN(exp, x)(x)
#define tanh(x) OWN(tanh, x)(x)
#define sigmoid(x) OWN(sigmoid, x)(x)
#define softplus(x) OWN(softplus, x)(x)
#define relu(x) OWN(relu, x)(x)
#define hold(x) OWN(hold, x)(x)
#define surrogate(x, value, slope) OWN(surrogate, x)(x, value, slope)
#define sign(x) OWN(sign, x)(x)
#define square(x) OWN(square, x)(x)
#define cube(x) OWN(cube, x)(x)
#define heaviside(x, at_zero) OWN(heaviside, x)(x, at_zero)
#define vanishing_product(x, y) OWN(vanishing_product, (x) + (y))(x, y)
#define minimum(a, b) OWN(minimum, (a) + (b))(a, b)
#define maximum(a, b) OWN(maximum, (a) + (b))(a, b)
#define absolute(x) SYSTEM(fabs, x)(x)
#define sqrt(x) SYSTEM(sqrt, x)(x)
#define expm1(x) SYSTEM(expm1, x)(x)
#define log1p(x) SYSTEM(log1p, x)(x)
#define log1mexp(x) OWN(log1mexp, x)(x)
#define log(x) SYSTEM(log, x)(x)
#define sin(x) SYSTEM(sin, x)(x)
#define cos(x) SYSTEM(cos, x)(x)
#define tan(x) SYSTEM(tan, x)(x)
#define asin(x) SYSTEM(asin, x)(x)
#define acos(x) SYSTEM(acos, x)(x)
#define atan(x) SYSTEM(atan, x)(x)
#define sinh(x) SYSTEM(sinh, x)(x)
#define cosh(x) SYSTEM(cosh, x)(x)
#define asinh(x) SYSTEM(asinh, x)(x)
#define acosh(x) SYSTEM(acosh, x)(x)
#define erf(x) SYSTEM(erf, x)(x)
#define erfc(x) SYSTEM(erfc, x)(x)
#define where(condition, x, y) ((condition) ? (x) : (y))
#define power(x, y) _Generic((x) + (y), float: powf, double: pow)(x, y)
