"""From a distribution of rates to a decay law to its window, each line checked."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

import mpmath
from sympy import (
    Dummy,
    Expr,
    Function,
    Integer,
    Integral,
    Interval,
    Rational,
    S,
    Set,
    Symbol,
    exp,
    log,
    oo,
)

from longlag.derivations.spectra.heterogeneity import heterogeneity
from longlag.derivations.window.law import window_items
from longlag.numerics.checks import combine
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import WINDOW, ell, lag_tex, of_lag
from longlag.theory.readback import Name, read_back, said
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.parameters import draw, positive
from longlag.theory.spectra import SPECTRA
from longlag.theory.spectra.heterogeneity import crossover_equality, crossover_lag
from longlag.theory.spectra.rate_average import RateAverage
from longlag.theory.spectra.spectrum import Spectrum, Variable, envelope_of, law_of
from longlag.theory.spectra.tauberian import asymptote_of
from longlag.theory.statement import (
    Claim,
    Derivation,
    Item,
    Kind,
    Level,
    Relation,
    Settings,
    Source,
    Statement,
    Text,
    Verdict,
    failure_rate_bound,
)
from longlag.theory.verify import claim, prove, verify
from longlag.theory.verify.antiderivatives import integrates_to
from longlag.theory.window.admission import MODERATE
from longlag.theory.window.formula import formula
from longlag.theory.window.growth import Growth
from longlag.theory.window.window import growth_of, learnability_window

#: Integrals are compared in fewer digits than formulas: they take a hundred times as long.
_DIGITS = 15
#: Powers of ten of ℓ at which an asymptote is looked at, and how close it must come at the last.
_FAR = (2, 20, 2000)
_CLOSE = 0.01
#: Random points of an integral.
_MOST_POINTS = 2
_LAGS = Interval(Rational(1, 10), 20)
#: p, where a display only names the density.
_DENSITY = Function("p")
#: Of what a section is one.
_FAMILY = "Spectra, from their density to their window"
_ANTIDERIVATIVE = "an antiderivative that differentiates back, for all parameters"


@dataclass(frozen=True)
class Route:
    """One way from a spectrum to a window.

    Args:
        spectrum: a name in ``SPECTRA``.
        title: of the section.
        text: what is special about it.
        domains: where parameters are drawn, if not between 0.3 and 3.
        closed_form: whether f has one.
        asymptotic: whether the window is that of the asymptote.
    """

    spectrum: str
    title: str
    text: str
    domains: Mapping[str, Set] = field(default_factory=dict)
    closed_form: bool = True
    asymptotic: bool = False


ROUTES = (
    Route(
        "gamma_rates",
        "Gamma-distributed rates: an exact power law",
        r"Rates with a Gamma distribution of shape $b$ and scale $\theta$. The law is the shifted "
        r"power law with $\tau = 1/\theta$, at every lag and not only at long ones.",
    ),
    Route(
        "log_uniform_rates",
        "Rates even in their logarithm",
        r"Every decade of rates between $a$ and $B$ is as frequent as any other; $E_1$ is the "
        "exponential integral.",
        {"a": Interval(Rational(3, 10), 1), "B": Interval(2, 3)},
    ),
    Route(
        "pareto_time_scales",
        "Pareto time scales: a power law at long lags",
        r"A heavy tail of time scales, $P(\tau > x) = x^{-b}$; $\gamma$ is the lower incomplete "
        "Gamma function. The Tauberian theorem takes the tail to the law; the window below is that "
        "of the asymptote.",
        asymptotic=True,
    ),
    Route(
        "logarithmic_rates",
        "Rates of all orders of magnitude: logarithmic decay",
        r"The density is close to $1/(\nu \ln^{2} \nu)$ near 0 for $b = 1$, and the law to "
        r"$1/\ln \ell$. The envelope has no closed form; the window below is that of its "
        "asymptote.",
        closed_form=False,
        asymptotic=True,
    ),
)


def spectrum_section(route: Route) -> Derivation:
    """Return the section of one spectrum: density, envelope, asymptote, window."""
    spectrum = SPECTRA[route.spectrum]
    items: list[Item] = [Text(f"{route.text}"), density_claim(spectrum, route)]
    if route.closed_form:
        items.append(envelope_claim(spectrum, route))
    if route.asymptotic:
        items.append(asymptote_claim(spectrum))
    law = asymptotic_law(spectrum) if route.asymptotic else _law_where(spectrum, route)
    window = learnability_window(law)
    if window.growth is None:
        window = replace(window, growth=slowest_rate_growth(spectrum))
    items += window_items(window)
    return Derivation(f"spectrum_{spectrum.name}", route.title, tuple(items), WINDOW, _FAMILY)


def _domains(spectrum: Spectrum, route: Route) -> dict[Symbol, Set]:
    return {s: route.domains.get(s.name, MODERATE) for s in spectrum.parameters}


def _law_where(spectrum: Spectrum, route: Route) -> DecayLaw:
    """The law of a spectrum, its parameters where the route has them."""
    law = law_of(spectrum)
    domains = {s: route.domains.get(s.name, domain) for s, domain in law.domains.items()}
    return replace(law, domains=domains)


def _few_digits(settings: Settings) -> Settings:
    return replace(settings, digits=_DIGITS, examples=min(settings.examples, _MOST_POINTS))


def density_claim(spectrum: Spectrum, route: Route) -> Claim:
    """Return the claim that the density integrates to 1."""
    average = spectrum.rate_average
    total = RateAverage(*average.args[:4], Integer(0))
    relation = Relation(Kind.IDENTITY, total, S.One, _domains(spectrum, route))
    low, high = (formula(limit) for limit in spectrum.support)
    symbol = formula(spectrum.symbol)
    density = _DENSITY(spectrum.symbol)
    tex = (
        rf"p({symbol}) = {formula(spectrum.density)}, \qquad "
        rf"\int_{{{low}}}^{{{high}}} p({symbol}) \, d{symbol} = 1"
    )
    return Claim(
        Statement(
            "density",
            Kind.DEFINITION,
            tex,
            source=Source(spectrum.source),
            reading=read_back(
                said(density, "=", spectrum.density),
                said(Integral(density, (spectrum.symbol, *spectrum.support)), "=", S.One),
            ),
        ),
        _integral_verdict,
        stated={"relation": relation},
        wrong={"a density of twice the mass": {"relation": replace(relation, rhs=Integer(2))}},
        title="Density of the " + ("rates" if symbol == r"\nu" else "time scales"),
        text="Checked is that it integrates to 1.",
    )


def envelope_claim(spectrum: Spectrum, route: Route) -> Claim:
    """Return the claim that f is the average of e^{−νℓ} over the rates.

    Args:
        spectrum: with a density.
        route: where its parameters are drawn.
    """
    found = envelope_of(spectrum)
    relation = Relation(
        Kind.IDENTITY, spectrum.rate_average, found, {**_domains(spectrum, route), ell: _LAGS}
    )
    low, high = (formula(limit) for limit in spectrum.support)
    symbol = formula(spectrum.symbol)
    rate = spectrum.symbol if spectrum.variable is Variable.RATE else 1 / spectrum.symbol
    decay = exp(-rate * ell)
    kept = formula(decay)
    tex = (
        rf"{of_lag('f')} = \int_{{{low}}}^{{{high}}} p({symbol}) \, {kept} \, d{symbol} = "
        rf"{formula(found)}"
    )
    return Claim(
        Statement(
            "envelope",
            Kind.IDENTITY,
            tex,
            source=Source(spectrum.source),
            reading=read_back(
                said(
                    Name(of_lag("f")),
                    "=",
                    Integral(
                        _DENSITY(spectrum.symbol) * decay, (spectrum.symbol, *spectrum.support)
                    ),
                    "=",
                    found,
                )
            ),
        ),
        _integral_verdict,
        title="Envelope",
        text="By SymPy, compared with quadrature.",
        stated={"relation": relation},
        wrong={
            "at one lag more": {"relation": replace(relation, rhs=found.subs(ell, ell + 1))},
            "squared": {"relation": replace(relation, rhs=found**2)},
        },
    )


def _integral_verdict(settings: Settings, *, relation: Relation) -> Verdict:
    """Compare an average over rates with quadrature, and by an antiderivative."""
    computed = verify(relation, _few_digits(settings))
    if not computed.holds or not integrates_to(relation.lhs.as_integral(), relation.rhs):
        return computed
    return combine([Verdict(level=Level.PROVED, method=_ANTIDERIVATIVE), computed])


def asymptotic_law(spectrum: Spectrum) -> DecayLaw:
    """Return the law that a spectrum's envelope approaches."""
    return DecayLaw(spectrum.name, asymptote_of(spectrum), source=spectrum.source)


def asymptote_claim(spectrum: Spectrum) -> Claim:
    """Return the claim that f is asymptotic to what the Tauberian theorem gives."""
    asymptote = asymptote_of(spectrum)
    tex = rf"{of_lag('f')} \sim {formula(asymptote)} \qquad ({lag_tex()} \to \infty)"
    return Claim(
        Statement(
            "asymptote",
            Kind.LIMIT,
            tex,
            source=Source("Feller", "vol. II, XIII.5"),
            reading=read_back(said(Name(of_lag("f")), "∼", asymptote), said(ell, "→", S.Infinity)),
        ),
        asymptote_verdict,
        title="Tauberian theorem",
        text="From the tail of the slow units to long lags.",
        stated={"spectrum": spectrum, "asymptote": asymptote},
        wrong={
            "a tenth more": {"asymptote": asymptote * Rational(11, 10)},
            "another logarithm": {"asymptote": asymptote * (1 + log(ell))},
        },
    )


def asymptote_verdict(settings: Settings, *, spectrum: Spectrum, asymptote: Expr) -> Verdict:
    """Follow f to ℓ = 10^2000 by quadrature and compare it with its asymptote.

    Args:
        settings: examples and seed.
        spectrum: with a density.
        asymptote: over ``ell`` and the parameters.
    """
    generator = random.Random(settings.seed)
    method = f"quadrature at lags up to 10^{_FAR[-1]}"
    worst = 0.0
    points = min(settings.examples, _MOST_POINTS)
    for _ in range(points):
        values = {symbol: draw(MODERATE, generator) for symbol in spectrum.parameters}
        errors = []
        for power in _FAR:
            at = {**values, ell: Integer(10) ** power}
            with mpmath.workdps(_DIGITS):
                ratio = spectrum.rate_average.value(at) / evaluate(asymptote, at)
                errors.append(float(abs(ratio - 1)))
        worst = max(worst, errors[-1])
        shrinks = all(b <= max(a, 1e-12) for a, b in pairwise(errors))
        if not (shrinks and errors[-1] <= _CLOSE):
            where = ", ".join(f"{symbol} = {float(value):.4g}" for symbol, value in values.items())
            return Verdict(
                level=Level.REFUTED,
                method=method,
                error=errors[-1],
                tolerance=_CLOSE,
                seed=settings.seed,
                counterexample=f"{where}: errors {errors}",
            )
    computed = Verdict(
        level=Level.COMPUTED,
        method=method,
        points=points,
        error=worst,
        tolerance=_CLOSE,
        seed=settings.seed,
        failure_rate=failure_rate_bound(points),
    )
    if not _is_led(spectrum, asymptote):
        return computed
    proved = f"{_ANTIDERIVATIVE}, and leading terms"
    return combine([Verdict(level=Level.PROVED, method=proved), computed])


def _is_led(spectrum: Spectrum, asymptote: Expr) -> bool:
    """Whether an envelope with a closed form is seen to approach an asymptote."""
    envelope = envelope_of(spectrum)
    if envelope.has(RateAverage):
        return False
    positive = dict.fromkeys((*spectrum.parameters, ell), Interval.open(0, oo))
    return integrates_to(spectrum.rate_average.as_integral(), envelope) and prove(
        Relation(Kind.LIMIT, envelope, asymptote, positive, ell)
    )


def slowest_rate_growth(spectrum: Spectrum) -> Growth | None:
    """Return the growth of the window where the slowest rate is positive.

    SymPy cannot tell which of two limits a < B is the smaller; B = a + gap says it.
    """
    low, high = spectrum.support
    gap = Dummy("gap", positive=True)
    growth = growth_of(envelope_of(spectrum).subs(high, low + gap))
    return None if growth is None else replace(growth, leading=growth.leading.subs(gap, high - low))


def two_time_scales() -> Derivation:
    """Return the section of two time scales: their law, the crossover, the window."""
    spectrum = SPECTRA["mixture_of_2"]
    law = law_of(spectrum)
    return Derivation(
        "spectrum_two_time_scales",
        "Two time scales and their crossover",
        (
            Text(
                r"A share $p_1/(p_1 + p_2)$ of the units has the time scale $\tau_1$, the others "
                r"have $\tau_2$."
            ),
            claim(
                "crossover",
                crossover_equality(),
                r"\ell^{*} = \frac{\ln(p_1/p_2)}{1/\tau_1 - 1/\tau_2}",
                title="Crossover",
                text=r"Where $p_1 e^{-\ell/\tau_1} = p_2 e^{-\ell/\tau_2}$: with $\tau_1 < \tau_2$ "
                "and $p_1 > p_2$ the fast units lead before it and the slow ones behind it.",
                source=Source(spectrum.source),
                reading=read_back(said(Name(r"\ell^{*}"), "=", crossover_lag())),
                wrong={"at minus that lag": 2 * log(positive("p2")) - crossover_equality().rhs},
            ),
            *window_items(learnability_window(law)),
        ),
        glossary=WINDOW,
    )


def derivations(order: int = 1) -> list[Derivation]:
    """Return the sections; the order of expansions does not matter here."""
    return [*map(spectrum_section, ROUTES), two_time_scales(), heterogeneity()]
