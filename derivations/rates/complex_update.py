"""The update of a cell of complex states and its derivative, as complex equations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sympy import Expr, I, conjugate

from longlag.derivations.rates import readings
from longlag.numerics.checks.complex_numbers import complex_verdict, multiplier_verdict
from longlag.theory.cells.cell import Cell, cell_latex
from longlag.theory.language.complex_form import ComplexForm
from longlag.theory.language.latex import CellPrinter
from longlag.theory.language.symbols import State, Value
from longlag.theory.notation import neurons
from longlag.theory.readback import CellLetters, CellValue, Name, Quotient, read_back, said
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
        ),
        *(_multiplied(cell, form, z) for z in form.update if form.multiplier(z) is not None),
    ]


def _multiplied(cell: Cell, form: ComplexForm, letter: State) -> Claim:
    """By what a complex state is multiplied in a step."""
    found = form.multiplier(letter)
    assert found is not None

    def check(settings: Settings, *, multiplier: Expr) -> Verdict:
        return multiplier_verdict(cell, form, letter, multiplier, settings)

    printer, letters = CellPrinter(form.graph), CellLetters(form.graph, (neurons,))
    new, old = (
        printer.doprint(each) for each in (Value(letter.name, letter.tex, letter.axes), letter)
    )
    quotient = Quotient(Name(new), Name(old))
    return Claim(
        Statement(
            f"multiplier_{letter.name}",
            Kind.IDENTITY,
            f"{quotient.tex} = {printer.doprint(found)}",
            source=DERIVED_HERE,
            reading=read_back(said(quotient, "=", CellValue(letters, letters.meant(found)))),
        ),
        check,
        title="Derivative in complex numbers",
        text="For each neuron one complex number: its modulus is what remains of a step, its "
        "angle how far it turns. The blocks of real and imaginary parts below are its four parts.",
        stated={"multiplier": found},
        wrong={
            "turned the other way": {"multiplier": found.xreplace({I: -I})},
            "its square": {"multiplier": found**2},
        }
        if found.has(I)
        else {"its square": {"multiplier": found**2}},
    )


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
