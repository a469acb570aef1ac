"""The smoke designs, run where the report is made: cut, resumed, and compared bit by bit."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from longlag.derivations.coupling import letters as the
from longlag.derivations.results import live_claim
from longlag.numerics.experiments import EXPERIMENTS, Choice
from longlag.numerics.experiments.compare import compare
from longlag.numerics.experiments.perform import one_thread, perform, result_of
from longlag.numerics.experiments.training import TrainingUnit
from longlag.numerics.experiments.unit import StoppedError, Workplace
from longlag.theory.statement import Item, Level, Settings, Text, Verdict


def _rows(unit: TrainingUnit, folder: Path) -> list[dict[str, Any]]:
    perform(unit, folder)
    return result_of(folder / "units" / unit.identity)[0]


def _cut(unit: TrainingUnit, folder: Path, after: int) -> None:
    """Begin a run and stop it after some updates."""
    own = folder / "units" / unit.identity
    own.mkdir(parents=True)
    asked = iter([False] * after + [True])
    try:
        with one_thread():
            unit.perform(Workplace(own, lambda: next(asked)))
    except StoppedError:
        return


def _resumed(settings: Settings, *, experiment: str, cut_at: int, seed_shift: int) -> Verdict:
    missing = [name for name in ("filelock", "pyarrow", "safetensors") if find_spec(name) is None]
    if missing:
        told = f"not run without {', '.join(missing)}: install longlag[experiments]"
        return Verdict(level=Level.UNDECIDED, method=told)
    units = EXPERIMENTS[experiment].units(Choice(size="smoke", seeds=1))
    unit = next(one for one in units if isinstance(one, TrainingUnit) and one.cell == "diag_gate")
    with tempfile.TemporaryDirectory() as folder:
        whole = _rows(unit, Path(folder) / "whole")
        other = replace(unit, seed=unit.seed + seed_shift)
        _cut(other, Path(folder) / "cut", cut_at)
        again = [row | {"seed": unit.seed} for row in _rows(other, Path(folder) / "cut")]
    found = compare(whole, again)
    pairs, same = (sum(getattr(one, what) for one in found) for what in ("pairs", "identical"))
    alone = sum(one.alone for one in found)
    holds = same == pairs == len(whole) and alone == 0
    told = f"{same} of {pairs} numbers of the smoke design of {experiment} are the same bits"
    return Verdict(
        level=Level.MEASURED if holds else Level.REFUTED,
        method=f"{told}, stopped after {cut_at} updates and resumed",
        points=pairs,
        seed=unit.seed,
        counterexample="" if holds else told,
    )


def items() -> tuple[Item, ...]:
    """Return the part of the section about the runner."""
    return (
        Text(
            "The numbers below come from runs that may be killed at any moment: each saves its "
            "weights, its optimiser and the state of its data, and goes on from there. The smoke "
            "design is run here."
        ),
        live_claim(
            "resumed_runs",
            the.CUT,
            "=",
            the.WHOLE,
            _resumed,
            title="A run that was stopped and resumed is the run that was not",
            text="One network with a diagonal gate on adding: losses, norms, slopes, remainders.",
            stated={"experiment": "gate_profiles", "cut_at": 23, "seed_shift": 0},
            wrong={"with another seed": {"seed_shift": 1}},
        ),
    )


__all__ = ["items"]
