"""Does H_N say what a network learns? Measured windows beside predicted ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from longlag.derivations.learned import changed, law
from longlag.derivations.learned import letters as the
from longlag.derivations.learned.law import absolute_claim, agreement_table
from longlag.derivations.learned.windows import (
    CELLS,
    LAGS,
    LEARNED,
    NUMBERS,
    SEEDS,
    UPDATES,
    Run,
    best,
    gains,
    measured_windows,
    window,
)
from longlag.derivations.results import interval, measured, measured_claim, shipped
from longlag.numerics.canvas import blank
from longlag.theory.statement import (
    Claim,
    Derivation,
    Figure,
    Item,
    Settings,
    Source,
    Table,
    Text,
    Verdict,
)

_PAPER = "arXiv 2512.05790"
_LAST = UPDATES[-1]
_RUNS = len(CELLS) * len(NUMBERS) * len(SEEDS)


def _logarithm(cell: str, number: int, update: int, seed: int) -> float:
    """ln of a window; one that is below the first lag counts as half of it."""
    found = window(gains(cell, number, update)[SEEDS.index(seed)])
    return math.log(max(found, LAGS[0] / 2))


def _control(*, shuffled: int, most: float) -> Verdict:
    found = np.abs([gains(cell, NUMBERS[-1], _LAST, shuffled=shuffled) for cell in CELLS])
    told = f"largest gain {found.max():.3f} of {found.size}"
    return measured(shipped("learned"), bool(found.max() < most), told, found.size)


def _moves(*, first: tuple[int, int], second: tuple[int, int]) -> Verdict:
    """The logarithm of the window at one (N, updates) less that at another, by cell and seed."""
    differences = [
        _logarithm(cell, *first, seed) - _logarithm(cell, *second, seed)
        for cell in CELLS
        for seed in SEEDS
    ]
    found = interval(differences)
    told = f"ln window at N, updates = {first} less at {second}: {found}, over cells and seeds"
    holds = True if found.low > 0 else False if found.high < 0 else None
    return measured(shipped("learned"), holds, told, len(differences))


def _predicts(*, better: str, worse: str) -> Verdict:
    found = {kind: best(kind, _LAST) for kind in ("law", "time scale", "same")}
    told = "; ".join(f"{kind}: {one.told}" for kind, one in found.items())
    holds = found[better].log_ratio < found[worse].log_ratio
    return measured(shipped("learned"), holds, f"each at its best factor, {told}", _RUNS)


def _ranks(*, least: float) -> Verdict:
    found = best("law", _LAST)
    told = f"rank correlation {found.rank:.2f} over {_RUNS} runs"
    return measured(shipped("learned"), found.rank > least, told, _RUNS)


def _claims() -> tuple[Claim, ...]:
    many, few = NUMBERS[-1], NUMBERS[0]
    return (
        measured_claim(
            "control_learns_nothing",
            the.CONTROL,
            "<",
            0.1,
            _control,
            title="The control learns nothing",
            text="Targets dealt out among the sequences: every gain of every cell, at most.",
            stated={"shuffled": 1, "most": 0.1},
            wrong={"with its own targets": {"shuffled": 0}},
        ),
        measured_claim(
            "updates_widen",
            the.MANY_UPDATES,
            ">",
            the.FEW_UPDATES,
            _moves,
            title="The window grows with the updates",
            text="On 1024 sequences, five cells with one initial time scale.",
            stated={"first": (many, _LAST), "second": (many, UPDATES[0])},
            wrong={"the other way round": {"first": (many, UPDATES[0]), "second": (many, _LAST)}},
        ),
        measured_claim(
            "sequences_widen",
            the.MANY_SEQUENCES,
            ">",
            the.FEW_SEQUENCES,
            _moves,
            title="And with the sequences",
            text="After 800 updates, from 16 sequences to 1024.",
            source=Source(_PAPER, "the window grows with N"),
            stated={"first": (many, _LAST), "second": (few, _LAST)},
            wrong={"the other way round": {"first": (few, _LAST), "second": (many, _LAST)}},
        ),
        measured_claim(
            "enough_sequences",
            the.MANY_SEQUENCES,
            ">",
            the.SOME_SEQUENCES,
            _moves,
            title="Beyond 128 sequences it grows on",
            text="After 800 updates: with enough sequences it is the updates that set the window, "
            "and not the statistics.",
            source=Source(_PAPER, "the window grows with N"),
            expected_to_hold=None,
            stated={"first": (many, _LAST), "second": (NUMBERS[1], _LAST)},
            wrong={},
        ),
        measured_claim(
            "window_predicts",
            the.LAW,
            "<",
            the.SAME,
            _predicts,
            title="Windows that know N say more than one window for all",
            text="Signals $c(\\ell)(T-\\ell) f(\\ell)$ before training against a threshold that "
            "falls as $N^{-1/2}$, one factor for all runs, the best there is. The null says one "
            "window for all.",
            source=Source(_PAPER, "H_N predicts what is learned"),
            stated={"better": "law", "worse": "same"},
            wrong={"the other way round": {"better": "same", "worse": "law"}},
        ),
        measured_claim(
            "number_of_sequences_tells",
            the.LAW,
            "<",
            the.SCALE,
            _predicts,
            title="The number of sequences tells more than the envelope alone",
            text="The same threshold for every $N$ in place of one that falls with it.",
            stated={"better": "law", "worse": "time scale"},
            wrong={"the other way round": {"better": "time scale", "worse": "law"}},
        ),
        measured_claim(
            "windows_rank",
            the.RANK,
            ">",
            0.5,
            _ranks,
            title="The window orders what is learned",
            text="Rank correlation over cells, numbers of sequences and seeds, windows of 0 and of "
            "the last lag included: the cells differ by how fast they learn, which no envelope "
            "before training says.",
            source=Source(_PAPER, "H_N orders architectures"),
            expected_to_hold=False,
            stated={"least": 0.5},
            wrong={},
        ),
    )


def gain_figure(settings: Settings) -> Any:
    """Draw gains over the lag for each cell, after every number of updates, on most sequences."""
    figure = blank((6.5, 4.2))
    # A panel for each cell, and the last one for the legend.
    *panels, last = figure.subplots(2, (len(CELLS) + 2) // 2, sharex=True, sharey=True).flat
    for panel, cell in zip(panels, CELLS, strict=True):
        for number, update in enumerate(UPDATES):
            values = gains(cell, NUMBERS[-1], update)
            found = [interval(values[:, place]) for place in range(len(LAGS))]
            means, halves = ([getattr(one, what) for one in found] for what in ("mean", "half"))
            panel.errorbar(LAGS, means, halves, fmt=".-", color=f"C{number}", capsize=2,
                           label=f"{update} updates")  # fmt: skip
        panel.axhline(LEARNED, color="0.6", lw=0.8)
        panel.set_xscale("log", base=2)
        panel.set(xlabel=r"lag $\ell$", title=cell, ylim=(-0.2, 1.3))
    panels[0].set_ylabel("gain")
    last.axis("off")
    last.legend(*panels[0].get_legend_handles_labels(), frameon=False, fontsize=8, loc="center")
    return figure


def _windows(settings: Settings) -> list[tuple[str, ...]]:
    rows = []
    for cell in CELLS:
        for number in NUMBERS:
            entries: Sequence[str] = [
                ", ".join(str(measured_windows(update)[Run(cell, number, seed)]) for seed in SEEDS)
                for update in UPDATES
            ]
            rows.append((cell, str(number), *entries))
    return rows


def derivations(order: int = 1) -> list[Derivation]:
    """Return the sections; the order of expansions does not matter here."""
    text = Text(
        "Regression on the inputs at lags 2, 4, 8, 16 and 32 with falling coefficients and noise, "
        "64 steps, 32 neurons, Adam. Five cells begin with one time scale of 19.5 steps. They are "
        "trained on a number of sequences for a number of updates, and asked on fresh sequences "
        "which lags their predictions use."
    )
    figure = Figure(
        "gain_over_lag",
        "Gain at the taught lags on 1024 sequences, with 95 % intervals over seeds; a lag is "
        "learned above the line.",
        gain_figure,
    )
    table = Table(
        "measured_windows",
        "The last lag up to which all are learned, by seed; 0 where the first is not.",
        ("cell", "N", *(f"{update} updates" for update in UPDATES)),
        _windows,
    )
    items: tuple[Item, ...] = (text, *_claims(), absolute_claim(), figure, table, agreement_table())
    first = Derivation("measured_window", "What is learned", items, glossary=the.GLOSSARY)
    return [first, law.section(), changed.section()]
