"""mpmath: arrays of arbitrary-precision numbers, at the precision of ``mpmath.mp`` when called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mpmath
import numpy as np
import sympy
from sympy import Float

from longlag.numerics.codegen.backend import Backend
from longlag.numerics.codegen.backends.functions import FUNCTIONS, SPECIAL
from longlag.numerics.codegen.backends.numpy_backend import ARRAY_HELPERS
from longlag.theory.errors import LonglagError

PRELUDE = (
    """\
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


"""
    + ARRAY_HELPERS
)

_to_mpf = np.frompyfunc(mpmath.mpf, 1, 1)


def prepare(role: str, name: str, value: Any) -> Any:
    """Return an object array of mpf; floats are converted exactly, text is refused."""
    try:
        if hasattr(value, "detach"):
            value = value.detach().cpu().double().numpy()
        array = np.asarray(value)
        if array.dtype.kind not in "fiuO":
            raise TypeError
        return np.asarray(_to_mpf(array.astype(object)), dtype=object)
    except (TypeError, ValueError, NotImplementedError):
        raise LonglagError(
            f"{role} {name!r} of type {type(value).__name__}",
            "the mpmath backend takes arrays and nested lists of real numbers",
            "give numbers or mpmath.mpf",
        ) from None


def kind(array: Any) -> tuple[()]:
    """Return nothing: every array holds numbers of the current precision."""
    return ()


def number(value: Float) -> str:
    """Return a literal that is exact where the working precision allows."""
    nearest = float(value)
    if Float(nearest, precision=value._prec) == value:
        return f"mpf({nearest!r})"
    sign, mantissa, exponent, _ = value._mpf_
    return f"mpmath.ldexp({-mantissa if sign else mantissa}, {exponent})"


def as_array(values: Sequence[Any]) -> np.ndarray:
    """Return an array of exact copies."""
    return np.asarray(_to_mpf(np.asarray(values, dtype=object)), dtype=object)


def exponential(matrix: Any) -> Any:
    """Return the exponential of an object array (H, H) of mpmath's numbers."""
    return np.array(mpmath.expm(mpmath.matrix(matrix.tolist())).tolist(), dtype=object)


BACKEND = Backend(
    name="mpmath",
    prelude=PRELUDE,
    functions=FUNCTIONS | SPECIAL,
    constants={
        sympy.pi: "mpmath.pi()",
        sympy.E: "mpmath.e()",
        sympy.oo: "mpmath.inf",
        -sympy.oo: "-mpmath.inf",
    },
    rational=lambda p, q: f"mpf({p})/{q}" if q != 1 else f"mpf({p})",
    number=number,
    folds_constants=False,
    array=as_array,
    prepare=prepare,
    aspects=(),
    kind=kind,
    exponential=exponential,
    cast=lambda array, like: array,
    holds=lambda condition: bool(np.all(condition)),
    # NumPy looks at the flags of the processor even where mpmath does the arithmetic.
    quiet=lambda: np.errstate(all="ignore"),
)
