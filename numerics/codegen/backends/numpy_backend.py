"""NumPy: batched arrays of any floating dtype."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.linalg
import sympy

from longlag.numerics.codegen.backend import Backend, plain_number, plain_rational
from longlag.numerics.codegen.backends.functions import FUNCTIONS, SPECIAL
from longlag.theory.errors import LonglagError

#: Helpers that NumPy arrays of floats and of mpmath numbers share.
ARRAY_HELPERS = """\
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
"""

PRELUDE = (
    """\
import numpy as np
from numpy import absolute, cos, cosh, e, exp, expm1, heaviside, inf, log, log1p
from numpy import maximum, minimum, pi
from numpy import arccos as acos, arccosh as acosh, arcsin as asin, arcsinh as asinh
from numpy import arctan as atan
from numpy import sign, sin, sinh, sqrt, tan, tanh, where
from scipy.special import erf, erfc, exp1, expn, gamma, gammainc, gammaincc
from scipy.special import gammaln as loggamma, kv as besselk
from scipy.special import wrightomega as wright_omega


def sigmoid(x):
    # Only e**-|x| is formed, which cannot overflow; scipy's expit costs a slow import.
    decayed = exp(-absolute(x))
    return where(x >= 0, 1, decayed)/(1 + decayed)


def softplus(x):
    return np.logaddexp(x, 0)


def hold(x):
    return x


def surrogate(x, value, slope):
    return value


def relu(x):
    return maximum(x, 0)


def log_expm1(x):
    # Where e**x would overflow, e**-x is what there is left to subtract.
    return x + log(-expm1(-x))


def log1mexp(x):
    # log(1 - e**-x): what is near 1 loses its digits, on one side or on the other of ln 2.
    far = x > 0.6931471805599453
    return where(far, log1p(-exp(-maximum(x, 0.5))), log(-expm1(-minimum(x, 1))))


def lower_omega(x):
    # v - ln(1 + v) = x - 1 by Newton's method from the bound of Chatzigeorgiou (2013) above it.
    u = maximum(x - 1, 0)
    v = sqrt(2*u) + u
    for _ in range(6):
        v = where(v > 0, v - (v - np.log1p(v) - u)*(1 + v)/where(v > 0, v, 1), 0)
    return 1 + v


def vanishing_product(x, y):
    # Where x is 0 before y overflows, y counts as a finite number.
    return x*where(x == 0, np.clip(y, -1, 1), y)


def lowergamma(s, x):
    return gamma(s)*gammainc(s, x)


def uppergamma(s, x):
    return gamma(s)*gammaincc(s, x)


def expint(order, x):
    # SciPy has integer orders only, and would truncate others.
    if not np.all(np.equal(np.mod(order, 1), 0)):
        raise ValueError("expint of an order that is no integer")
    return exp1(x) if np.all(np.equal(order, 1)) else expn(order, x)


def bisect(falling, low, high):
    # The root of a falling function; 64 halvings exhaust double precision. NaN where it lies
    # beyond, or where the function jumps over it because a value underflows.
    with np.errstate(all="ignore"):
        beyond = falling(high) > 0
        for _ in range(64):
            middle = (low + high)/2
            above = falling(middle) > 0
            low, high = where(above, middle, low), where(above, high, middle)
        middle = (low + high)/2
        reached = absolute(falling(middle)) <= np.finfo(middle.dtype).eps**0.25
    return where(beyond | ~reached, np.nan, middle)


def arrays(*values):
    values = [np.asarray(value) for value in values]
    floating = [value.dtype for value in values if value.dtype.kind == "f" and value.ndim]
    return [np.asarray(value, floating[0] if floating else float) for value in values]


def constant(value, like):
    return np.asarray(value, like.dtype)


def frame_of(*arrays):
    shape = np.broadcast_shapes(*(array.shape for array in arrays))
    return np.broadcast_to(np.zeros((), arrays[0].dtype), shape)


def zeros(shape, like):
    return np.zeros(shape, like.dtype)


"""
    + ARRAY_HELPERS
)


def prepare(role: str, name: str, value: Any) -> Any:
    """Return a floating array; other dtypes and types raise LonglagError."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if not isinstance(value, (np.ndarray, np.floating)):
        raise LonglagError(
            f"{role} {name!r} of type {type(value).__name__}",
            "the numpy backend takes arrays, and numbers for parameters",
            "convert it with numpy.asarray",
        )
    if not np.issubdtype(value.dtype, np.floating):
        raise LonglagError(
            f"{role} {name!r} of dtype {value.dtype}",
            "generated functions work in real floating-point numbers",
            "convert it with .astype(float)",
        )
    return np.asarray(value)


def kind(array: Any) -> tuple[np.dtype]:
    """Return the dtype."""
    return (array.dtype,)


def as_array(values: Sequence[Any]) -> np.ndarray:
    """Return an array of doubles."""
    return np.array(values, dtype=np.float64)


BACKEND = Backend(
    name="numpy",
    prelude=PRELUDE,
    functions=FUNCTIONS | SPECIAL,
    constants={sympy.pi: "pi", sympy.E: "e", sympy.oo: "inf", -sympy.oo: "-inf"},
    rational=plain_rational,
    number=plain_number,
    folds_constants=True,
    array=as_array,
    prepare=prepare,
    aspects=("dtype",),
    kind=kind,
    exponential=scipy.linalg.expm,
    cast=lambda array, like: array.astype(like.dtype),
    holds=lambda condition: bool(np.all(condition)),
    quiet=lambda: np.errstate(divide="ignore", over="ignore", under="ignore"),
)
