"""Every public object with something to print has ``latex``, which stands wherever TeX does."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from enum import Enum
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from sympy import Basic, E, Float, Interval, Symbol, exp, oo

from longlag.theory import (
    LAWS,
    LonglagError,
    effective_learning_rates,
    jacobian,
    learnability_window,
    solve_horizon,
    transport,
)
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.cells.cell import Cell
from longlag.theory.descent import Problem, activation, hessian_bound, requirement
from longlag.theory.descent import requirement_growth as growth_of_requirement
from longlag.theory.estimators import ESTIMATORS
from longlag.theory.estimators.concentration import PUBLISHED_KAPPA
from longlag.theory.language.maps import DenseWeight, recurrent
from longlag.theory.language.matrix import Product, Weight
from longlag.theory.language.symbols import drive, state
from longlag.theory.memory import KERNELS, Mixture, Objective
from longlag.theory.memory.reparametrisation import REPARAMETRISATIONS
from longlag.theory.registry import Registry
from longlag.theory.spectra import SPECTRA
from longlag.theory.statement import (
    CheckedClaim,
    Claim,
    Derivation,
    Figure,
    Kind,
    Level,
    Relation,
    Settings,
    Source,
    Statement,
    Table,
    Text,
    Verdict,
)
from longlag.theory.typeset.shown import Shown
from longlag.theory.verify import Proof, Step, Substitution, best_constant, eventually, least_from
from tests.tex import assert_sound, compile_displays, needs_pdflatex

ROOMS = ["cells", "laws", "spectra", "estimators", "memory", "descent", "statement", "verify"]
PACKAGES = ["longlag.theory", *(f"longlag.theory.{room}" for room in ROOMS), "longlag.numerics"]
#: Public classes without a formula: what a check takes, where it is published, words and pictures,
#: parts of a proof, and what holds numbers and code instead of formulas.
WITHOUT = {"Adapter", "Settings", "Source", "Text", "Figure", "Table", "Step", "Substitution"}
WITHOUT |= {"Generated", "Network", "LonglagError", "Notation", "Reading"}


def public_objects() -> Iterator[tuple[str, Any]]:
    for package in PACKAGES:
        module = import_module(package)
        own = [n for n, v in vars(module).items() if getattr(v, "__module__", "") == package]
        for name in getattr(module, "__all__", own):
            if not name.startswith("_"):
                yield f"{package}.{name}", getattr(module, name)


@cache
def samples() -> dict[str, Shown]:
    """Objects of every kind, by a name that says what is odd about them."""
    x = Symbol("x", positive=True)
    h = state("h")
    odd = Cell("odd", {h: (recurrent("a", h) + drive("a")) ** 3 / 2})
    relation = Relation(Kind.BOUND, x, exp(x), {x: Interval(0, oo)})
    verdict = Verdict(level=Level.PROVED, method="100 % of my_cell: κ ≥ 1, ℓ^2 ~ {x} & $2 \\ #")
    settings = Settings(examples=1, effort="quick")
    claim = Claim(Statement("bound", Kind.BOUND, relation.latex()), lambda _: verdict)
    derivation = Derivation("bounds", "Bounds", (claim, Text("none"), claim))
    proof = Proof(1 + x, (("≤", exp(x), "as 100 % of $e^x$ is κ_1"),), {x: Interval(0, 1)})
    problem = Problem(
        steps=10, samples=10, dimension=2, alpha=0.5, delta=0.1, epsilon=0.1, activation="tanh"
    )
    numbers = {"samples": 1e6, "cost": 2, "kappa": 3}
    found: dict[str, Shown] = {}
    for name in CELLS:
        cell = CELLS[name]
        rates = effective_learning_rates(cell)
        found |= {f"cell {name}": cell, f"Jacobian {name}": jacobian(cell), f"rates {name}": rates}
        found |= {f"{rate.reading} {name}": rate for rate in rates.readings}
        found |= {f"transport {name} {n}": transport(cell, order=n) for n in range(3)}
        found |= {f"transport {name} at {n}": transport(cell).at(n) for n in range(6)}
        found[f"matrix {name}"] = jacobian(cell).matrix
        found[f"product {name}"] = transport(cell).exact
        found[f"expansion {name}"] = transport(cell, order=2).expansion
        for new in cell.states:
            found |= {f"block {new}{old} {name}": jacobian(cell).block(new, old) for old in "h"}
    for name, law in LAWS.items():
        window = learnability_window(law)
        found |= {f"law {name}": law, f"window {name}": window}
        if window.growth:
            found[f"growth {name}"] = window.growth
    for registry in (SPECTRA, ESTIMATORS, KERNELS, REPARAMETRISATIONS, PUBLISHED_KAPPA):
        found |= {f"{registry.kind} {name}": item for name, item in registry.items()}
    return found | {
        "a matrix of a cell that is not told": jacobian(odd).matrix,
        "a product of weights": Product((Weight(DenseWeight("u")), Weight(DenseWeight("v_w")))),
        "a window at numbers": solve_horizon(LAWS["polynomial"], {"c": 1, "b": 2}, **numbers),
        "no window": solve_horizon(LAWS["polynomial"], {"c": 1e-9, "b": 2}, **numbers),
        "an endless window": solve_horizon(LAWS["constant"], {"c": 1}, **numbers),
        "a root": solve_horizon(
            LAWS["tempered_power"], dict.fromkeys("bcp", 2) | {"tau": 9}, **numbers
        ),
        "relation": relation,
        "limit": Relation(Kind.LIMIT, x + 1, x, {x: Interval(0, oo)}, x),
        "exponent": Relation(Kind.EXPONENT, x**2, 2 * E / E, {x: Interval(0, oo)}, x),
        "verdict": verdict,
        "statement": claim.statement,
        "claim": claim,
        "checked claim": CheckedClaim(claim, verdict, 0.0),
        "derivation": derivation,
        "empty derivation": Derivation("empty", "Empty", ()),
        "checked derivation": derivation.check(settings),
        "proof": proof,
        "checked proof": proof.check(settings),
        "constant": best_constant(
            Relation(Kind.BOUND, x, 2 * x + 1, {x: Interval(0, 1)}), settings
        ),
        "threshold": least_from(
            Relation(Kind.BOUND, 3 / x, Float(1), {x: Interval(1, oo)}, x), settings=settings
        ),
        "eventually": eventually(
            Relation(Kind.BOUND, x, x - 1, {x: Interval(1, oo)}, x), settings=settings
        ),
        "activation": activation("atan"),
        "supremum": activation("isru").curvature,
        "smoothness": hessian_bound(),
        "problem": problem,
        "requirement": requirement(problem),
        "growth of a requirement": growth_of_requirement("T"),
        "mixture": Mixture((1, 2), (3, 4)),
        "objective": Objective(),
    }


def test_every_public_class_and_registry_prints_itself() -> None:
    mute = [
        name
        for name, thing in public_objects()
        if (inspect.isclass(thing) or not callable(thing))
        and (thing if inspect.isclass(thing) else type(thing)).__name__ not in WITHOUT
        and not isinstance(thing, (Shown, Basic))
        and not (inspect.isclass(thing) and issubclass(thing, (Shown, Basic, Enum)))
    ]
    assert not mute


def test_there_is_a_sample_of_every_public_class() -> None:
    kinds = {type(sample) for sample in samples().values()}
    classes = [t for _, t in public_objects() if inspect.isclass(t) and issubclass(t, Shown)]
    assert not [kind.__name__ for kind in classes if kind not in kinds | {Registry}]


def everything() -> Iterator[tuple[str, Shown]]:
    yield from samples().items()
    for name, thing in public_objects():
        if isinstance(thing, Shown):
            yield name, thing


def test_all_of_it_is_sound_and_is_mathematics_in_a_notebook() -> None:
    for _, thing in everything():
        assert_sound(thing.latex())
        assert thing._repr_latex_() == f"$\\displaystyle {thing.latex()}$"


@needs_pdflatex
def test_all_of_it_compiles_where_it_is_put(tmp_path: Path) -> None:
    compile_displays([thing.latex() for _, thing in everything()], tmp_path)


def test_what_has_nothing_to_print_is_listed_for_a_reason() -> None:
    for kind in (Settings, Source, Text, Figure, Table, Step, Substitution, LonglagError):
        assert kind.__name__ in WITHOUT
