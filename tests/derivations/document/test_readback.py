r"""Every display is read back to what it came from, and a printer that errs writes no document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sympy.printing.latex import LatexPrinter

from longlag.derivations import DERIVATIONS, get_derivations
from longlag.derivations.document import write
from longlag.derivations.document.readback import require_read_back
from longlag.derivations.window.law import derive_law
from longlag.theory import LAWS, LonglagError
from longlag.theory.statement import (
    CheckedClaim,
    CheckedDerivation,
    Claim,
    Derivation,
    Level,
    Settings,
    Verdict,
)
from longlag.theory.typeset.author import Notation
from longlag.theory.window.formula import FormulaPrinter


def displays() -> Iterator[tuple[str, Claim]]:
    for name in DERIVATIONS:
        for derivation in get_derivations(name):
            for claim in derivation.claims:
                yield f"{derivation.name}/{claim.statement.name}", claim


def unchecked(derivation: Derivation) -> CheckedDerivation:
    """A derivation whose verdicts nobody found."""
    verdict = Verdict(level=Level.COMPUTED, method="not checked")
    checked = tuple(CheckedClaim(claim, verdict, 0.0) for claim in derivation.claims)
    return CheckedDerivation(derivation, Settings(), checked)


@pytest.mark.parametrize("name", DERIVATIONS)
def test_every_display_says_what_it_came_from(name: str) -> None:
    for derivation in get_derivations(name):
        require_read_back(derivation.name, ((c, c.statement.tex) for c in derivation.claims))


@pytest.mark.parametrize("width", [8.5, 5.0])
@pytest.mark.parametrize("name", LAWS)
def test_a_law_says_so_in_narrow_columns_and_in_letters_of_an_author(
    name: str, width: float
) -> None:
    names = {"kappa": "k", "b": r"\beta_0", "f": r"\phi", "H_N": r"\mathcal{H}", "ell": "l"}
    with Notation(names=names, width=width):
        write_nowhere(derive_law(LAWS[name]))


def write_nowhere(derivation: Derivation) -> None:
    from longlag.derivations.document import render

    render([unchecked(derivation)], "tex", title="t")


# mutations: each is a printer that errs


def without_brackets(self: FormulaPrinter, body: str) -> str:
    return body


def without_brackets_in_exponents(self: FormulaPrinter, body: str) -> str:
    return body if self._scripts else rf"\left({body}\right)"


def without_signs(self: FormulaPrinter, expr: object, order: object = None) -> str:
    return LatexPrinter._print_Add(self, expr).replace("-", "+")


def without_indices(self: FormulaPrinter, expr: object, style: str = "plain") -> str:
    return PRINT_SYMBOL(self, expr).partition("_")[0]


def with_base_and_exponent_exchanged(self: FormulaPrinter, expr: object) -> str:
    base, exponent = expr.as_base_exp()  # type: ignore[attr-defined]
    return f"{{{self._script(exponent)}}}^{{{self._script(base)}}}"


def with_fractions_upside_down(self: FormulaPrinter, expr: object) -> str:
    return PRINT_MUL(self, 1 / expr)  # type: ignore[operator]


def without_the_branch(self: FormulaPrinter, expr: object, exp: str | None = None) -> str:
    return rf"W_{{0}}\left({self._print(expr.args[0])}\right)"  # type: ignore[attr-defined]


PRINT_SYMBOL, PRINT_MUL = FormulaPrinter._print_Symbol, FormulaPrinter._print_Mul
MUTATIONS: list[tuple[str, str, Callable[..., str]]] = [
    ("shifted_polynomial", "_bracketed", without_brackets),
    ("shifted_polynomial", "_bracketed", without_brackets_in_exponents),
    ("humped_power", "_print_Add", without_signs),
    ("two_exponentials", "_print_Symbol", without_indices),
    ("polynomial", "_print_Pow", with_base_and_exponent_exchanged),
    ("exponential", "_print_Mul", with_fractions_upside_down),
    ("humped_power", "_print_LambertW", without_the_branch),
]


@pytest.mark.parametrize(("law", "method", "wrong"), MUTATIONS)
def test_a_printer_of_formulas_that_errs_writes_no_document(
    law: str,
    method: str,
    wrong: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    write([unchecked(derive_law(LAWS[law]))], "md", tmp_path / "right.md", title="t")
    monkeypatch.setattr(FormulaPrinter, method, wrong)
    with pytest.raises(LonglagError, match="does not say what it came from"):
        write([unchecked(derive_law(LAWS[law]))], "md", tmp_path / "wrong.md", title="t")
    assert [path.name for path in tmp_path.iterdir()] == ["right.md"]
