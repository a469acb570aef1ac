"""The letters of anti-collapse, and what they stand for."""

from __future__ import annotations

from longlag.derivations.results import Letters
from longlag.theory.anticollapse import workload as process
from longlag.theory.notation import Entry, Glossary

_LETTERS = Letters()
_letter = _LETTERS.add

SURVIVAL = _letter("P_x", r"$P(W > x)$ of the stationary law, $W = \ln\tau$")
SIMULATED = _letter(r"\hat{P}_x", "the same, over simulated events")
ENVELOPE = _letter(r"f_{\ell}", r"$E\, e^{-\ell/\tau}$")
SIMULATED_ENVELOPE = _letter(r"\hat{f}_{\ell}", "the same, over simulated events")
LOAD = _letter(r"\rho", r"$\lambda/(\eta\kappa)$, what the jumps carry over the pull")
BETA = _letter(r"\beta", r"exponent of the tail, $P_x \sim C e^{-\beta x}$")
SLOPE = _letter(r"\beta_x", r"$-\partial \ln P_x/\partial x$")
ESTIMATE = _letter(r"\hat{\beta}", "by maximum likelihood, with an interval over independent runs")
FACTOR = _letter("C", r"$\lim P_x\, e^{\beta x}$")
AS_IF_INDEPENDENT = _letter("e_1", "standard error of a mean, events taken as independent")
OVER_RUNS = _letter("e_2", "standard error of the same mean, over independent runs")
LOCAL = _letter(r"b_{\ell}", r"$-d \ln f/d \ln\ell$")
LOCAL_LOG = _letter("b_m", r"$-d \ln f/d \ln m$ with $m = \ln\ell$")
AVERAGED = _letter(r"\hat{\phi}_s", r"mean of $e^{-sW}$ over draws")
RATE = _letter(r"r_{\infty}", r"$\lim -\ln f_{\ell}/\ell$, positive for an exponential law alone")
LINEAR = _letter(r"\phi_s", r"$E\, e^{-sW}$ where the pull is $\kappa W$")
ACCEPTED = _letter("A", r"share of spectra that $R^2 \ge .9$ accepts as a power law")
SPREAD = _letter("v_T", r"standard deviation of fitted $\ln\tau$ among neurons, over $T$ steps")
SPREAD_LATER = _letter("v_{16T}", "the same over sixteen times as many steps")

_QUANTITIES = (
    process.pull,
    process.rate,
    process.decay,
    process.index,
    process.weight,
    process.temper,
    process.frequency,
    process.level,
)
_OWN = _LETTERS.glossary(
    r"$W = \ln\tau$ falls at a constant rate to 0 and jumps up: a workload. Its stationary law is "
    r"a spectrum of time scales. Jumps are exponential, or stable with or without a temper, "
    r"$c\, y^{-1-\alpha} e^{-\theta y}$ and compensated by their mean."
)
GLOSSARY = Glossary(
    _OWN.convention, (*_OWN.notation, *(Entry(each.tex, each.meaning) for each in _QUANTITIES))
)
