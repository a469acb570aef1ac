"""Theorems of statistics and probability on which windows rest."""

from __future__ import annotations

from longlag.derivations.published.sentence import Published

SENTENCES = (
    Published(
        "Zolotarev 1986",
        r"The mean of $N$ stable draws has the scale $\sigma N^{-(1-1/\alpha)}$.",
        ("detection--mean_law",),
    ),
    Published(
        "Zolotarev 1986",
        r"$P(X > x) \sim c_{\alpha} x^{-\alpha}$ with $c_{\alpha} = \Gamma(\alpha) \sin(\pi"
        r"\alpha/2)/\pi$.",
        ("detection--tail",),
    ),
    Published(
        "van der Vaart 1998",
        r"A median concentrates with $\kappa = 2$.",
        ("detection--kappa_median",),
    ),
    Published(
        "Huber 1964",
        r"Huber's estimator concentrates with $\kappa = 2$.",
        ("detection--kappa_huber",),
    ),
    Published(
        "Huber 1964",
        r"A mean clipped at a fixed bound, one step from 0, concentrates with $\kappa = 2$.",
        ("detection--kappa_fixed_clip",),
    ),
    Published(
        "DuMouchel 1973",
        r"Maximum likelihood concentrates with $\kappa = 2$ under stable noise.",
        ("detection--kappa_maximum_likelihood",),
    ),
    Published(
        "DuMouchel 1973",
        r"The location of a stable law has a finite Fisher information.",
        ("detection--information",),
    ),
    Published(
        "Bubeck, Cesa-Bianchi, Lugosi 2013",
        r"A mean clipped at a bound that grows as $N^{1/\alpha}$ concentrates with $\kappa = "
        r"\alpha/(\alpha-1)$.",
        ("detection--kappa_growing_clip",),
    ),
    Published(
        "Le Cam 1973",
        r"No test tells $\pm m$ apart from fewer than a constant times $m^{-2}$ draws.",
        ("detection--lower_bound", "detection--smallest_exponent"),
    ),
    Published(
        "Feller, vol. II, XIII.5",
        r"A density of rates that is regular at 0 decides the envelope at long lags.",
        ("spectrum_*--asymptote",),
    ),
)

STEPS: tuple[str, ...] = ()

__all__ = ["SENTENCES", "STEPS"]
