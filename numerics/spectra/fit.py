"""The time scales of a network's neurons as a sample: families fitted, compared, and doubted."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from longlag.numerics.canvas import canvas
from longlag.numerics.frames import of_rows, with_ends
from longlag.numerics.spectra.families import Family, families, family_of
from longlag.numerics.spectra.rule import Rule
from longlag.numerics.spectra.study import log_horizon
from longlag.theory.errors import LonglagError
from longlag.theory.registry import Registry
from longlag.theory.scalar.parameters import require_count
from longlag.theory.spectra.spectrum import Spectrum, require_density
from longlag.theory.typeset.characters import text_tex
from longlag.theory.typeset.described import described
from longlag.theory.typeset.scalar import number_tex
from longlag.theory.typeset.shown import Shown, listing

if TYPE_CHECKING:
    from pandas import DataFrame

Array = Float[np.ndarray, " n"]

#: Neurons that a fit needs, and parts of which each is held out once.
LEAST, _FOLDS = 20, 5
#: A family is rejected below this p.
_REJECTED = 0.05


@dataclass(frozen=True)
class FamilyFit:
    """One family fitted to a sample of rates by maximum likelihood.

    Args:
        family: its name.
        parameters: name ↦ estimate; the unit of a family that has none is a rate.
        standard_errors: over the refits of samples drawn from the fit.
        intervals: 95 %, of the same refits.
        log_likelihood: of the whole sample, in rates.
        aic: twice the number of parameters minus twice the log-likelihood.
        held_out: mean log-likelihood of neurons that were held out; the ends of a support are those
            of the whole sample, since what gives them cannot be held out.
        distance: Kolmogorov and Smirnov's statistic.
        p_value: the share of samples drawn from the fit, each refitted, that lie as far off.
    """

    family: str
    parameters: dict[str, float]
    standard_errors: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    log_likelihood: float
    aic: float
    held_out: float
    distance: float
    p_value: float

    @property
    def rejected(self) -> bool:
        """Whether the family does not describe the sample, at the level of 5 %."""
        return self.p_value < _REJECTED


@dataclass(frozen=True)
class SpectrumFit(Shown):
    """Families fitted to the rates of a network's neurons.

    Args:
        rates: rising, in 1/steps, shape (n,).
        fits: the best at held-out neurons first.
        excluded: family ↦ why it has no likelihood here.
        replicates: samples drawn from every fit.
        seed: of them.
        candidates: every family that was tried, by name.
    """

    rates: Array
    fits: tuple[FamilyFit, ...]
    excluded: dict[str, str]
    replicates: int
    seed: int
    candidates: Mapping[str, Family]

    def __repr__(self) -> str:
        left = [each.family for each in self.fits if not each.rejected]
        told = f"{self.rates.size} neurons, not rejected: {', '.join(left) or 'none'}"
        return described(told, "fits", "horizon(…)", "plot()", "to_frame()", "latex()")

    @property
    def rule(self) -> Rule:
        """The neurons themselves as a spectrum: equal weights at their rates."""
        n = self.rates.size
        return Rule(np.log(self.rates), np.full(n, -math.log(n)))

    def horizon(self, *, samples: float, kappa: float, cost: float = 1.0) -> float:
        """Return H_N of the neurons themselves, in steps, without any family.

        Args:
            samples: N.
            kappa: the exponent of concentration.
            cost: A, the samples needed where f = 1.
        """
        return math.exp(log_horizon(self.rule, (math.log(cost) - math.log(samples)) / kappa))

    def _lines(self) -> list[str]:
        rows = [
            (
                each.family,
                rf"p = {number_tex(each.p_value, 2)},\ "
                + r",\ ".join(
                    rf"\text{{{text_tex(k)}}} = {number_tex(v, 4)}"
                    for k, v in each.parameters.items()
                ),
            )
            for each in self.fits
        ]
        return [listing(rows)]

    def to_frame(self) -> DataFrame:
        """Return a frame with a row for each family; its parameters by name."""
        rows = []
        for fit in self.fits:
            row: dict[str, Any] = {
                "family": fit.family,
                "aic": fit.aic,
                "held_out": fit.held_out,
                "distance": fit.distance,
                "p_value": fit.p_value,
                "rejected": fit.rejected,
            }
            for name, value in fit.parameters.items():
                row |= with_ends(name, value, fit.intervals[name])
            rows.append(row)
        return of_rows(rows, {"replicates": self.replicates, "seed": self.seed, "level": 0.95})

    def to_dict(self) -> dict[str, Any]:
        """Return plain strings and numbers for JSON, where null stands for what is not finite."""
        fits = [{**asdict(each), "rejected": each.rejected} for each in self.fits]
        for each in fits:
            each["held_out"] = each["held_out"] if math.isfinite(each["held_out"]) else None
        return {
            "neurons": self.rates.size,
            "fits": fits,
            "excluded": self.excluded,
            "replicates": self.replicates,
            "seed": self.seed,
        }

    def plot(self) -> Any:
        """Return a figure: the share of neurons slower than a time scale, and the three best."""
        figure, axes = canvas()
        n = self.rates.size
        axes.loglog(1 / self.rates, (np.arange(n) + 0.5) / n, "k.", ms=3, label="neurons")
        for each in self.fits[:3]:
            grid, share = self.candidates[each.family].distribution(self.rates, each.parameters)
            inside = (share > 0.1 / n) & (share < 1)
            axes.loglog(np.exp(-grid[inside]), share[inside], lw=0.9, label=each.family)
        axes.set_xlabel("time scale")
        axes.set_ylabel("share of slower neurons")
        axes.legend(frameon=False, fontsize=7)
        return figure


def fit_spectrum(
    values: ArrayLike,
    *,
    variable: str = "time_scale",
    among: Sequence[str] | None = None,
    own: Sequence[Spectrum] = (),
    replicates: int = 200,
    seed: int = 0,
    advance: Callable[[str], object] = lambda _: None,
) -> SpectrumFit:
    """Fit every registered family to the time scales or rates of a network's neurons.

    Maximum likelihood on the whole sample; the goodness of fit is a parametric bootstrap in which
    every replicate is refitted (Clauset, Shalizi and Newman, SIAM Review 51 (2009), 661); families
    are ordered by the likelihood of neurons that were held out. R² of a line through a cumulative
    share says nothing and is not computed.

    Args:
        values: positive, shape (n,), n >= 20: in steps, or 1/steps.
        variable: ``time_scale`` or ``rate``.
        among: names of families; by default all.
        own: densities of one's own, beside them; their parameters are positive, and searched for.
        replicates: samples drawn from every fit, at least 20.
        seed: of them, and of the parts that are held out.
        advance: called with the name of each family when it is done.

    Raises:
        LonglagError: too few neurons, values not positive or not finite, an unknown family, what
            is no density, two of one name.

    >>> drawn = np.random.default_rng(0).lognormal(2, 0.5, 200)
    >>> found = fit_spectrum(drawn, among=["log_normal_rates", "uniform_rates"], replicates=20)
    >>> [(each.family, each.rejected) for each in found.fits]
    [('log_normal_rates', False), ('uniform_rates', True)]
    """
    rates = _rates(values, variable)
    replicates = require_count("replicates", replicates, "samples drawn from a fit", least=20)
    known: Registry[Family] = Registry("family")
    for name, family in families().items():
        known.register(name, family)
    names = list(known if among is None else among)
    for spectrum in own:
        require_density(spectrum)
        known.register(spectrum.name, family_of(spectrum))
        names.append(spectrum.name)
    candidates = {name: known[name] for name in names}
    rng = np.random.default_rng(seed)
    fits, excluded = [], {}
    parts = rng.permutation(rates.size) % _FOLDS
    for name, candidate in candidates.items():
        found = _fitted(candidate, rates, parts, replicates, rng)
        if found is None:
            excluded[name] = "a rate lies outside its support"
        else:
            fits.append(found)
        advance(name)
    order = sorted(fits, key=lambda each: (-each.held_out, each.aic))
    return SpectrumFit(rates, tuple(order), excluded, replicates, seed, candidates)


def _rates(values: ArrayLike, variable: str) -> Array:
    if variable not in ("time_scale", "rate"):
        raise LonglagError(
            f"variable {variable!r}",
            "neurons have rates or time scales",
            "write rate or time_scale",
        )
    found = np.asarray(values)
    what = "rates" if variable == "rate" else "time scales"
    if found.dtype.kind not in "iuf":
        raise LonglagError(f"{what} of type {found.dtype}", "they are real numbers", "convert them")
    found = found.ravel().astype(float)
    bad = found[~(np.isfinite(found) & (found > 0))]
    if bad.size:
        raise LonglagError(
            f"{bad.size} of {found.size} {what} such as {bad[0]}",
            f"{what} are positive and finite",
            "drop the neurons without one, and say how many",
        )
    if found.size < LEAST or np.unique(found).size < LEAST // 2:
        raise LonglagError(
            f"{found.size} neurons with {np.unique(found).size} different {what}",
            f"a spectrum is fitted to {LEAST} neurons at least, that differ",
            "pool several networks, or give the atoms themselves as a spectrum",
        )
    return np.sort(found if variable == "rate" else 1 / found)


def _fitted(
    family: Family, rates: Array, parts: Array, replicates: int, rng: np.random.Generator
) -> FamilyFit | None:
    parameters = family.fit(rates)
    if parameters is None:
        return None
    total = float(family.log_likelihoods(rates, parameters).sum())
    if not math.isfinite(total):
        return None
    held_out, ends = 0.0, family.extremes(rates)
    for part in range(_FOLDS):
        own = family.fit(rates[parts != part], parameters, ends)
        left = rates[parts == part]
        held_out += -math.inf if own is None else float(family.log_likelihoods(left, own).sum())
    distance = _distance(family, rates, parameters)
    grid, share = family.distribution(rates, parameters)
    refits, distances = [], []
    for _ in range(replicates):
        drawn = np.sort(np.exp(np.interp(rng.random(rates.size), share, grid)))
        again = family.fit(drawn, parameters)
        if again is not None:
            refits.append(again)
            distances.append(_distance(family, drawn, again))
    spread = {name: np.array([each[name] for each in refits]) for name in parameters}
    return FamilyFit(
        family=family.name,
        parameters=parameters,
        standard_errors={name: float(found.std(ddof=1)) for name, found in spread.items()},
        intervals={
            name: (float(np.quantile(found, 0.025)), float(np.quantile(found, 0.975)))
            for name, found in spread.items()
        },
        log_likelihood=total,
        aic=2 * family.count - 2 * total,
        held_out=held_out / rates.size,
        distance=distance,
        p_value=(1 + sum(each >= distance for each in distances)) / (1 + len(distances)),
    )


def _distance(family: Family, rates: Array, parameters: dict[str, float]) -> float:
    """Kolmogorov and Smirnov's statistic of rising rates."""
    grid, share = family.distribution(rates, parameters)
    expected = np.interp(np.log(rates), grid, share)
    n = rates.size
    above = np.arange(1, n + 1) / n - expected
    return float(max(above.max(), (1 / n - above).max()))
