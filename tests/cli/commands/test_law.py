"""``longlag law``: whatever is typed, an answer or a reason within seconds; letters told apart."""

from __future__ import annotations

import time

import pytest

from tests.cli.commands.test_commands import run
from tests.cli.commands.test_windows import refused


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("exponential", "--set", "b=-1"), "b lives in (0, ∞)"),
        (("2**2**ell",), "increases"),
        (("2**2**2**ell",), "increases"),
        (("ell**2",), "increases"),
        (("exp(b*ell)",), "increases"),
        (("exp(-b*ell)", "--set", "b=-1"), "increases"),
        (("1-exp(-ell)",), "increases"),
        (("exp(-ell)-1/2",), "positive at every lag"),
        (("c*exp(-ell/tau1)+d*exp(-ell/tau_1)",), "rename one of them"),
        (("exp(-ell/T)*T_",), "rename one of them"),
    ],
)
def test_what_is_no_law_is_refused_within_two_seconds(
    arguments: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    start = time.process_time()
    assert reason in refused(capsys, "law", *arguments)
    assert time.process_time() - start < 2


def test_letters_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("law", "N*exp(-ell/kappa)", "--examples", "1") == 0
    text = capsys.readouterr().out
    assert "H ~ kappa_f*log(N)/kappa" in text
    assert "N_f is the law's own N, kappa_f is the law's own kappa" in text
    assert run("horizon", "A*exp(-ell)", "--set", "A=3", "--samples", "9", "--kappa", "1") == 0
    text = capsys.readouterr().out
    assert "H = log(A_f) + (-log(A) + log(N))/kappa" in text
    assert "A_f is the law's own A" in text


GROWTH = {
    "ell**10*exp(-sqrt(ell))": "H ~ log(N)**2/kappa**2",
    "exp(ell)*besselk(0,ell)": "H ~ pi*(N/A)**(2/kappa)/2",
    "exp(ell)*uppergamma(1/2,ell)": "H ~ (N/A)**(2/kappa)",
}


@pytest.mark.slow
@pytest.mark.parametrize("text", GROWTH)
def test_the_growth_of_laws_with_slow_corrections_or_functions(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    start = time.process_time()
    assert run("law", text, "--examples", "2") == 0
    assert time.process_time() - start < 15
    shown = capsys.readouterr().out
    assert GROWTH[text] in shown
    assert "refuted" not in shown


@pytest.mark.slow
def test_a_law_whose_digits_cancel_far_out(capsys: pytest.CaptureFixture[str]) -> None:
    start = time.process_time()
    status = run("law", "exp(-ell)*(1+1/ell)**(ell**2)", "--examples", "2")
    assert time.process_time() - start < 20
    captured = capsys.readouterr()
    assert (status == 2) == captured.err.startswith("longlag: ")
    assert "refuted" not in captured.out


def test_an_initialisation_is_a_law(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("law", "--init", "chrono", "--set", "T=1000", "--examples", "1") == 0
    text = capsys.readouterr().out
    assert "f(ell) = expint(2, ell/1000)" in text
    assert "H ~ 1000*log(N)/kappa" in text


def test_a_share_of_ones_own_is_an_initialisation(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("law", "--init", "u**(1/p)", "--examples", "1") == 0
    assert "f(ell) = p/(ell + p)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "or give --init alone"),
        (("polynomial", "--init", "chrono"), "one law is derived at a time"),
        (("--init", "chron"), "did you mean chrono?"),
        (("--init", "2*u"), "between 0 and 1"),
        (("--init", "exp(-p)"), "write it in u"),
        (("--init", "chrono", "--set", "T=1"), "T lives in (2, ∞)"),
        (("--init", "sin(u)**2/(1+u**5)"), "no closed form"),
    ],
)
def test_what_is_no_initialisation_is_refused(
    arguments: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reason in refused(capsys, "law", *arguments)
