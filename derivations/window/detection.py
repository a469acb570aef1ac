"""How many samples detect a mean in stable noise: κ derived for each estimator, and simulated."""

from __future__ import annotations

from sympy import (
    Expr,
    Function,
    Integer,
    Integral,
    Rational,
    S,
    Symbol,
    gamma,
    log,
    oo,
    pi,
    sin,
    sqrt,
)

from longlag.derivations.window.detection_checks import (
    ALPHA,
    error_level_verdict,
    information_verdict,
    kappa_verdict,
    lower_bound_verdict,
    simulated,
)
from longlag.numerics.checks import combine
from longlag.theory.estimators import ESTIMATORS, Estimator, concentration
from longlag.theory.estimators.concentration import fewest_samples, tail_constant
from longlag.theory.estimators.estimator import alpha as tail_index
from longlag.theory.estimators.estimator import density_at_zero, information, scale, signal
from longlag.theory.notation import WINDOW, samples
from longlag.theory.readback import Name, ReadBack, Verbatim, of_relation, read_back, said
from longlag.theory.statement import (
    Claim,
    Derivation,
    Item,
    Kind,
    Settings,
    Source,
    Statement,
    Table,
    Text,
    Verdict,
)
from longlag.theory.verify import claim, verify
from longlag.theory.window.formula import exponent_latex, formula
from longlag.theory.window.window import KAPPA

#: Tail indices of the table, as exact numbers.
_TABLE_ALPHAS = (Rational(6, 5), Rational(3, 2), Rational(9, 5), Integer(2))

#: d ln N_min/d ln(1/m).
SMALLEST_SLOPE = Verbatim(r"\frac{d \ln N_{\min}}{d \ln(1/m)}")
LE_CAM = Source("Le Cam 1973", "two-point bound; constants derived here")
SYMBOLS = (
    r"$m = c f(\ell)$ is the mean to be detected, $\sigma$ the scale of the noise, $q_i$ and $z_i$ "
    r"the upper quantiles at the error levels $\delta_i$ of the standard stable and of the normal "
    r"law, $r_i$ those of the stable law whose jumps are clipped at 1, $V$ the asymptotic variance "
    r"and $I$ the Fisher information at scale 1"
)


def _estimator_claim(estimator: Estimator) -> Claim:
    per_signal = estimator.error.subs(samples, 1) * sum(estimator.quantiles) / signal
    sign = "=" if estimator.exact else r"\sim"
    tex = rf"N {sign} \left[{formula(per_signal)}\right]^{{\kappa}}, \qquad " + (
        rf"\kappa = {formula(estimator.kappa)}"
    )

    def check(settings: Settings, *, kappa: Expr) -> Verdict:
        solved = verify(concentration.sample_size(estimator.name), settings)
        measured = kappa_verdict(settings, estimator=estimator.name, kappa=kappa)
        return combine([solved, measured])

    # At the tail index of the simulation another estimator's exponent may be the same number.
    others = {"half more": estimator.kappa + S.Half, "half less": estimator.kappa - S.Half}
    name = estimator.name.replace("_", " ")
    return Claim(
        Statement(
            f"kappa_{estimator.name}",
            Kind.IDENTITY,
            tex,
            source=estimator.source,
            reading=read_back(
                said(samples, "=" if estimator.exact else "∼", per_signal**KAPPA),
                said(KAPPA, "=", estimator.kappa),
            ),
        ),
        check,
        title=name.capitalize(),
        text=f"{estimator.description[0].upper()}{estimator.description[1:]}."
        + ("" if estimator.exact else " For many samples."),
        stated={"kappa": estimator.kappa},
        wrong={name: {"kappa": kappa} for name, kappa in others.items()},
    )


def _error_levels_reading() -> ReadBack:
    """P(mean > t) = δ₁ and P(mean + m < t) = δ₂ at the N and the t of the mean."""
    deviation = Symbol("t", positive=True)
    first, second = (Symbol(f"q_{i}", positive=True) for i in (1, 2))
    one, two = concentration.error_levels
    size = (scale * (first + second) / signal) ** (tail_index / (tail_index - 1))
    return read_back(
        said(Verbatim(r"P\bigl(\bar\psi_N > t \bigr)"), "=", one),
        said(Verbatim(r"P\bigl(\bar\psi_N + m < t \bigr)"), "=", two),
        said(samples, "=", size),
        said(deviation, "=", scale * first * samples ** (1 / tail_index - 1)),
        words=["at"],
    )


def _tail_reading() -> ReadBack:
    """P(X > x) ~ c_α x^{−α} with c_α, and what fixes it."""
    x, c = Symbol("x", positive=True), Symbol("c_alpha", positive=True)
    return read_back(
        said(Verbatim("P(X > x)"), "∼", c * x**-tail_index),
        said(c, "=", tail_constant),
        said(2 * c * Integral(x**-tail_index * sin(x), (x, 0, oo)), "=", S.One),
    )


def _kappa_rows(settings: Settings) -> list[list[str]]:
    rows = []
    for name, estimator in ESTIMATORS.items():
        found = simulated(name, settings.seed)
        low, high = found.interval
        derived = [f"${formula(concentration.kappa(a, name))}$" for a in _TABLE_ALPHAS]
        measured = f"{found.kappa:.2f} [{low:.2f}, {high:.2f}]"
        rows.append([name.replace("_", " "), f"${formula(estimator.kappa)}$", *derived, measured])
    return rows


def detection() -> Derivation:
    """Return the section: N at given error levels, κ of each estimator, the bound for any test."""
    law = concentration.mean_characteristic_function()
    price = concentration.price_of_confidence()
    density = concentration.centre_density()
    invariance = concentration.transport_invariance()
    doubled = concentration.deviation_for_scale()
    factor, needed = concentration.transport_factor, Function("N")
    plain, carried = needed(signal, scale), needed(factor * signal, factor * scale)
    widened = needed(signal, sqrt(2) * scale)
    items: list[Item] = [
        Text(
            r"Per lag a statistic has the mean $m = c f(\ell)$ and symmetric $\alpha$-stable noise "
            r"with characteristic function $e^{-\sigma^{\alpha}|t|^{\alpha}}$, $1 < \alpha \le 2$, "
            "independent over $N$ sequences. A test tells the mean from 0 with the error levels "
            rf"$\delta_1$ (found where there is none) and $\delta_2$ (missed). Here {SYMBOLS}. "
            r"Telling $+m$ from $-m$ by the sign at error $p$ is the case $2m$, "
            r"$\delta_1 = \delta_2 = p$."
        ),
        claim(
            "mean_law",
            law,
            rf"{formula(law.lhs)} = {formula(law.rhs)}",
            title="The law of the mean of $N$ draws",
            text="Characteristic functions of both sides: the mean is stable again, its scale "
            r"$\sigma N^{1/\alpha - 1}$.",
            source=ESTIMATORS["mean"].source,
            reading=of_relation(law),
            wrong={"twice the scale": law.rhs.subs(scale, 2 * scale)},
        ),
        *[_estimator_claim(estimator) for estimator in ESTIMATORS.values()],
        Claim(
            Statement(
                "error_levels",
                Kind.IDENTITY,
                r"P\bigl(\bar\psi_N > t \bigr) = \delta_1, \quad "
                r"P\bigl(\bar\psi_N + m < t \bigr) = \delta_2 "
                r"\quad \text{at } N = \Bigl(\frac{\sigma (q_1 + q_2)}{m}\Bigr)"
                r"^{\alpha/(\alpha-1)}, \quad t = \sigma q_1 N^{1/\alpha - 1}",
                reading=_error_levels_reading(),
            ),
            error_level_verdict,
            title="Both error levels at that $N$",
            text="The formula of the mean is exact at every $N$, not only for large ones.",
            stated={"share": 1},
            wrong={
                "a tenth fewer": {"share": Rational(9, 10)},
                "a tenth more": {"share": Rational(11, 10)},
            },
        ),
        claim(
            "transport_invariance",
            invariance,
            rf"{formula(carried)} = {formula(invariance.rhs)} = {formula(plain)}",
            title="A statistic that the transport multiplies tells nothing of it",
            text=r"The matched statistic $\psi(\ell) = \sum_q \mu^{(q)} \delta^{(q)} v^{(q)}$ is "
            r"linear in $\mu$. A deterministic factor $a(\ell)$ of $\mu$ multiplies signal and "
            r"noise alike, so that no law of $f$ follows from the $N(\ell)$ of $\psi$. A law needs "
            "noise that does not pass through the same product: that of the whole gradient.",
            reading=read_back(said(carried, "=", invariance.rhs, "=", plain)),
            wrong={"noise that is not transported": invariance.rhs.subs(signal, factor * signal)},
        ),
        claim(
            "deviation_for_scale",
            doubled,
            rf"{formula(widened)} = {formula(2 * plain)} \quad \text{{at }} \alpha = 2",
            title="The stable scale of normal noise",
            text=r"It is the standard deviation over $\sqrt{2}$; with the deviation itself $N$ "
            "doubles.",
            reading=read_back(
                said(widened, "=", 2 * plain), said(tail_index, "=", Integer(2)), words=["at"]
            ),
            wrong={"half more": doubled.rhs * Rational(3, 4)},
        ),
        Table(
            "exponents",
            rf"The exponent $\kappa$: derived, at four tail indices, and simulated at "
            rf"$\alpha = {ALPHA:g}$ with its 99.9 % interval. Checked line by line above.",
            (
                "estimator",
                r"$\kappa$",
                *(rf"$\alpha = {exponent_latex(a)}$" for a in _TABLE_ALPHAS),
                rf"simulated, $\alpha = {ALPHA:g}$",
            ),
            _kappa_rows,
        ),
        claim(
            "centre_density",
            density,
            r"p(0) = \frac{1}{\pi} \int_0^{\infty} e^{-t^{\alpha}} \, dt = "
            rf"{formula(density_at_zero)}",
            title="The density at the centre",
            text="It decides the error of the median.",
            reading=read_back(said(Name("p(0)"), "=", density.lhs, "=", density_at_zero)),
            wrong={"without the 1 in the gamma": gamma(1 / tail_index) / pi},
        ),
        claim(
            "tail",
            concentration.tail_normalisation(),
            r"P(X > x) \sim c_{\alpha} x^{-\alpha}, \quad "
            rf"c_{{\alpha}} = {formula(tail_constant)}, \quad "
            r"2 c_{\alpha} \int_0^{\infty} x^{-\alpha} \sin x \, dx = 1",
            title="The constant of the tail",
            text="Checked is the last equation, which fixes the constant.",
            source=Source("Zolotarev 1986", "univariate stable laws"),
            reading=_tail_reading(),
            wrong={"both tails together": concentration.tail_normalisation().rhs * 2},
        ),
        claim(
            "price_of_confidence",
            price,
            rf"\frac{{d \ln N}}{{d \ln(1/\delta)}} \to {formula(price.rhs)}",
            title="The price of confidence, for the mean",
            text=r"With $q_{\delta} \sim (c_{\alpha}/\delta)^{1/\alpha}$ and both error levels "
            r"$\delta$: polynomial in $1/\delta$.",
            reading=read_back(said(Verbatim(r"\frac{d \ln N}{d \ln(1/\delta)}"), "→", price.rhs)),
            wrong={"of the quantile alone": 1 / tail_index},
        ),
        claim(
            "normal_price",
            concentration.normal_price_of_confidence(),
            r"z_{\delta}^2 \le 2 \ln \frac{1}{2 \delta}",
            title="The price of confidence, for a bounded influence",
            text=r"$N$ is proportional to $z_{\delta}^2$: logarithmic in $1/\delta$.",
            reading=read_back(
                said(
                    Symbol("z_delta", positive=True) ** 2,
                    "≤",
                    2 * log(1 / (2 * Symbol("delta", positive=True))),
                )
            ),
            wrong={"half of it": concentration.normal_price_of_confidence().rhs / 2},
        ),
        *_lower_bound_items(),
    ]
    return Derivation("detection", "Detection and concentration", tuple(items), glossary=WINDOW)


def _lower_bound_items() -> list[Item]:
    smallest = concentration.smallest_exponent()
    return [
        Claim(
            Statement(
                "information",
                Kind.DEFINITION,
                r"I = \int \frac{p'(x)^2}{p(x)} \, dx < \infty",
                source=Source("DuMouchel 1973", "Ann. Statist. 1"),
                reading=read_back(
                    said(
                        information,
                        "=",
                        Verbatim(r"\int \frac{p'(x)^2}{p(x)} \, dx"),
                        "<",
                        S.Infinity,
                    )
                ),
            ),
            information_verdict,
            title="Fisher information of the location",
            text="It is finite, so the location family is regular.",
            stated={"multiple": 1.0},
            wrong={"one per cent more": {"multiple": 1.01}},
        ),
        Claim(
            Statement(
                "lower_bound",
                Kind.BOUND,
                rf"N \ge {formula(fewest_samples)}",
                (r"$m \le \sigma$",),
                LE_CAM,
                reading=read_back(said(samples, "≥", fewest_samples)),
            ),
            lower_bound_verdict,
            title="A bound for any test",
            text="Checked against what each estimator needs, at random error levels.",
            stated={"multiple": 1.0},
            wrong={"three times as many": {"multiple": 3.0}},
        ),
        claim(
            "smallest_exponent",
            smallest,
            r"\frac{d \ln N_{\min}}{d \ln(1/m)} \to 2",
            title=r"No test has $\kappa < 2$",
            text="$N_{\\min}$ is the right side of the bound.",
            source=LE_CAM,
            reading=read_back(said(SMALLEST_SLOPE, "→", smallest.rhs)),
            wrong={"the first power": S.One},
        ),
    ]
