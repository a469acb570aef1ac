"""The update of a cell of complex states, as a complex equation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sympy import Expr, I, conjugate

from longlag.derivations.rates import readings
from longlag.numerics.checks.complex_numbers import complex_verdict
from longlag.theory.cells.cell import Cell, cell_latex
from longlag.theory.language.complex_form import ComplexForm
from longlag.theory.language.symbols import State
from longlag.theory.statement import DERIVED_HERE, Claim, Kind, Settings, Statement, Verdict

_TEXT = (
    "As it is written, over complex numbers. The equations below are its real and its imaginary "
    "part, from which all else is derived."
)


def complex_update(cell: Cell) -> list[Claim]:
    """Return the claim that an update over parts is the one over complex numbers, if any is one."""
    form = cell.complex_form
    if form is None:
        return []

    def check(settings: Settings, *, form: ComplexForm) -> Verdict:
        return complex_verdict(cell, form, settings)

    return [
        Claim(
            Statement(
                "complex_update",
                Kind.IDENTITY,
                cell_latex(form),
                source=DERIVED_HERE,
                reading=readings.of_update(form),
            ),
            check,
            title="Update in complex numbers",
            text=_TEXT,
            stated={"form": form},
            wrong=_wrong_versions(form),
        )
    ]


def _wrong_versions(form: ComplexForm) -> Mapping[str, Mapping[str, Any]]:
    letters = {each: conjugate(each) for each in form.parts if isinstance(each, State)}
    versions = {
        "the conjugate of the state before": {s: v.xreplace(letters) for s, v in _items(form)},
        "turned the other way": {s: v.xreplace({I: -I}) for s, v in _items(form)},
    }
    return {
        words: {"form": replace(form, update=update)}
        for words, update in versions.items()
        if update != dict(form.update)
    }


def _items(form: ComplexForm) -> list[tuple[Any, Expr]]:
    return list(form.update.items())


__all__ = ["complex_update"]
