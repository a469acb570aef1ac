"""The whole of ``measure_transport`` against the same measurement by autograd."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from benchmarks.by_hand import first_order_envelope, run_gru
from benchmarks.timing import Row, absolute, at_least, medians
from longlag.numerics import measure_transport

_SIZE, _STEPS, _LAGS = 64, 256, 128
#: Anchors whose products autograd is timed on; all of them would take minutes.
_ANCHORS = 2
#: A small measurement, as one makes it while a network is looked at.
_SCRIPT_SIZE, _SCRIPT_STEPS, _SCRIPT_SEQUENCES, _SCRIPT_LAGS = 32, 128, 16, (32, 127)


def exact_by_autograd(gru: nn.GRU, x: Tensor, anchor: int) -> Tensor:
    """Return diagonals at one anchor and every lag as one would by hand, shape (L, H).

    One backward pass for each output neuron gives its gradient at every earlier state.
    """
    first = anchor - _LAGS + 1
    with torch.no_grad():
        h = gru(x[:first])[1]
    h.requires_grad_()
    sources = []
    for step in range(first, anchor + 1):
        sources.append(h)
        h = gru(x[step : step + 1], h)[1]
    passes = [torch.autograd.grad(h[0, q], sources, retain_graph=True) for q in range(_SIZE)]
    rows = [torch.stack([found[0, q] for found in one]) for q, one in enumerate(passes)]
    return torch.stack(rows, -1).flip(0)


def against_autograd() -> list[Row]:
    """Exact diagonals of every anchor and lag against backward passes."""
    torch.manual_seed(0)
    gru, x = nn.GRU(1, _SIZE), torch.randn(_STEPS, 1)
    anchors = [_STEPS - 1 - k for k in range(_ANCHORS)]
    seconds = medians(
        {
            "measured": lambda: measure_transport(gru, x, max_lag=_LAGS),
            "autograd": lambda: [exact_by_autograd(gru, x, anchor) for anchor in anchors],
        },
        repeats=3,
        warmup=1,
    )
    all_anchors = seconds["autograd"] / _ANCHORS * (_STEPS - _LAGS + 1)
    what = f"measure_transport, H={_SIZE}, T={_STEPS}, lags to {_LAGS}"
    return [
        at_least(
            what,
            f"exact diagonals by autograd ({_ANCHORS} anchors timed, scaled to all)",
            all_anchors / seconds["measured"],
            10,
        ),
        absolute(what, seconds["measured"], 2.0),
    ]


def against_script(max_lag: int) -> list[Row]:
    """What a user calls against what one would write by hand in its place, for first order only.

    The script knows neither exact products nor the bound of the remainder, which costs as much as
    the rest of a report of first order.
    """
    torch.manual_seed(0)
    gru, x = nn.GRU(1, _SCRIPT_SIZE), torch.randn(_SCRIPT_STEPS, _SCRIPT_SEQUENCES, 1)
    seconds = medians(
        {
            "script": lambda: first_order_envelope(run_gru(gru, x), max_lag),
            "first order": lambda: measure_transport(gru, x, max_lag=max_lag, exact=False),
            "whole": lambda: measure_transport(gru, x, max_lag=max_lag),
        },
        repeats=15,
    )
    size = f"H={_SCRIPT_SIZE}, T={_SCRIPT_STEPS}, {_SCRIPT_SEQUENCES} sequences, lags to {max_lag}"
    against = "first-order script in NumPy"
    return [
        at_least(
            f"measure_transport, first order, {size}",
            against,
            seconds["script"] / seconds["first order"],
            1,
        ),
        at_least(
            f"measure_transport, the whole report, {size}",
            against,
            seconds["script"] / seconds["whole"],
            1,
        ),
    ]


def run() -> list[Row]:
    """Return the rows of this file."""
    return [*against_autograd(), *(row for lag in _SCRIPT_LAGS for row in against_script(lag))]
