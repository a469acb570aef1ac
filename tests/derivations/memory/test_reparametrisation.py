"""Stable reparametrisation: every claim is as expected, and its wrong version is refuted."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure as Canvas
from sympy import Rational, S

from longlag.derivations.document import write
from longlag.derivations.memory import reparametrisation_checks as checks
from longlag.derivations.memory import reparametrisation_training as training
from longlag.derivations.memory.reparametrisation import derivation, map_rows
from longlag.theory.memory.reparametrisation import REPARAMETRISATIONS
from longlag.theory.statement import Figure, Level, Settings, Table

pytestmark = pytest.mark.slow
SETTINGS = Settings(examples=3)


@pytest.fixture(scope="module")
def checked():  # type: ignore[no-untyped-def]
    return derivation().check(SETTINGS)


def test_symbolic_claims_are_proved(checked) -> None:  # type: ignore[no-untyped-def]
    proved = {
        c.claim.statement.name for c in checked.checked if c.verdict.level is Level.PROVED
    }  # fmt: skip
    assert proved >= {
        "memory_function", "distance", "modulus_exponential", "modulus_softplus",
        "modulus_rational", "unit_sensitivity", "scales", "balanced", "sampled_scale",
        "white_noise",
    }  # fmt: skip


def test_what_does_not_survive_is_named(checked) -> None:  # type: ignore[no-untyped-def]
    refuted = {c.claim.statement.name for c in checked.checked if not c.verdict.holds}
    assert refuted == {
        "long_memory_direct", "published_discrete_scale", "best_discrete_least",
        "orthogonal_plateau", "map_as_remedy", "direct_training",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("verdict", "wrong"),
    [
        (checks.memory_verdict, {"impulse": True}),
        (checks.forgetting_verdict, {"reach": Rational(11, 10)}),
        (checks.softplus_verdict, {"slower": S.Half}),
        (checks.rational_verdict, {"factor": S(2)}),
        (checks.perturbation_verdict, {"shrink": 0.9}),
        (checks.scale_verdict, {"power": 1}),
        (checks.discrete_verdict, {"absolute": False}),
        (checks.best_discrete_verdict, {"offset": S.Half}),
        (checks.sensitivity_verdict, {"power": 2}),
        (training.plateau_verdict, {"orthogonal": True}),
        (training.plateau_verdict, {"orthogonal": True, "saturating": True}),
        (training.starts_verdict, {"swapped": True}),
        (training.slow_unit_verdict, {"slowest": None}),
        (training.stable_training_verdict, {"names": ("direct",)}),
    ],
)
def test_wrong_versions_are_refuted(verdict, wrong) -> None:  # type: ignore[no-untyped-def]
    found = verdict(SETTINGS, **wrong)
    assert not found.holds
    assert found.counterexample


def test_a_map_is_no_remedy_of_the_plateau_and_a_slow_unit_is() -> None:
    assert not training.remedy_verdict(SETTINGS).holds
    assert training.remedy_verdict(SETTINGS, slowest=0.2).holds


def test_the_slope_of_the_plateau_falls_with_the_slowest_rate() -> None:
    slopes = [training.delayed_slope(SETTINGS.seed, slowest) for slowest in (None, 0.5, 0.2)]
    assert slopes[0] > slopes[1] > slopes[2] > 0


def test_tables_have_their_rows() -> None:
    tables = [item for item in derivation().items if isinstance(item, Table)]
    assert [row[0] for row in map_rows(SETTINGS)] == list(REPARAMETRISATIONS)
    for table in tables:
        assert all(len(row) == len(table.columns) for row in table.rows(SETTINGS))


def test_the_document_is_written(checked, tmp_path) -> None:  # type: ignore[no-untyped-def]
    figures = {item.name for item in derivation().items if isinstance(item, Figure)}
    drawn = {f"stable_reparametrisation--{name}": Canvas() for name in figures}
    text = write([checked], "md", tmp_path / "one.md", title="One", drawn=drawn).read_text()
    assert all(f"stable_reparametrisation--{name}" in text for name in figures)


def test_figures_are_drawn() -> None:
    for item in derivation().items:
        if isinstance(item, Figure):
            assert item.draw(Settings(examples=1)).axes
