"""Laws on which digits cancel, functions end or libraries work for ever: the right window, soon."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any

import mpmath
import pytest
from mpmath import mp

from longlag.cli.reading.expressions import read_law
from longlag.theory import LonglagError
from longlag.theory.typed.parse import parse_number
from longlag.theory.window.horizon import solve_horizon

DIGITS = 25


def window(text: str, numbers: dict[str, str], samples: Any, kappa: Any, start: Any = None) -> Any:
    values = {name: parse_number(number, name) for name, number in numbers.items()}
    law, inputs = read_law(text, values, None if start is None else parse_number(start, "start"))
    return solve_horizon(law, inputs, samples=samples, cost=1, kappa=kappa, digits=DIGITS)


def root(excess: Callable[[Any], Any], near: float) -> Any:
    """The root of another form of the equation."""
    return mpmath.findroot(excess, (mp.mpf(near), mp.mpf(near) * mp.mpf("1.01")))


#: The law, numbers, N, κ, the smallest lag, and the window by another way.
HARD: list[tuple[str, dict[str, str], str, str, str | None, Callable[[], Any]]] = [
    (
        "c*(1-exp(-T/ell))**b",
        {"c": "1", "T": "3", "b": "2"},
        "1e8",
        "2",
        None,
        lambda: -3 / mp.log1p(-(mp.mpf(10) ** -2)),
    ),
    (
        "c*(1-exp(-T/ell))**b",
        {"c": "1.3", "T": "7", "b": "0.5"},
        "1e20",
        "2",
        None,
        lambda: -7 / mp.log1p(-((mp.mpf(10) ** -10 / mp.mpf("1.3")) ** 2)),
    ),
    ("log(1+1/ell**2)", {}, "1e8", "2", "1", lambda: 1 / mp.sqrt(mp.expm1(mp.mpf(10) ** -4))),
    ("1-tanh(ell)", {}, "1e8", "2", None, lambda: mp.atanh(1 - mp.mpf(10) ** -4)),
    ("1/besselk(ell,1)", {}, "1e6", "2", "1", lambda: root(lambda x: mp.besselk(x, 1) - 1000, 5.4)),
    (
        "lowergamma(ell,1)/gamma(ell)",
        {},
        "1e6",
        "2",
        "1",
        lambda: root(lambda x: mp.gammainc(x, 0, 1, regularized=True) - mp.mpf("1e-3"), 5.7),
    ),
    (
        "expint(ell,1)",
        {},
        "1e6",
        "2",
        "1",
        lambda: root(lambda x: mp.expint(x, 1) - mp.mpf("1e-3"), 367),
    ),
    (
        "zeta(1+ell)-1",
        {},
        "1e6",
        "2",
        "1",
        lambda: root(lambda x: mp.zeta(1 + x) - 1 - mp.mpf("1e-3"), 9),
    ),
    ("1/gamma(ell)", {}, "1e6", "2", "2", lambda: root(lambda x: mp.gamma(x) - 1000, 7.1)),
    (
        "besselk(1/ell,ell)",
        {},
        "1e6",
        "2",
        "1",
        lambda: root(lambda x: mp.besselk(1 / x, x) - mp.mpf("1e-3"), 6.2),
    ),
    (
        "exp(ell)*besselk(0,ell)",
        {},
        "100",
        "2",
        "1",
        lambda: root(lambda x: mp.exp(x) * mp.besselk(0, x) - mp.mpf("0.1"), 156),
    ),
    (
        "exp(ell)*uppergamma(1/2,ell)",
        {},
        "100",
        "2",
        "1",
        lambda: root(lambda x: mp.exp(x) * mp.gammainc(0.5, x) - mp.mpf("0.1"), 99),
    ),
]


@pytest.mark.parametrize("case", HARD, ids=lambda case: case[0])
def test_the_window_of_a_hard_law(case: Any) -> None:
    text, numbers, samples, kappa, start, truth = case
    begin = time.process_time()
    found = window(text, numbers, parse_number(samples, "N"), parse_number(kappa, "kappa"), start)
    assert time.process_time() - begin < 8
    with mpmath.workdps(DIGITS + 15):
        assert abs(found.horizon / truth() - 1) < mp.mpf(10) ** (1 - DIGITS)


@pytest.mark.parametrize(
    "text",
    [
        "exp(-ell)*(1+1/ell)**(ell**2)",
        "2**2**ell",
        "exp(exp(exp(ell)))",
        "ell**ell",
        "1/besselk(ell,ell)",
        "gamma(gamma(ell))*exp(-ell)",
        "(1+1/ell)**(ell**3)*exp(-ell**2)",
        "tanh(ell)**(ell**2)",
        "expint(2+ell,ell)",
        "1/zeta(1+1/ell)**ell",
    ],
)
def test_there_is_an_answer_or_a_reason_soon(text: str) -> None:
    begin = time.process_time()
    with contextlib.suppress(LonglagError):
        assert window(text, {}, 10**3, 2, "2").horizon is not None
    assert time.process_time() - begin < 15
