"""NumPy: batched arrays of any floating dtype."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy

from longlag.numerics.codegen.backend import Backend, plain_number, plain_rational
from longlag.numerics.codegen.backends.functions import FUNCTIONS
from longlag.theory.errors import LonglagError

#: Helpers that NumPy arrays of floats and of mpmath numbers share.
ARRAY_HELPERS = """\
def field(entry, frame):
    return frame + entry


def dense(weight, argument):
    return argument @ np.swapaxes(weight, -1, -2)


def row(weight, argument):
    return (argument * weight).sum(-1, keepdims=True)


def mean(argument):
    return argument.mean(-1, keepdims=True)


def scale_rows(entry, matrix):
    return entry[..., :, None] * matrix


def scale_columns(matrix, entry):
    return matrix * entry[..., None, :]


def add_rows(total, entry, matrix):
    return total + entry[..., :, None] * matrix


def add_diagonal(total, entry):
    return total + entry[..., :, None] * np.eye(entry.shape[-1], dtype=entry.dtype)


def outer(column, entries):
    return column[..., :, None] * entries[..., None, :]


def left_multiply(entries, matrix):
    return (entries[..., None, :] @ matrix)[..., 0, :]


def right_multiply(matrix, column):
    return (matrix @ column[..., :, None])[..., :, 0]


def inner(left, right):
    return (left * right).sum(-1, keepdims=True)


def zero_matrix(frame):
    return frame[..., :, None] * np.zeros(frame.shape[-1], frame.dtype)


def diagonal_of(matrix):
    return np.diagonal(matrix, axis1=-2, axis2=-1)


def diagonal_of_product(left, right):
    return (left * np.swapaxes(right, -1, -2)).sum(-1)


def join_blocks(rows):
    if len(rows) == 1:
        return rows[0][0]
    return np.concatenate([np.concatenate(blocks, -1) for blocks in rows], -2)


def stack_entries(rows):
    return np.stack([np.stack(entries, -2) for entries in rows], -3)
"""

PRELUDE = (
    """\
import numpy as np
from numpy import absolute, cos, cosh, e, exp, heaviside, log, maximum, minimum, pi, sign, sin
from numpy import arccos as acos, arcsin as asin, arcsinh as asinh, arctan as atan
from numpy import sinh, sqrt, tan, tanh, where
from scipy.special import erf, erfc, expit as sigmoid


def softplus(x):
    return np.logaddexp(x, 0)


def relu(x):
    return maximum(x, 0)


def constant(value, like):
    return np.asarray(value, like.dtype)


def frame_of(*arrays):
    shape = np.broadcast_shapes(*(array.shape for array in arrays))
    return np.zeros(shape, arrays[0].dtype)


"""
    + ARRAY_HELPERS
)


def prepare(name: str, value: Any) -> Any:
    """Return a floating array; other dtypes and types raise LonglagError."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if not isinstance(value, (np.ndarray, np.floating)):
        raise LonglagError(
            f"{name} of type {type(value).__name__}",
            "the numpy backend takes arrays, and numbers for parameters",
            "convert it with numpy.asarray",
        )
    if not np.issubdtype(value.dtype, np.floating):
        raise LonglagError(
            f"{name} of dtype {value.dtype}",
            "cells work in real floating-point numbers",
            "convert it with .astype(float)",
        )
    return np.asarray(value)


def kind(array: Any) -> Mapping[str, str]:
    """Return the dtype."""
    return {"dtype": str(array.dtype)}


BACKEND = Backend(
    name="numpy",
    prelude=PRELUDE,
    functions=FUNCTIONS,
    constants={sympy.pi: "pi", sympy.E: "e"},
    rational=plain_rational,
    number=plain_number,
    prepare=prepare,
    kind=kind,
)
