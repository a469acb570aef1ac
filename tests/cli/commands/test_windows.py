"""``longlag horizon``, ``law`` and ``noise`` as a user sees them."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest

from longlag.numerics.stable import sample
from longlag.theory import LAWS
from tests.cli.commands.test_commands import run

POWER = ("horizon", "c*ell**(-b)", "--set", "c=1", "--set", "b=0.5")
NUMBERS = ("--kappa", "3", "--samples", "1e6")

HOSTILE = [
    "__import__('os').system('touch hostile')",
    "ell.__class__.__mro__",
    "(lambda: 1)()",
    "lambda ell: 1/ell",
    "[ell for ell in (1,)][0]",
    "10**10**10*exp(-ell)",
    "9**9**9**9",
    "exp(exp(exp(exp(exp(1e9)))))*exp(-ell)",
    "(" * 20_000 + "ell" + ")" * 20_000,
    "-" * 50_000 + "ell",
    "exp(-ell)" + "+exp(-ell)" * 60_000,
    "a" * 1_000_000,
    "f'{ell}'",
    "ell if ell else 1",
    "ell := 3",
    "exp(-ell, 2, 3)",
    "exp(-ell)\nimport os",
    "open('hostile','w')",
    "eval('1')*exp(-ell)",
    "exp(-ℓ)",
    "",
    "   ",
    "exp(-ell",
    "2 ell",
    "1j*exp(-ell)",
    "exp(-ell)*1e999999999",
]


def results(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run(*arguments, "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    start = time.process_time()
    assert run(*arguments) == 2
    assert time.process_time() - start < 5
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("longlag: ")
    assert captured.err.count("\n") == 1
    assert len(captured.err) < 600
    return captured.err


def test_the_window_of_a_power_law(capsys: pytest.CaptureFixture[str]) -> None:
    found = results(capsys, *POWER, "--alpha", "1.5", "--cost", "2", "--samples", "1e6")
    wanted = (1e6 / 2) ** (1 / (3 * 0.5))
    assert found["status"] == "finite"
    assert found["horizon"] == pytest.approx(wanted, rel=1e-14)
    assert found["log_horizon"] == pytest.approx(np.log(wanted), rel=1e-14)
    assert found["local_exponent"] == pytest.approx(2 / 3, rel=1e-14)
    assert found["closed_form"] is True
    assert found["growth"] == "H ~ (c*(N/A)**(1/kappa))**(1/b)"


def test_the_estimator_sets_the_exponent(capsys: pytest.CaptureFixture[str]) -> None:
    numbers = ("--alpha", "1.5", "--samples", "1e6")
    mean = results(capsys, *POWER, *numbers)
    median = results(capsys, *POWER, *numbers, "--estimator", "median")
    given = results(capsys, *POWER, "--kappa", "2", "--samples", "1e6")
    assert (mean["kappa"], median["kappa"]) == ("3", "2")
    assert median["horizon"] == given["horizon"] > mean["horizon"]


def test_a_window_that_overflows_a_double_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    found = results(
        capsys,
        "horizon",
        "c*(1+log(ell))**(-b)",
        "--set",
        "c=1",
        "--set",
        "b=0.25",
        "--alpha",
        "2",
        "--samples",
        "1e8",
    )
    assert found["log_horizon"] == pytest.approx(9999999999999999, rel=1e-15)
    assert found["horizon"].startswith("6.953713723202")
    assert mpmath.mpf(found["horizon"]) > mpmath.mpf("1e4342944819032517")


def test_empty_and_endless_windows(capsys: pytest.CaptureFixture[str]) -> None:
    empty = results(
        capsys,
        "horizon",
        "c*exp(-b*ell)",
        "--set",
        "c=1e-3",
        "--set",
        "b=0.1",
        "--kappa",
        "3",
        "--samples",
        "1e3",
    )
    assert (empty["status"], empty["horizon"], empty["log_horizon"]) == ("none", 0, None)
    endless = results(capsys, "horizon", "constant", "--set", "c=0.1", *NUMBERS)
    assert (endless["status"], endless["horizon"]) == ("infinite", "inf")
    floor = ("horizon", "0.1 + 0.9*exp(-ell)", "--kappa", "1")
    assert results(capsys, *floor, "--samples", "9")["status"] == "finite"
    assert results(capsys, *floor, "--samples", "11")["status"] == "infinite"


def test_more_digits_than_a_double_stay_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*POWER, *NUMBERS, "--digits", "40", "--json") == 0
    text = capsys.readouterr().out
    line = next(line for line in text.splitlines() if '"horizon"' in line)
    assert line.strip() == '"horizon": 10000.0,'
    assert run(*POWER, "--kappa", "3", "--samples", "2e6", "--digits", "40", "--json") == 0
    text = capsys.readouterr().out
    with mpmath.workdps(60):
        digits = text.partition('"horizon": ')[2].partition(",")[0]
        assert abs(mpmath.mpf(digits) / mpmath.mpf(2e6) ** (mpmath.mpf(2) / 3) - 1) < 1e-39
    assert json.loads(text)["horizon"] == pytest.approx(2e6 ** (2 / 3))


def test_a_negative_exponent_makes_a_hump(capsys: pytest.CaptureFixture[str]) -> None:
    found = results(
        capsys,
        "horizon",
        "c*ell**(-b)*exp(-ell/tau)",
        "--set",
        "c=0.01",
        "--set",
        "b=-1.5",
        "--set",
        "tau=10",
        *NUMBERS,
    )
    assert found["horizon"] == pytest.approx(61.87730115, rel=1e-9)
    assert found["closed_form"] is True
    assert found["fails_at_the_start"] is True


def test_the_smallest_lag_can_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    envelope = ("horizon", "exp(-ell)", "--kappa", "1", "--samples", "100")
    assert results(capsys, *envelope)["horizon"] == pytest.approx(np.log(100))
    assert results(capsys, *envelope, "--from", "5")["status"] == "none"


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:20])
def test_hostile_text_is_refused_quickly(
    text: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refused(capsys, "horizon", text, *NUMBERS)
    refused(capsys, "law", text)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text", ["10**10**10", "nan", "inf", "1j", "__import__('os')", "9" * 10**6]
)
def test_hostile_numbers_are_refused_quickly(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    refused(capsys, "horizon", "exp(-b*ell)", "--set", f"b={text}", *NUMBERS)
    refused(capsys, "horizon", "exp(-ell)", "--kappa", "3", "--samples", text)
    refused(capsys, "horizon", "exp(-ell)", "--kappa", text, "--samples", "9")
    refused(capsys, "horizon", "exp(-ell)", *NUMBERS, "--cost", text)
    refused(capsys, "horizon", "exp(-ell)", *NUMBERS, "--from", text)


BAD_LAWS = {
    "c*ell**b": "increases",
    "2+sin(ell)": "rises again",
    "exp(-ell/50)*(2+cos(ell))": "rises again",
    "1-ell/100": "positive at every lag",
    "exp(-ell)-b": "positive at every lag",
    "sqrt(5-ell)": "real",
    "(-1)**ell": "real",
    "b": "depends on the lag",
    "exp(-unknown*ell)": "parameters",
    "1/(ell-3)": "positive at every lag",
    "0*ell": "zero",
}


@pytest.mark.parametrize("text", BAD_LAWS)
def test_what_is_no_envelope_is_refused_with_the_reason(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parameters = [f"--set={name}=0.5" for name in "bc" if name in text.replace("cos", "")]
    assert BAD_LAWS[text] in refused(capsys, "horizon", text, *parameters, *NUMBERS)


BAD_OPTIONS = {
    "alpha at most 1": (("--alpha", "0.9", "--samples", "9"), "never concentrates"),
    "alpha above 2": (("--alpha", "2.1", "--samples", "9"), "1 < alpha <= 2"),
    "no exponent": (("--samples", "9"), "exactly one"),
    "two exponents": (("--alpha", "2", "--kappa", "2", "--samples", "9"), "exactly one"),
    "estimator without alpha": (
        ("--kappa", "2", "--estimator", "mean", "--samples", "9"),
        "leave one of them out",
    ),
    "unknown estimator": (
        ("--alpha", "2", "--estimator", "medain", "--samples", "9"),
        "did you mean 'median'",
    ),
    "kappa of zero": (("--kappa", "0", "--samples", "9"), "positive"),
    "too few samples": (("--kappa", "2", "--samples", "0.5"), "at least one"),
    "no samples": (("--kappa", "2"), "--samples"),
    "negative cost": (("--kappa", "2", "--samples", "9", "--cost", "-1"), "positive"),
    "no digits": (("--kappa", "2", "--samples", "9", "--digits", "0"), "1 to 1000"),
    "negative start": (("--kappa", "2", "--samples", "9", "--from", "-1"), "not negative"),
    "unknown parameter": ((*NUMBERS, "--set", "b=1"), "remove it"),
    "no equals sign": ((*NUMBERS, "--set", "b"), "name=value"),
    "twice": ((*NUMBERS, "--set", "b=1", "--set", "b=2"), "twice"),
}


@pytest.mark.parametrize("case", BAD_OPTIONS)
def test_bad_options_are_named(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    options, reason = BAD_OPTIONS[case]
    assert reason in refused(capsys, "horizon", "exp(-ell)", *options)


def test_a_registered_law_has_its_domains(capsys: pytest.CaptureFixture[str]) -> None:
    message = refused(capsys, "horizon", "exponential", "--set", "b=-1", "--set", "c=1", *NUMBERS)
    assert "(0, ∞)" in message


@pytest.mark.slow
@pytest.mark.parametrize("name", LAWS)
def test_every_registered_law_is_derived_and_checked(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("law", name, "--examples", "1") == 0
    text = capsys.readouterr().out
    assert "N(ell) = " in text
    assert "refuted" not in text
    assert "undecided" not in text


def test_a_typed_law_becomes_latex(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("law", "c*exp(-(ell/tau)**2)", "--format", "tex", "--examples", "1") == 0
    text = capsys.readouterr().out
    assert r"\begin{document}" in text
    assert "H_N" in text


def test_a_parameter_of_zero_is_put_in(capsys: pytest.CaptureFixture[str]) -> None:
    text = "c*ell**(-b)*exp(-ell/tau)"
    assert run("law", text, "--set", "b=0", "--examples", "1") == 0
    assert "f(ell) = c*exp(-ell/tau), ell >= 0" in capsys.readouterr().out
    numbers = ("--set", "c=1", "--set", "tau=10")
    found = results(capsys, "horizon", text, *numbers, "--set", "b=0", *NUMBERS)
    assert found["horizon"] == pytest.approx(10 * np.log(1e6) / 3)


def test_a_law_without_a_closed_form_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("law", "exp(-ell)/(1+ell**3)", "--examples", "1") == 0
    assert "H_N has no closed form" in capsys.readouterr().out


@pytest.fixture
def noise_file(tmp_path: Path) -> Path:
    path = tmp_path / "noise.npy"
    np.save(path, sample(1.5, 4000, np.random.default_rng(0)))
    return path


def test_noise_is_estimated_with_what_it_depends_on(
    noise_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("noise", str(noise_file), "--json", "--replicates", "400") == 0
    found = json.loads(capsys.readouterr().out)
    alphas = [estimate["alpha"] for estimate in found["estimates"]]
    assert alphas == pytest.approx([1.5] * len(alphas), abs=0.1)
    assert (found["n"], found["seed"], found["level"]) == (4000, 0, 0.95)
    assert run("noise", str(noise_file), "--replicates", "400") == 0
    assert "kappa" in capsys.readouterr().out


def test_text_files_are_read_as_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "noise.txt"
    np.savetxt(path, np.random.default_rng(0).normal(size=1000))
    assert run("noise", str(path), "--json", "--replicates", "400") == 0
    assert json.loads(capsys.readouterr().out)["n"] == 1000


def pickle_of_an_object() -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    return stream.getvalue()


def test_files_that_are_no_series_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {
        "missing.npy": None,
        "empty.txt": b"",
        "words.txt": b"one\ntwo\n",
        "pickle.npy": pickle_of_an_object(),
        "few.txt": b"1\n2\n3\n",
        "gap.txt": b"1\nnan\n" * 1000,
        "table.txt": b"1 2\n3 4\n" * 1000,
    }
    for name, content in files.items():
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        refused(capsys, "noise", str(path))
    refused(capsys, "noise", str(tmp_path))
