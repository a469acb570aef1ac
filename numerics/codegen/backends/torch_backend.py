"""PyTorch: any dtype and device, differentiable, under vmap and ``torch.compile(fullgraph=True)``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy
import torch

from longlag.numerics.codegen.backend import Backend, plain_number, plain_rational
from longlag.numerics.codegen.backends.functions import FUNCTIONS
from longlag.theory.errors import LonglagError

PRELUDE = """\
from math import e, pi

import torch
from torch import (
    acos, asin, asinh, atan, cos, cosh, erf, erfc, exp, log, relu, sigmoid, sign, sin, sinh, sqrt,
    tan, tanh, where,
)
from torch import abs as absolute


def softplus(x):
    return torch.logaddexp(x, torch.zeros_like(x))


def heaviside(x, at_zero):
    return where(x == 0, at_zero, (x > 0).to(x.dtype))


def minimum(a, b):
    return torch.minimum(*pair(a, b))


def maximum(a, b):
    return torch.maximum(*pair(a, b))


def pair(a, b):
    like = a if torch.is_tensor(a) else b
    return constant(a, like), constant(b, like)


def constant(value, like):
    return torch.as_tensor(value, dtype=like.dtype, device=like.device)


def frame_of(*arrays):
    shape = torch.broadcast_shapes(*(array.shape for array in arrays))
    return arrays[0].new_zeros(()).expand(shape)


def field(entry, frame):
    return torch.broadcast_to(constant(entry, frame), frame.shape)


def dense(weight, argument):
    return argument @ weight.mT


def row(weight, argument):
    return (argument * weight).sum(-1, keepdim=True)


def mean(argument):
    return argument.mean(-1, keepdim=True)


def scale_rows(entry, matrix):
    return entry.unsqueeze(-1) * matrix


def scale_columns(matrix, entry):
    return matrix * entry.unsqueeze(-2)


def add_rows(total, entry, matrix):
    return torch.addcmul(total, entry.unsqueeze(-1), matrix)


def add_diagonal(total, entry):
    return total + torch.diag_embed(entry)


def outer(column, entries):
    return column.unsqueeze(-1) * entries.unsqueeze(-2)


def left_multiply(entries, matrix):
    return (entries.unsqueeze(-2) @ matrix).squeeze(-2)


def right_multiply(matrix, column):
    return (matrix @ column.unsqueeze(-1)).squeeze(-1)


def inner(left, right):
    return (left * right).sum(-1, keepdim=True)


def zero_matrix(frame):
    return torch.diag_embed(torch.zeros_like(frame))


def diagonal_of(matrix):
    return torch.diagonal(matrix, dim1=-2, dim2=-1)


def diagonal_of_product(left, right):
    return (left * right.mT).sum(-1)


def join_blocks(rows):
    if len(rows) == 1:
        return rows[0][0]
    return torch.cat([torch.cat(blocks, -1) for blocks in rows], -2)


def stack_entries(rows):
    return torch.stack([torch.stack(entries, -2) for entries in rows], -3)
"""


def prepare(name: str, value: Any) -> Any:
    """Pass tensors and numbers on; anything else raises LonglagError."""
    if isinstance(value, torch.Tensor):
        if not value.is_floating_point():
            raise LonglagError(
                f"{name} of dtype {str(value.dtype).removeprefix('torch.')}",
                "cells work in real floating-point numbers",
                "convert it with .to(torch.float64) or another floating dtype",
            )
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    raise LonglagError(
        f"{name} of type {type(value).__name__}",
        "the torch backend takes tensors, and numbers for parameters",
        "convert it with torch.as_tensor",
    )


def kind(array: torch.Tensor) -> Mapping[str, str]:
    """Return dtype and device."""
    return {"dtype": str(array.dtype).removeprefix("torch."), "device": str(array.device)}


BACKEND = Backend(
    name="torch",
    prelude=PRELUDE,
    functions=FUNCTIONS,
    constants={sympy.pi: "pi", sympy.E: "e"},
    rational=plain_rational,
    number=plain_number,
    prepare=prepare,
    kind=kind,
)
