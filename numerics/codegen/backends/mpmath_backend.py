"""mpmath: arrays of arbitrary-precision numbers, at the precision of ``mpmath.mp`` when called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mpmath
import numpy as np
import sympy

from longlag.numerics.codegen.backend import Backend
from longlag.numerics.codegen.backends.functions import FUNCTIONS
from longlag.numerics.codegen.backends.numpy_backend import ARRAY_HELPERS
from longlag.theory.errors import LonglagError

PRELUDE = (
    """\
import mpmath
import numpy as np
from mpmath import mpf


def elementwise(function, arguments=1):
    return np.frompyfunc(function, arguments, 1)


acos, asin, asinh, atan = map(elementwise, (mpmath.acos, mpmath.asin, mpmath.asinh, mpmath.atan))
cos, cosh, erf, erfc = map(elementwise, (mpmath.cos, mpmath.cosh, mpmath.erf, mpmath.erfc))
exp, log, sign, sin = map(elementwise, (mpmath.exp, mpmath.log, mpmath.sign, mpmath.sin))
sinh, sqrt, tan, tanh = map(elementwise, (mpmath.sinh, mpmath.sqrt, mpmath.tan, mpmath.tanh))
absolute = elementwise(abs)
sigmoid = elementwise(lambda x: 1 / (1 + mpmath.exp(-x)))
softplus = elementwise(lambda x: mpmath.log1p(mpmath.exp(x)))
relu = elementwise(lambda x: x if x > 0 else 0 * x)
heaviside = elementwise(lambda x, at_zero: mpf(x > 0) if x != 0 else at_zero, 2)
minimum = elementwise(lambda a, b: a if a < b or a != a else b, 2)
maximum = elementwise(lambda a, b: a if a > b or a != a else b, 2)
where = np.where


def constant(value, like):
    return np.asarray(value, dtype=object)


def frame_of(*arrays):
    shape = np.broadcast_shapes(*(array.shape for array in arrays))
    return np.full(shape, mpf(0), dtype=object)


"""
    + ARRAY_HELPERS
)

_to_mpf = np.frompyfunc(mpmath.mpf, 1, 1)


def prepare(name: str, value: Any) -> Any:
    """Return an object array of mpf; floats are converted exactly, text is refused."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().double().numpy()
    array = np.asarray(value)
    try:
        if array.dtype.kind not in "fiuO":
            raise TypeError
        return np.asarray(_to_mpf(array.astype(object)), dtype=object)
    except TypeError:
        raise LonglagError(
            f"{name} of type {type(value).__name__}",
            "the mpmath backend takes arrays and nested lists of real numbers",
            "give numbers or mpmath.mpf",
        ) from None


def kind(array: Any) -> Mapping[str, str]:
    """Nothing: every array holds numbers of the current precision."""
    return {}


BACKEND = Backend(
    name="mpmath",
    prelude=PRELUDE,
    functions=FUNCTIONS,
    constants={sympy.pi: "mpmath.pi()", sympy.E: "mpmath.e()"},
    rational=lambda p, q: f"mpf({p})/{q}",
    number=lambda digits: f"mpf({digits!r})",
    prepare=prepare,
    kind=kind,
)
