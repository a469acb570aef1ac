"""Predict the next value of a series: the task, and what two trivial predictors lose on it."""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.theory.errors import LonglagError


class NextValue(NamedTuple):
    """The task of predicting the next value, on overlapping crops of one series.

    Args:
        inputs: standardised values, shape (T, N, 1): all N crops of T consecutive values.
        targets: the values one step later, same shape.
    """

    inputs: Tensor
    targets: Tensor


def next_value(
    series: Float[Tensor, " total"], length: int, *, dtype: torch.dtype = torch.float64
) -> NextValue:
    """Cut a series into all its crops and standardise it: mean 0 and variance 1 over its length.

    Args:
        series: the values, in the order of time.
        length: the number T of inputs of a crop; N = total − T.
        dtype: of the result.

    Raises:
        LonglagError: a series that is not one row of finite numbers or does not vary, a crop that
            does not fit into it.

    >>> task = next_value(torch.tensor([-1.0, 1.0, -1.0, 1.0]), 3)
    >>> task.inputs[:, 0, 0], task.targets[:, 0, 0]
    (tensor([-1.,  1., -1.], dtype=torch.float64), tensor([ 1., -1.,  1.], dtype=torch.float64))
    """
    if series.ndim != 1 or not series.is_floating_point() or not bool(series.isfinite().all()):
        raise LonglagError(
            f"series of shape {tuple(series.shape)} and dtype {series.dtype}",
            "it is one row of finite real numbers",
            "give one feature as a flat tensor of floats, gaps filled",
        )
    if not 1 <= length < len(series):
        raise LonglagError(
            f"crops of length {length!r}",
            f"they fit into {len(series)} values with one to spare for the last target",
            f"choose from 1 to {len(series) - 1}",
        )
    values = series.to(torch.float64)
    deviation = values.std(correction=0)
    if not deviation > 0:
        raise LonglagError(
            f"series constant at {float(values[0]):g}",
            "a series without variance cannot be standardised",
            "check which quantity was recorded",
        )
    standard = ((values - values.mean()) / deviation).to(dtype)
    windows = standard.unfold(0, length + 1, 1).T[..., None]
    return NextValue(windows[:-1].contiguous(), windows[1:].contiguous())


def last_value_loss(task: NextValue) -> float:
    """Return the mean square error of predicting that the next value is the last one.

    Args:
        task: the series, cut into inputs and targets.

    >>> last_value_loss(next_value(torch.tensor([-1.0, 1.0, -1.0, 1.0]), 3))
    4.0
    """
    return float((task.targets - task.inputs).square().mean())


def mean_loss(task: NextValue) -> float:
    """Return the mean square error of predicting the mean of all targets.

    Args:
        task: the series, cut into inputs and targets.

    >>> round(mean_loss(next_value(torch.tensor([-1.0, 1.0, -1.0, 1.0]), 3)), 4)
    0.8889
    """
    return float(task.targets.var(correction=0))


__all__ = ["NextValue", "last_value_loss", "mean_loss", "next_value"]
