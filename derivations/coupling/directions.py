"""Anisotropy of transport and of gradients: measured, predicted, and what the tasks teach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Rational

from longlag.derivations.coupling import figures
from longlag.derivations.coupling import letters as the
from longlag.derivations.coupling.letters import PAPER
from longlag.derivations.results import (
    Interval,
    above,
    interval,
    listed,
    measured,
    measured_claim,
    paired,
    shipped,
    slopes,
)
from longlag.theory.statement import (
    Claim,
    Figure,
    Item,
    Kind,
    Settings,
    Source,
    Table,
    Text,
    Verdict,
)

_MODELS = ("plain", "shared_gate", "diag_gate")
_TASKS = ("Adding", "AR2", "MovingAverage", "DelaySum", "NARMA")
_TAUGHT = ("Adding", "MovingAverage", "DelaySum", "NARMA")
_LAST, _LONG = 1200, 40
_TAIL = (12, 16, 24, 32, 40)


def explained(task: str, cell: str, name: str = "anisotropy") -> Interval:
    """Return the share of the target's variance that is predicted on fresh sequences."""
    table = shipped(name)
    labels: dict[str, Any] = {"task": task, "cell": cell, "update": _LAST}
    loss = table.by_seed(quantity="probe loss", **labels)
    mean = table.by_seed(quantity="loss of the mean", **labels)
    return interval(1 - loss[seed] / mean[seed] for seed in loss)


def _learned(*, tasks: Sequence[str], cells: Sequence[str], least: float) -> Verdict:
    table = shipped("anisotropy")
    found = {f"{cell} on {task}": explained(task, cell) for task in tasks for cell in cells}
    holds = all(one.mean > least for one in found.values())
    return measured(table, holds, f"variance explained: {listed(found)}", len(found))


def _nothing(*, task: str, most: float) -> Verdict:
    table = shipped("anisotropy")
    found = {cell: explained(task, cell) for cell in _MODELS}
    holds = all(one.mean < most for one in found.values())
    return measured(table, holds, f"variance explained on {task}: {listed(found)}", len(found))


def _predicted(*, quantity: str, prediction: str, within: float, factor: float) -> Verdict:
    """The slope over the lag against that of the Lyapunov exponents, by task and model."""
    table, ratios = shipped("anisotropy"), []
    for task in _TASKS:
        for cell in _MODELS:
            labels: dict[str, Any] = {"task": task, "cell": cell, "update": _LAST}
            found = slopes(table, _TAIL, quantity=quantity, **labels)
            wanted = table.by_seed(quantity=prediction, **labels)
            ratios += [found[seed] / (factor * wanted[seed]) for seed in found]
    one = interval(ratios)
    holds = abs(one.mean - 1) < within
    told = f"measured over predicted slope {one}, from {min(ratios):.2f} to {max(ratios):.2f}"
    return measured(table, holds, told, len(ratios))


def _exceeds(
    *, quantity: str, more: str, less: str, tasks: Sequence[str], lag: int | None
) -> Verdict:
    """Paired over seeds, on every task."""
    table, found = shipped("anisotropy"), {}
    for task in tasks:
        labels: dict[str, Any] = {"quantity": quantity, "task": task, "update": _LAST}
        labels |= {} if lag is None else {"lag": lag}
        found[task] = paired(*(table.by_seed(cell=cell, **labels) for cell in (more, less)))
    holds = above(found, 0)
    return measured(table, holds, f"{quantity}, {more} less {less}: {listed(found)}", len(found))


def _sixteen(*, first: str, second: str, least: float) -> Verdict:
    table = shipped("anisotropy")
    labels: dict[str, Any] = {"task": "Adding", "cell": "diag_gate", "update": 0, "lag": 1}
    found = paired(*(table.by_seed(quantity=name, **labels) for name in (first, second)))
    return measured(table, found.low > least, f"{first} less {second}: {found}", found.seeds)


def _memorised(*, name: str, tasks: Sequence[str], cell: str, least: float) -> Verdict:
    """Loss on fresh sequences over the loss that the updates see, near the end of training."""
    table, found = shipped(name), {}
    for task in tasks:
        labels: dict[str, Any] = {"task": task, "cell": cell}
        seen = table.by_seed(quantity="loss", update=_LAST - 100, **labels)
        fresh = table.by_seed(quantity="probe loss", update=_LAST, **labels)
        found[task] = interval(fresh[seed] / seen[seed] for seed in seen)
    holds = all(one.mean > least for one in found.values())
    told = ", ".join(f"{task} {one.mean:.3g}" for task, one in found.items())
    return measured(table, holds, f"fresh over seen loss, {cell}: {told}", len(found))


def _claims() -> tuple[Claim, ...]:
    return (
        measured_claim(
            "slope_of_anisotropy",
            the.GROWTH_AI,
            "→",
            the.EXPONENT_1 - the.EXPONENT_10,
            _predicted,
            kind=Kind.LIMIT,
            title="How anisotropy grows with the lag is predicted",
            text="By the Lyapunov exponents of the same trajectories, one pass by QR; slopes from "
            "lag 12 to 40, all tasks and models, within a fifth on average.",
            stated={
                "quantity": "ln AI",
                "prediction": "ln AI, predicted slope",
                "within": 0.2,
                "factor": 1.0,
            },
            wrong={"twice the gap": {"factor": 2.0}},
        ),
        measured_claim(
            "slope_of_the_lost_energy",
            the.GROWTH_CE,
            "→",
            -2 * (the.EXPONENT_1 - the.EXPONENT_11),
            _predicted,
            kind=Kind.LIMIT,
            title="And so is the energy outside the first ten directions",
            text="Summed over the tail: as a difference from one it has no digits left at lag 40.",
            stated={
                "quantity": "ln lost energy",
                "prediction": "ln lost energy, predicted slope",
                "within": 0.25,
                "factor": 1.0,
            },
            wrong={"once the gap": {"factor": 0.5}},
        ),
        measured_claim(
            "same_sequences",
            the.FRESH,
            ">",
            20 * the.SEEN,
            _memorised,
            title="Defect 5: every update sees the same 64 sequences",
            text="As published, the batches come each from a new generator of one default seed. "
            "The plain cell with Adam learns them by heart: on fresh sequences of adding it is "
            "worse than predicting the mean.",
            source=Source(PAPER, "scripts of the second series: batches"),
            stated={
                "name": "anisotropy_published",
                "tasks": ("Adding", "AR2", "MovingAverage"),
                "cell": "plain",
                "least": 20.0,
            },
            wrong={"with fresh batches": {"name": "anisotropy"}},
        ),
        measured_claim(
            "ar2_teaches_nothing",
            the.EXPLAINED,
            "<",
            Rational(1, 50),
            _nothing,
            title="Defect 8: AR(2) measures nothing about transport",
            text="Its inputs know nothing of the target, and no model predicts any of it.",
            source=Source(PAPER, "second series: AR(2) with distractors"),
            stated={"task": "AR2", "most": 0.02},
            wrong={"nor does the moving average": {"task": "MovingAverage"}},
        ),
        measured_claim(
            "published_training_learns",
            the.EXPLAINED,
            ">",
            Rational(1, 2),
            _learned,
            title="The published training teaches its tasks",
            text="Of the four tasks whose inputs carry the target, after 1200 updates; see the "
            "table below. Where nothing is learned, anisotropy is that of the initialisation.",
            source=Source(PAPER, "second series: models trained on five tasks"),
            expected_to_hold=False,
            stated={"tasks": _TAUGHT, "cells": _MODELS, "least": 0.5},
            wrong={"on AR(2)": {"tasks": ("AR2",)}},
        ),
        measured_claim(
            "share_of_sixteen",
            the.SIXTEEN,
            ">",
            the.SHARE + Rational(1, 10),
            _sixteen,
            title="Defect 6: shares of the first sixteen are not shares of all",
            text="At lag 1 before training, adding, diagonal gate.",
            source=Source(PAPER, "second series: CE of products and of gradients"),
            stated={"first": "CE of sixteen", "second": "CE", "least": 0.1},
            wrong={"the other way round": {"first": "CE", "second": "CE of sixteen"}},
        ),
        measured_claim(
            "gates_exceed_adam",
            the.ANISOTROPY_GATE,
            ">",
            the.ANISOTROPY_PLAIN,
            _exceeds,
            title="Gates match or exceed the anisotropy of Adam",
            text="Of the transport at lag 40, diagonal gate with plain descent against the plain "
            "cell with Adam, on every task that carries information.",
            source=Source(PAPER, "abstract: multi-gate models match or exceed Adam"),
            expected_to_hold=False,
            stated={
                "quantity": "ln AI",
                "more": "diag_gate",
                "less": "plain",
                "tasks": _TAUGHT,
                "lag": _LONG,
            },
            wrong={},
        ),
        measured_claim(
            "gradients_concentrate",
            the.SHARE_GATE,
            ">",
            the.SHARE_PLAIN,
            _exceeds,
            title="Gates concentrate the directions of gradients more than Adam does",
            text="Of 256 gradients of single sequences, rows of length one, columns centred.",
            source=Source(PAPER, "abstract: directional concentration of gradient flow"),
            expected_to_hold=None,
            stated={
                "quantity": "gradients: CE",
                "more": "diag_gate",
                "less": "plain",
                "tasks": _TAUGHT,
                "lag": None,
            },
            wrong={},
        ),
    )


def _explained(settings: Settings) -> list[tuple[str, ...]]:
    return [
        (
            task,
            *(f"{one.mean:.2f} ± {one.half:.2f}" for one in (explained(task, c) for c in _MODELS)),
        )
        for task in _TASKS
    ]


def items() -> tuple[Item, ...]:
    """Return the part of the section about directions."""
    return (
        Text(
            "Five tasks over 120 steps, 64 neurons, 1200 updates on fresh batches; the plain cell "
            "with Adam, gates with plain descent, as published. Shares of the energy are of all "
            "singular values."
        ),
        *_claims(),
        Figure(
            "anisotropy_over_lag",
            "ln AI₁₀ of the transport over the lag after 1200 updates, with 95 % intervals over "
            "seeds; dotted, the slope that the Lyapunov exponents predict.",
            figures.anisotropy_over_lag,
        ),
        Table(
            "explained_by_training",
            "Share of the target's variance that is predicted on fresh sequences after the "
            "published training, with 95 % intervals over seeds.",
            ("task", "plain, Adam", "shared gate, SGD", "diagonal gate, SGD"),
            _explained,
        ),
    )


__all__ = ["explained", "items"]
