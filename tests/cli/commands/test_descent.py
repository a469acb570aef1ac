"""``longlag descent`` as a user sees it."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from longlag.theory.descent.problem import Problem
from longlag.theory.descent.requirement import requirement
from tests.cli.commands.test_commands import run

OPTIONS = {
    "--T": "20",
    "--n": "100",
    "--d": "3",
    "--alpha": "0.9",
    "--delta": "0.05",
    "--epsilon": "0.1",
}


def arguments(**changed: str) -> list[str]:
    options = OPTIONS | {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    return ["descent", *(part for pair in options.items() for part in pair)]


def results(capsys: pytest.CaptureFixture[str], **changed: str) -> dict[str, Any]:
    assert run(*arguments(**changed), "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "tanh(2*a)/2"])
def test_numbers_are_those_of_the_library(
    capsys: pytest.CaptureFixture[str], activation: str
) -> None:
    found = results(capsys, activation=activation)
    expected = requirement(
        Problem(
            steps=20,
            samples=100,
            dimension=3,
            alpha=0.9,
            delta=0.05,
            epsilon=0.1,
            activation="tanh" if "(" in activation else activation,
        )
    )
    if "(" in activation:
        # σ(a) = tanh(2a)/2 has s₀ = 1/2, s₁ = 1 and s₂ twice that of tanh.
        assert found["gradient_bound"] < float(expected.gradient)
        assert found["inputs"]["activation"] == "tanh(2*a)/2"
        return
    assert found["m"] == int(expected.width)
    assert found["tau"] == int(expected.iterations)
    assert found["step_size"] == float(expected.step_size)
    assert found["regime"] == "below"
    assert found["binding"] == expected.binding
    assert found["plain"]["m"] > found["m"]


def test_logarithms_stay_where_numbers_overflow(capsys: pytest.CaptureFixture[str]) -> None:
    found = results(capsys, alpha="1.3", T="1e6")
    assert isinstance(found["m"], str)
    assert found["log10_m"] == pytest.approx(4e6 * math.log10(1.3), rel=1e-3)
    assert found["log10_tau"] == pytest.approx(2e6 * math.log10(1.3), rel=1e-3)
    assert found["log10_step_size"] == pytest.approx(-2e6 * math.log10(1.3), rel=1e-3)
    assert found["m_cutoff"] is None
    assert run(*arguments(alpha="1.3", T="1e6")) == 0
    assert "e+455" in capsys.readouterr().out


def test_the_text_names_regime_and_binding_term(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*arguments()) == 0
    shown = capsys.readouterr().out
    assert "below the cutoff 1" in shown
    assert shown.count("linearisation") == 3
    assert "s2 = 4*sqrt(3)/9" in shown
    assert "Sufficient, not necessary" in shown
    assert "reaches over the cutoff" not in shown
    assert run(*arguments(alpha="1")) == 0
    assert "at the cutoff 1" in capsys.readouterr().out
    # α s₁ < 1, but at the width that T = 1 needs α_m s₁ is not.
    assert run(*arguments(alpha="0.9999", T="1")) == 0
    assert "descent reaches over the cutoff (r >= 1)" in capsys.readouterr().out


def test_bounds_at_a_width_are_those_of_the_theorem(capsys: pytest.CaptureFixture[str]) -> None:
    needed = results(capsys)["m"]
    at_needed = results(capsys, m=str(needed))["at_m"]
    # At the required width the bound is the risk itself; at a quarter of it the misfit is larger.
    assert 0.999 * 0.1 < at_needed["risk_bound"] <= 0.1
    fewer = results(capsys, m=str(4 * (needed // 16)))["at_m"]
    assert fewer["misfit"] > 2 * at_needed["misfit"]
    assert fewer["risk_bound"] > 0.1
    parts = at_needed["finite_width_error"] + 5 * at_needed["linearisation_error"]
    assert at_needed["misfit"] == pytest.approx(parts, rel=1e-14)
    assert at_needed["concentration_error"] == at_needed["finite_width_error"]
    assert run(*arguments(m="1000")) == 0
    assert "At m = 1000, projected" in capsys.readouterr().out


def test_rounded_numbers_still_suffice(capsys: pytest.CaptureFixture[str]) -> None:
    found = results(capsys)["plain"]
    exact = requirement(
        Problem(steps=20, samples=100, dimension=3, alpha=0.9, delta=0.05, epsilon=0.1), "plain"
    )
    assert found["m"] >= exact.width > 2**53
    assert found["m"] == pytest.approx(float(exact.width), rel=1e-15)
    assert run(*arguments()) == 0
    shown = float(capsys.readouterr().out.split("m, width")[1].split()[1])
    assert exact.width <= shown < exact.width * (1 + 1e-7)


def test_decimals_just_below_an_irrational_cutoff_give_numbers(
    capsys: pytest.CaptureFixture[str],
) -> None:
    # √π/2 in 50 digits, the cutoff of erf.
    alpha = "0.88622692545275801364908374167057259139877472806119"
    found = results(capsys, alpha=alpha, activation="erf")
    assert found["regime"] == "below"
    assert found["m"] < found["m_cutoff"] < found["m_any_horizon"]


@pytest.mark.parametrize(
    ("changed", "part"),
    [
        ({"alpha": "-1"}, "alpha = -1"),
        ({"delta": "0"}, "delta = 0"),
        ({"delta": "1"}, "delta = 1"),
        ({"epsilon": "1"}, "epsilon = 1"),
        ({"T": "0"}, "steps T = 0"),
        ({"n": "0"}, "samples n = 0"),
        ({"T": "1.5"}, "T = 3/2"),
        ({"d": "0"}, "dimension d = 0"),
        ({"activation": "softplus"}, "unbounded"),
        ({"activation": "relu"}, "not twice differentiable"),
        ({"rho_w": "0.5"}, "rho_w >= 1"),
        ({"activation": "a*b"}, "one symbol"),
        ({"m": "1001"}, "in pairs"),
        ({"m": "0"}, "in pairs"),
        ({"m": "2.5"}, "counts neurons"),
        ({"n": "many"}, "--n 'many'"),
        ({"nu_w": "0", "nu_u": "0"}, "size 0"),
    ],
)
def test_bad_input_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], changed: dict[str, str], part: str
) -> None:
    assert run(*arguments(**changed)) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert part in shown.err
    assert shown.err.count("\n") == 1
