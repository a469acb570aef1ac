"""Six cells crossed with four optimisers: the share of each, and of both together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from sympy import Abs, Rational

from longlag.derivations.coupling import letters as the
from longlag.derivations.coupling.letters import PAPER
from longlag.derivations.results import above, interval, measured, measured_claim, shipped
from longlag.numerics.canvas import canvas
from longlag.theory.statement import Claim, Figure, Item, Settings, Source, Table, Text, Verdict

_CELLS = ("plain", "leaky", "shared_gate", "diag_gate", "gru", "lstm")
_GATED = ("shared_gate", "diag_gate", "gru", "lstm")
_OPTIMISERS = ("SGD", "SGD with momentum", "Adam", "RMSprop")
_LAST, _LONG = 300, 24


@cache
def responses(quantity: str, lag: int | None = None) -> Any:
    """Return a number for each cell, optimiser and seed after training, shape (6, 4, S)."""
    table = shipped("crossed")
    labels: dict[str, Any] = {"quantity": quantity, "note": "comparison", "update": _LAST}
    labels |= {} if lag is None else {"lag": lag}
    found = [
        [list(table.by_seed(cell=c, optimiser=o, **labels).values()) for o in _OPTIMISERS]
        for c in _CELLS
    ]
    return np.asarray(found)


def log_loss() -> Any:
    """Return ln of the share of variance that is left, shape (6, 4, S)."""
    return np.log(responses("probe loss") / responses("loss of the mean"))


def shares(values: Any) -> dict[str, float]:
    """Return the shares of variance of means over seeds: cell, optimiser, both together."""
    means = values.mean(-1)
    centred = means - means.mean()
    cell, optimiser = centred.mean(1, keepdims=True), centred.mean(0, keepdims=True)
    together = centred - cell - optimiser
    total = float((centred**2).sum())
    return {
        "cell": float((cell**2).sum() * means.shape[1]) / total,
        "optimiser": float((optimiser**2).sum() * means.shape[0]) / total,
        "both": float((together**2).sum()) / total,
    }


def _share(*, quantity: str, larger: str, smaller: str) -> Verdict:
    values = log_loss() if quantity == "loss" else responses(quantity, _LONG)
    by_seed = [shares(values[..., [seed]]) for seed in range(values.shape[-1])]
    difference = interval(one[larger] - one[smaller] for one in by_seed)
    whole = shares(values)
    told = ", ".join(f"{name} {share:.2f}" for name, share in whole.items())
    told = f"shares of variance of the {quantity}: {told}; {larger} less {smaller} {difference}"
    return measured(shipped("crossed"), difference.low > 0, told, values.size)


def _interaction(*, part: str, least: float) -> Verdict:
    values = log_loss()
    found = interval(shares(values[..., [s]])[part] for s in range(values.shape[-1]))
    return measured(shipped("crossed"), found.low > least, f"share {found}", values.size)


def trainable(cell: str, optimiser: str) -> float:
    """Return the share of the learning rates that explain half of the variance in tuning."""
    table = shipped("crossed")
    rows = table.select(cell=cell, optimiser=optimiser, note="tuning")
    loss = {
        (r["learning_rate"], r["seed"]): r["value"] for r in rows if r["quantity"] == "probe loss"
    }
    mean = {
        (r["learning_rate"], r["seed"]): r["value"]
        for r in rows
        if r["quantity"] == "loss of the mean"
    }
    return float(np.mean([loss[key] < 0.5 * mean[key] for key in loss]))  # type: ignore[operator]


def _robust(*, more: Sequence[str], less: Sequence[str]) -> Verdict:
    """Paired over optimisers: gates against cells without."""
    first, second = (
        np.asarray([[trainable(c, o) for o in _OPTIMISERS] for c in cells]).mean(0)
        for cells in (more, less)
    )
    difference = interval(first - second)
    told = (
        f"share of the learning rates that train: {first.mean():.2f} against {second.mean():.2f}, "
        f"paired over optimisers {difference}"
    )
    holds = above({"difference": difference}, 0)
    return measured(shipped("crossed"), holds, told, first.size * len(_CELLS))


def _confounded(*, taken: bool, least: float) -> Verdict:
    """The published difference, and that of the cells alone at one optimiser."""
    values = log_loss()
    plain, gate = _CELLS.index("plain"), _CELLS.index("diag_gate")
    adam, descent = _OPTIMISERS.index("Adam"), _OPTIMISERS.index("SGD")
    published = interval(values[gate, descent] - values[plain, adam])
    alone = interval(values[gate, descent] - values[plain, descent])
    far = interval(
        (values[gate, descent] - values[plain, adam])
        - (values[gate, descent] - values[plain, descent if taken else adam])
    )
    told = f"gate less plain: published {published}, at one optimiser {alone}; apart by {far}"
    holds = abs(far.mean) - far.half > least
    return measured(shipped("crossed"), holds, told, values.shape[-1])


def _claims() -> tuple[Claim, ...]:
    return (
        measured_claim(
            "complementary",
            the.OF_BOTH,
            ">",
            Rational(1, 50),
            _interaction,
            title="Gates and optimisers are complementary, not equivalent",
            text="If one could stand for the other, or each added its own, there would be no "
            "interaction: its share of the variance of the logarithm of the loss, seed by seed.",
            source=Source(PAPER, "abstract: complementary but not equivalent"),
            stated={"part": "both", "least": 0.02},
            wrong={"nearly all of it": {"least": 0.95}},
        ),
        measured_claim(
            "anisotropy_is_the_cells",
            the.OF_CELL,
            ">",
            the.OF_OPTIMISER,
            _share,
            title="The anisotropy of the transport is the cell's",
            text="ln AI₁₀ at lag 24 over six cells and four optimisers: how much of its variance "
            "each explains.",
            stated={"quantity": "ln AI", "larger": "cell", "smaller": "optimiser"},
            wrong={"the optimiser's": {"larger": "optimiser", "smaller": "cell"}},
        ),
        measured_claim(
            "optimiser_confounded",
            Abs(the.CHANGED_BOTH - the.CHANGED_CELL),
            ">",
            Rational(1, 20),
            _confounded,
            title="Defect 7: cell and optimiser changed together",
            text="Differences of the logarithm of the loss: diagonal gate with plain descent "
            "against the plain cell with Adam, as published, and with plain descent too.",
            source=Source(PAPER, "second series: plain with Adam against gates with SGD"),
            stated={"taken": True, "least": 0.05},
            wrong={"compared with itself": {"taken": False}},
        ),
        measured_claim(
            "robust_trainability",
            the.ROBUST,
            ">",
            the.FRAGILE,
            _robust,
            title="Gates make training robust",
            text="The share of five learning rates over two decades at which a cell explains half "
            "of the variance, cells with gates against plain and leaky, paired over optimisers.",
            source=Source(PAPER, "abstract: robust trainability"),
            expected_to_hold=None,
            stated={"more": _GATED, "less": ("plain", "leaky")},
            wrong={},
        ),
    )


def effects_figure(settings: Settings) -> Any:
    """Draw what is left of the variance for each cell and optimiser, with intervals."""
    values = log_loss()
    figure, axes = canvas(size=(6.5, 3.2))
    for number, optimiser in enumerate(_OPTIMISERS):
        found = [interval(values[i, number]) for i in range(len(_CELLS))]
        at = np.arange(len(_CELLS)) + 0.15 * (number - 1.5)
        axes.errorbar(
            at,
            [np.exp(one.mean) for one in found],
            [
                [np.exp(one.mean) - np.exp(one.low) for one in found],
                [np.exp(one.high) - np.exp(one.mean) for one in found],
            ],
            fmt="o",
            ms=4,
            capsize=2,
            label=optimiser,
        )
    axes.set_xticks(range(len(_CELLS)), _CELLS)
    axes.set(yscale="log", ylabel="variance left")
    axes.legend(frameon=False, fontsize=8)
    return figure


def _trainable(settings: Settings) -> list[tuple[str, ...]]:
    return [(cell, *(f"{trainable(cell, o):.1f}" for o in _OPTIMISERS)) for cell in _CELLS]


def items() -> tuple[Item, ...]:
    """Return the part of the section about cells crossed with optimisers."""
    return (
        Text(
            "A sum of four delays over 60 steps, 32 neurons. Every cell is trained with every "
            "optimiser, at the step size that did best in a short run on other seeds, of the same "
            "five; seeds share their data over all cells."
        ),
        *_claims(),
        Figure(
            "crossed_losses",
            "Share of the target's variance that is left after 300 updates, geometric means with "
            "95 % intervals over seeds.",
            effects_figure,
        ),
        Table(
            "trainable_rates",
            "Share of the learning rates 0.001, 0.003, 0.01, 0.03, 0.1 at which half of the "
            "variance is explained after 120 updates.",
            ("cell", *_OPTIMISERS),
            _trainable,
        ),
    )


__all__ = ["items", "log_loss", "responses", "shares", "trainable"]
