"""Do heavier tails compress what is learned, and broader spectra widen it? On trained networks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from longlag.derivations.learned import letters as the
from longlag.derivations.learned.windows import CELLS, LAGS, NUMBERS, SEEDS, UPDATES, gains, window
from longlag.derivations.results import interval, listed, measured, measured_claim, shipped
from longlag.numerics.experiments.designs.widened import KEPT, OWN_GATES, PUBLISHED, TAILS
from longlag.theory.statement import Claim, Derivation, Item, Settings, Source, Table, Text, Verdict

_PAPER = "arXiv 2512.05790"
#: Unchanged runs are those of the experiment ``learned`` with so many sequences and updates.
NUMBER, LAST = NUMBERS[1], UPDATES[-1]
#: What is changed ↦ in which cells.
CHANGES: dict[str, tuple[str, ...]] = {
    **{f"tail {tail}": CELLS for tail in TAILS},
    **{f"spread at one mean {kept}": tuple(OWN_GATES) for kept in KEPT},
    "published time scale": tuple(PUBLISHED),
}


@cache
def changed_gains(note: str, cell: str) -> Any:
    """Return the gains of runs in which one thing is changed, shape (seeds, lags)."""
    labels: dict[str, Any] = {"quantity": "gain", "update": LAST, "note": note, "cell": cell}
    found = [shipped("widened").by_seed(lag=lag, **labels) for lag in LAGS]
    return np.asarray([[each[seed] for each in found] for seed in SEEDS])


def log_windows(found: Any) -> Any:
    """Return ln of the windows of some gains; one below the first lag counts as half of it.

    >>> log_windows(np.zeros((1, 5))).tolist()
    [0.0]
    """
    return np.asarray([math.log(max(window(gain), LAGS[0] / 2)) for gain in found])


def differences(note: str) -> dict[str, Any]:
    """Return by cell ln of the window of changed runs less that of unchanged ones, by seed."""
    return {
        cell: log_windows(changed_gains(note, cell)) - log_windows(gains(cell, NUMBER, LAST))
        for cell in CHANGES[note]
    }


def _change(*, note: str, sign: int) -> Verdict:
    """Whether a change widens the window, sign 1, or narrows it, −1: means over cells, by seed."""
    by_cell = differences(note)
    found = interval(np.mean(list(by_cell.values()), 0))
    gained = np.mean(
        [changed_gains(note, cell) - gains(cell, NUMBER, LAST) for cell in by_cell], (0, 2)
    )
    each = listed({cell: interval(values) for cell, values in by_cell.items()})
    told = f"change of ln window {found} ({each}); of the mean gain {interval(gained)}"
    low, high = sorted((sign * found.low, sign * found.high))
    holds = True if low > 0 else False if high < 0 else None
    return measured(shipped("widened"), holds, told, len(by_cell) * len(SEEDS))


def _claims() -> tuple[Claim, ...]:
    return (
        measured_claim(
            "heavy_tails",
            the.TAIL,
            "<",
            0,
            _change,
            title="Heavier tails compress the window",
            text="Noise of the targets with tail index 1.5 in place of 2, at one stable scale.",
            source=Source(_PAPER, "heavier tails compress the window"),
            stated={"note": "tail 1.5", "sign": -1},
            wrong={"they widen it": {"note": "tail 1.5", "sign": 1}},
        ),
        measured_claim(
            "heavier_tails",
            the.HEAVY_TAIL,
            "<",
            0,
            _change,
            title="And still heavier ones",
            text="Tail index 1.2.",
            source=Source(_PAPER, "heavier tails compress the window"),
            stated={"note": "tail 1.2", "sign": -1},
            wrong={"they widen it": {"note": "tail 1.2", "sign": 1}},
        ),
        measured_claim(
            "broad_spectrum",
            the.SPREAD,
            ">",
            0,
            _change,
            title="Broader spectra widen it",
            text="Biases of gates spread over neurons before training, at one mean time scale. "
            "Three seeds leave it open.",
            source=Source(_PAPER, "broader spectra slow the decay"),
            expected_to_hold=None,
            stated={"note": "spread at one mean time scale", "sign": 1},
            wrong={},
        ),
        measured_claim(
            "broad_spectrum_of_rates",
            the.SPREAD_OF_RATES,
            ">",
            0,
            _change,
            title="At one mean rate too",
            text="The same spread around slower neurons: time scales of 51 steps in the mean.",
            source=Source(_PAPER, "broader spectra slow the decay"),
            expected_to_hold=None,
            stated={"note": "spread at one mean rate", "sign": 1},
            wrong={},
        ),
        measured_claim(
            "published_time_scale",
            the.PUBLISHED,
            "<",
            0,
            _change,
            title="Gates that begin fast learn shorter lags",
            text="As the published runs begin: a forget gate of one half, and an update gate of "
            ".05, which in PyTorch's GRU is what a neuron keeps; time scales of 2 and 1.05 steps "
            "in place of 20.",
            source=Source(_PAPER, "initial gates"),
            expected_to_hold=None,
            stated={"note": "published time scale", "sign": -1},
            wrong={},
        ),
    )


def _windows(settings: Settings) -> list[tuple[str, ...]]:
    rows = []
    for cell in CELLS:
        entries: Sequence[str] = [
            _listed(changed_gains(note, cell)) if cell in cells else ""
            for note, cells in CHANGES.items()
        ]
        rows.append((cell, _listed(gains(cell, NUMBER, LAST)), *entries))
    return rows


def _listed(found: Any) -> str:
    return ", ".join(str(window(gain)) for gain in found)


def section() -> Derivation:
    """Return the section about what changes the window."""
    text = Text(
        "The networks of the first section on 128 sequences, with one thing changed: the tail of "
        "the noise of their targets, the spread of their time scales before training, or where "
        "their gates begin. The windows are those after 800 updates, of the same seeds."
    )
    table = Table(
        "changed_windows",
        "The last lag up to which all are learned, by seed; 0 where the first is not.",
        ("cell", "unchanged", *CHANGES),
        _windows,
    )
    items: tuple[Item, ...] = (text, *_claims(), table)
    return Derivation("changed_windows", "What changes it", items, glossary=the.CHANGE_GLOSSARY)


__all__ = ["CHANGES", "LAST", "NUMBER", "changed_gains", "differences", "log_windows", "section"]
