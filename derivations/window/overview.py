"""The learnability window: detection, published exponents, and every law's N(ℓ) and H_N."""

from __future__ import annotations

from sympy import Function, Interval, Symbol

from longlag.derivations.window.detection import detection
from longlag.derivations.window.detection_checks import ALPHA
from longlag.derivations.window.figures import (
    COST_SHOWN,
    KAPPA_SHOWN,
    exponents,
    horizons,
    sample_sizes,
    shown_parameters,
)
from longlag.derivations.window.law import (
    PAPER,
    derive_law,
    growth_latex,
    horizon_latex,
    level_latex,
    level_said,
    sample_size_latex,
)
from longlag.derivations.window.protocol import protocol
from longlag.derivations.window.published_exponents import published_exponents
from longlag.theory.laws import LAWS
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import WINDOW, ell
from longlag.theory.readback import Verbatim, read_back, said
from longlag.theory.statement import Derivation, Figure, Kind, Relation, Settings, Table, Text
from longlag.theory.verify import claim
from longlag.theory.window.displayed import LEVEL, LEVEL_IN_SAMPLES
from longlag.theory.window.formula import formula
from longlag.theory.window.window import COST, KAPPA, SAMPLES, learnability_window


def derivations(order: int = 1) -> list[Derivation]:
    """Return the sections; the order of expansions does not matter here."""
    return [
        detection(),
        published_exponents(),
        protocol(),
        overview(),
        *map(derive_law, LAWS.values()),
    ]


def overview() -> Derivation:
    """Return the table of laws and the figures; the sections behind it check each entry."""
    numbers = "; ".join(
        f"{law.name.replace('_', ' ')}: " + ", ".join(_parameter(law, name) for name in _names(law))
        for law in LAWS.values()
    )
    return Derivation(
        "laws",
        "Decay laws and their windows",
        (
            Text(
                r"$N(\ell) = A f(\ell)^{-\kappa}$, with $A$ the samples needed where $f = 1$, and "
                r"$H_N = \sup\{\ell : N(\ell) \le N\}$; it is 0 where even the smallest lag fails."
            ),
            claim(
                "level",
                level_relation(),
                rf"\frac{{N(\ell)}}{{N}} = \Bigl(\frac{{\varphi}}{{f(\ell)}}\Bigr)^{{\kappa}}, "
                rf"\qquad {level_latex()}",
                title="The level of the envelope",
                text=r"So $H_N = \sup\{\ell : f(\ell) \ge \varphi\}$, and the window follows from "
                r"inverting $f$.",
                source=PAPER,
                reading=read_back(
                    said(
                        Verbatim(r"\frac{N(\ell)}{N}"), "=", (LEVEL / Function("f")(ell)) ** KAPPA
                    ),
                    level_said(),
                ),
                wrong={"the fraction upside down": 1 / level_relation().rhs},
            ),
            Table(
                "overview",
                "Every registered law. The section of a law checks its entries.",
                ("decay", r"$f(\ell)$", r"$N(\ell)$", "$H_N$", r"growth as $N \to \infty$"),
                overview_rows,
            ),
            Figure(
                "sample_sizes",
                rf"Samples needed over the lag, $\kappa = {KAPPA_SHOWN:g}$, $A = {COST_SHOWN:g}$. "
                f"Parameters: {numbers}.",
                sample_sizes,
            ),
            Figure(
                "horizons",
                "The window over the samples, for the same parameters. The constant envelope is "
                "missing: its window never ends.",
                horizons,
            ),
            Figure(
                "three_exponents",
                rf"The smallest mean that $N$ samples detect at $\alpha = {ALPHA:g}$: simulated, "
                "with 99.9 % intervals; the mean's line has no free constant, the other two "
                "are placed.",
                exponents,
            ),
        ),
        glossary=WINDOW,
    )


def level_relation() -> Relation:
    """Return A f^{−κ}/N = (φ/f)^κ: a lag is learnable where f is at least φ."""
    envelope = Symbol("f", positive=True)
    few = Interval(1, 9)
    domains = {envelope: Interval.Lopen(0, 1), COST: few, SAMPLES: few, KAPPA: few}
    level = LEVEL_IN_SAMPLES / envelope
    return Relation(Kind.IDENTITY, COST * envelope**-KAPPA / SAMPLES, level**KAPPA, domains)


def overview_rows(settings: Settings) -> list[list[str]]:
    """Return one row per law: f, N(ℓ), H_N and its growth, as its section displays them."""
    rows = []
    for law in LAWS.values():
        window = learnability_window(law)
        growth = "could not be told"
        if window.growth is not None:
            infinite = window.growth.leading.is_infinite
            growth = r"$H_N = \infty$" if infinite else f"${growth_latex(window.growth, window)}$"
        # A sum is not written out twice: the table would not fit a page.
        power = r"A f(\ell)^{-\kappa}" if law.envelope.is_Add else sample_size_latex(window)
        formulas = (formula(law.envelope), power, _horizon(law))
        rows.append([law.name.replace("_", " "), *(f"${tex}$" for tex in formulas), growth])
    return rows


def _horizon(law: DecayLaw) -> str:
    window = learnability_window(law)
    if window.growth is not None and window.growth.leading.is_infinite:
        return r"\infty \text{ or } 0"
    return horizon_latex(window)


def _names(law: DecayLaw) -> list[str]:
    return [symbol.name for symbol in law.parameters]


def _parameter(law: DecayLaw, name: str) -> str:
    symbol = next(symbol for symbol in law.parameters if symbol.name == name)
    return f"${formula(symbol)} = {shown_parameters(law)[name]:g}$"
