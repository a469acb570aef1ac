import mpmath
import numpy as np
from mpmath import mpf


def elementwise(function, arguments=1):
    return np.frompyfunc(function, arguments, 1)


acos = elementwise(mpmath.acos)
acosh = elementwise(mpmath.acosh)
asin = elementwise(mpmath.asin)
asinh = elementwise(mpmath.asinh)
atan = elementwise(mpmath.atan)
cos = elementwise(mpmath.cos)
cosh = elementwise(mpmath.cosh)
erf = elementwise(lambda x: mpmath.sign(x) if far(abs(x)) else mpmath.erf(x))
erfc = elementwise(lambda x: 1 - mpmath.sign(x) if far(abs(x)) else mpmath.erfc(x))
exp = elementwise(mpmath.exp)
expm1 = elementwise(mpmath.expm1)
log_expm1 = elementwise(lambda x: mpmath.log(mpmath.expm1(x)))
log1p = elementwise(mpmath.log1p)
log1mexp = elementwise(lambda x: mpmath.log1p(-mpmath.exp(-x)) if x > 1 else below_one(x))
wright_omega = elementwise(lambda x: mpmath.lambertw(mpmath.exp(x)).real)
lower_omega = elementwise(lambda x: -lower_lambertw(-x))
log = elementwise(mpmath.log)
sign = elementwise(mpmath.sign)
sin = elementwise(mpmath.sin)
sinh = elementwise(mpmath.sinh)
sqrt = elementwise(mpmath.sqrt)
tan = elementwise(mpmath.tan)
tanh = elementwise(mpmath.tanh)
absolute = elementwise(abs)
sigmoid = elementwise(lambda x: 1/(1 + mpmath.exp(-x)))
softplus = elementwise(lambda x: mpmath.log1p(mpmath.exp(x)))
hold = elementwise(lambda x: x)
surrogate = elementwise(lambda x, value, slope: value, 3)
relu = elementwise(lambda x: max(x, mpf(0)))
heaviside = elementwise(lambda x, at_zero: mpf(x > 0) if x != 0 else mpf(at_zero), 2)
minimum = elementwise(min, 2)
maximum = elementwise(max, 2)
vanishing_product = elementwise(lambda x, y: x*y, 2)
gamma = elementwise(lambda x: mpmath.inf if far(x) else mpmath.gamma(x))
loggamma = elementwise(lambda x: mpmath.inf if far(x) else mpmath.loggamma(x))
lowergamma = elementwise(lambda s, x: mpmath.gammainc(s, 0, x), 2)
uppergamma = elementwise(lambda s, x: mpf(0) if far(x) else mpmath.gammainc(s, x), 2)
expint = elementwise(lambda order, x: mpf(0) if far(x) else mpmath.expint(order, x), 2)
besselk = elementwise(lambda order, x: mpf(0) if far(x) else mpmath.besselk(order, x), 2)
exact = elementwise(mpf)
where = np.where


def below_one(x):
    return mpmath.log(-mpmath.expm1(-x))


def far(x):
    # There mpmath would work for seconds on values below e**-(2**500), or give up.
    return x > mpf(2)**500


def lower_lambertw(x):
    # Near the branch point half of the digits are lost.
    with mpmath.extraprec(mpmath.mp.prec):
        return mpmath.lambertw(-mpmath.exp(x), -1).real


def bisect(falling, low, high):
    # The root of a falling function, NaN where it lies beyond. Both ends are logarithms of lags.
    beyond = falling(high) > 0
    for _ in range(mpmath.mp.prec + 16):
        middle = (low + high)/2
        above = falling(middle) > 0
        low, high = where(above, middle, low), where(above, high, middle)
    return where(beyond, mpmath.nan, (low + high)/2)


def arrays(*values):
    return [np.asarray(exact(np.asarray(value).astype(object)), dtype=object) for value in values]


def constant(value, like):
    return value if isinstance(value, np.ndarray) else np.asarray(mpf(value), dtype=object)


def frame_of(*arrays):
    shape = np.broadcast_shapes(*(array.shape for array in arrays))
    return np.broadcast_to(np.asarray(mpf(0), dtype=object), shape)


def zeros(shape, like):
    return np.full(shape, mpf(0), dtype=object)


def field(entry, frame):
    return np.broadcast_to(constant(entry, frame), frame.shape)


def dense(weight, argument):
    return argument @ weight.T


def row(weight, argument):
    return (argument*weight).sum(-1, keepdims=True)


def mean(argument):
    return argument.mean(-1, keepdims=True)


def largest(weight, argument):
    # Rows that are alike have the same largest entry.
    inside = (weight != 0).astype(bool)
    found = np.empty(argument.shape, argument.dtype)
    for row in np.unique(inside, axis=0):
        found[..., (inside == row).all(1)] = argument[..., row].max(-1, keepdims=True)
    return found


def zero_matrix(states, frame, *groups):
    size = states*frame.shape[-1]
    return zeros((*frame.shape[:-1], size, size), frame)


def block_of(matrix, states, i, j):
    H = matrix.shape[-1]//states
    return matrix[..., i*H:(i + 1)*H, j*H:(j + 1)*H]


def add_rows(block, entry, matrix):
    block += entry[..., :, None]*matrix


def add_outer(block, column, entries):
    block += column[..., :, None]*entries[..., None, :]


def add_diagonal(block, entry):
    index = np.arange(block.shape[-1])
    block[..., index, index] += entry


def add_matrix(block, matrix):
    block += matrix


def scale_rows(entry, matrix):
    return entry[..., :, None]*matrix


def scale_columns(matrix, entry):
    return matrix*entry[..., None, :]


def apply(matrix, entries):
    return (matrix @ entries[..., :, None])[..., 0]


def left_multiply(entries, matrix):
    return (entries[..., None, :] @ matrix)[..., 0, :]


def inner(left, right):
    return (left*right).sum(-1, keepdims=True)


def diagonal_of(matrix):
    return np.diagonal(matrix, axis1=-2, axis2=-1)


def diagonal_of_product(left, right):
    return (left*np.swapaxes(right, -1, -2)).sum(-1)


def diagonal_through(left, entry, right):
    return dense(left*right.T, entry)


def stack_entries(rows):
    return np.stack([np.stack(entries, -2) for entries in rows], -3)
