"""``longlag spectrum``: families by name, densities of one's own, and what is no spectrum."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from longlag.cli import app
from longlag.cli.reading.spectra import read_spectrum
from longlag.theory import LonglagError


def told(*arguments: str) -> str:
    found = CliRunner().invoke(app, ["spectrum", *arguments], catch_exceptions=False)
    assert found.exit_code == 0
    return found.stdout


def test_a_family_is_told_with_its_law_and_window(tmp_path: Path) -> None:
    figure = tmp_path / "beta.png"
    text = told(
        *("Beta(a,b)", "--set", "a=2", "--set", "b=3", "--samples", "1e6", "--alpha", "1.5"),
        *("--plot", str(figure)),
    )
    assert "power law" in text
    assert "kappa = 3" in text
    assert figure.stat().st_size > 1000
    assert "\\gamma" not in text


def test_json_and_tex_of_the_same() -> None:
    found = json.loads(told("gamma_rates", "--set", "b=2", "--set", "theta=1", "--json"))
    assert found["envelope"] == "(ell*theta + 1)**(-b)"
    assert found["values"][1] == pytest.approx(1 / 121)
    assert r"\ell" in told("Gamma(2, 1)", "--format", "tex")


def test_a_density_of_ones_own_is_read() -> None:
    assert "2/(ell + 2)" in told("k*exp(-2*nu)", "--set", "k=2")
    assert "power law" in told("tau**(-2)", "--support", "1,inf")


BAD: dict[str, tuple[list[str], str]] = {
    "unknown": (["Bta(2,3)"], "beta_rates"),
    "too few": (["Beta(2)"], "a, b"),
    "negative": (["sin(nu)"], "not negative"),
    "not normalised": (["2*exp(-3*nu)"], "integrates to"),
    "support": (["1", "--support", "0,1"], "no registered family"),
    "empty support": (["exp(-nu)", "--support", "2,1"], "lower limit first"),
    "no number": (["Beta(a,b)", "--set", "a=1"], "a number is needed"),
    "stranger": (["exp(-nu)", "--set", "a=1"], "no such parameter"),
    "no samples": (["Beta(2,3)", "--alpha", "1.5"], "--samples"),
    "not code": (["__import__('os')"], "no registered family"),
    "support of a family": (["Beta(2,3)", "--support", "0,1"], "has its own"),
    "format": (["Beta(2,3)", "--format", "pdf"], "text or tex"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_spectrum_is_refused_in_one_line(name: str) -> None:
    arguments, word = BAD[name]
    with pytest.raises(LonglagError) as caught:
        CliRunner().invoke(app, ["spectrum", *arguments], catch_exceptions=False)
    assert word in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_names_are_short_or_long() -> None:
    for text in ("LogUniform(1, 2)", "log_uniform(1,2)", "loguniform_rates(1, 2)"):
        spectrum, numbers = read_spectrum(text, {})
        assert (spectrum.name, numbers) == ("log_uniform_rates", {"a": 1, "B": 2})


def test_a_file_of_time_scales_is_fitted(tmp_path: Path) -> None:
    scales = np.random.default_rng(0).lognormal(2, 0.5, 200)
    file, figure = tmp_path / "scales.npy", tmp_path / "fit.png"
    np.save(file, scales)
    options = ("--family", "LogNormal", "--family", "uniform", "--replicates", "30")
    text = told(str(file), *options, "--samples", "1e4", "--kappa", "2", "--plot", str(figure))
    assert "not rejected: log_normal_rates" in text
    assert "H_N of the neurons themselves" in text
    assert figure.stat().st_size > 1000
    found = json.loads(told(str(file), *options, "--json"))
    assert found["fits"][0]["parameters"]["s"] == pytest.approx(0.5, abs=0.1)
    for extra, word in ((["--family", "Gama"], "no spectrum"), (["--set", "a=1"], "a fit finds")):
        with pytest.raises(LonglagError, match=word):
            CliRunner().invoke(app, ["spectrum", str(file), *extra], catch_exceptions=False)


def test_a_density_of_ones_own_is_a_candidate_beside_the_families(tmp_path: Path) -> None:
    file = tmp_path / "rates.npy"
    np.save(file, np.random.default_rng(0).gamma(2, 0.5, 200))
    options = ("--rates", "--family", "uniform", "--replicates", "20")
    own = ("--density", "c**2*nu*exp(-c*nu)", "--density", "exp(-nu/m)/m")
    found = json.loads(told(str(file), *options, *own, "--json"))
    fits = {each["family"]: each for each in found["fits"]}
    assert found["fits"][0]["family"] == "typed1"
    assert fits["typed1"]["parameters"]["c"] == pytest.approx(2, rel=0.15)
    assert not fits["typed1"]["rejected"]
    assert fits["typed2"]["rejected"]
    figure = tmp_path / "fit.png"
    assert "typed" in told(
        *(str(file), *options, "--density", "c/nu**(c+1)/20**c", "--support", "1/20,inf"),
        *("--plot", str(figure)),
    )
    assert figure.stat().st_size > 1000


@pytest.mark.parametrize(
    ("extra", "word"),
    [
        (["--density", "k*exp(-2*nu)"], "integrates to"),
        (["--density", "Gamma"], "--family"),
        (["--density", "exp(-b)"], "no registered family"),
        (["--support", "0,1"], "a fit finds"),
    ],
)
def test_what_is_no_candidate_is_refused(tmp_path: Path, extra: list[str], word: str) -> None:
    file = tmp_path / "rates.npy"
    np.save(file, np.random.default_rng(0).gamma(2, 0.5, 50))
    with pytest.raises(LonglagError, match=word):
        CliRunner().invoke(app, ["spectrum", str(file), *extra], catch_exceptions=False)


def test_a_candidate_without_neurons_is_refused() -> None:
    with pytest.raises(LonglagError, match="in place of the file"):
        CliRunner().invoke(
            app, ["spectrum", "Gamma", "--density", "exp(-nu)"], catch_exceptions=False
        )
