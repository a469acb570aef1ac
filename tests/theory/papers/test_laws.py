r"""A decay law that a paper names or writes, and what is derived from it in its displays."""

from __future__ import annotations

import pytest

from longlag.theory.errors import LonglagError
from longlag.theory.papers import Unreadable
from longlag.theory.statement import Level
from tests.theory.papers.test_cells import SURE, asserted, verdicts

LET = "% longlag: let N, A, b, c > 0, \\kappa > 1\n"
OWN = LET + "% longlag: f(\\ell) = c \\ell^{-b}\n"
NAMED = LET + "% longlag: law f from polynomial\n"
TRUE = {
    "envelope": NAMED + r"\[ f(\ell) = c\,\ell^{-b} \]",
    "samples of a lag": OWN + r"\[ N(\ell) = A c^{-\kappa} \ell^{\kappa b} \]",
    "samples by the envelope": NAMED + r"\[ N(\ell+1) = A f(\ell+1)^{-\kappa} \]",
    "window": OWN + r"\[ H_N = \Bigl(c \Bigl(\frac{N}{A}\Bigr)^{1/\kappa}\Bigr)^{1/b} \]",
    "what the window teaches": OWN + r"\[ N(H_N) = N \]",
    "at the window": NAMED + r"\[ f(H_N) = (A/N)^{1/\kappa} \]",
    "a product": OWN + r"\[ N \cdot (1+b) = N + b N \]",
    "other letters": LET
    + "% longlag: law g(\\ell) = e^{-b\\ell} with H_N as L_N\n"
    + r"\[ L_N = \frac{\ln (N/A)}{\kappa b} \]",
    "with declarations": "% longlag: law f(\\ell) = e^{-\\ell/\\tau}, \\tau > 0\n"
    + r"\[ H_N = \frac{\tau}{\kappa} \ln\frac{N}{A} \]",
}
FALSE = {
    "samples of a lag, a sign": OWN + r"\[ N(\ell) = A c^{\kappa} \ell^{\kappa b} \]",
    "samples of a lag, an exponent": OWN + r"\[ N(\ell) = A c^{-\kappa} \ell^{b} \]",
    "window, a factor": OWN + r"\[ H_N = c (N/A)^{1/(\kappa b)} \]",
    "window, of another law": NAMED + r"\[ H_N = \frac{\ln (N/A)}{\kappa b} \]",
}
NO_CLOSED_FORM = LET + "% longlag: f(\\ell) = c e^{-b\\ell} + (1+\\ell)^{-2} e^{-\\ell^2}\n"


@pytest.mark.parametrize("name", TRUE)
def test_what_is_derived_is_shown(name: str) -> None:
    found = verdicts(TRUE[name])
    assert found
    assert all(verdict.level in SURE for verdict in found), found


@pytest.mark.parametrize("name", FALSE)
def test_errors_are_refuted(name: str) -> None:
    assert [v.level for v in verdicts(FALSE[name])] == [Level.REFUTED]


def test_a_window_without_a_closed_form_is_told() -> None:
    (found,) = asserted(NO_CLOSED_FORM + r"\[ H_N \le N \]")
    assert isinstance(found, Unreadable)
    assert "no closed form" in found.error
    (read,) = asserted(NO_CLOSED_FORM + r"\[ N(\ell) \ge 0 \]")
    assert not isinstance(read, Unreadable)


def test_a_number_before_brackets_is_no_guess() -> None:
    (found,) = asserted(OWN + r"\[ N (1+b) = N + b N \]")
    assert isinstance(found, Unreadable)
    assert r"N \cdot" in found.error


REFUSED = {
    "no envelope": (LET + "% longlag: f(\\ell) = c \\ell^{b}\n", "law"),
    "two lags": (LET + "% longlag: f(\\ell, k) = \\ell\n", "function of the lag"),
    "a letter that no window has": (NAMED.strip() + " with Q as x\n", "no letter Q"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_law_is_refused_with_a_remedy(name: str) -> None:
    source, words = REFUSED[name]
    with pytest.raises(LonglagError, match=words) as caught:
        asserted(source)
    assert caught.value.remedy
