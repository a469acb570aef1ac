"""The letters of what is learned, and what they stand for."""

from __future__ import annotations

from longlag.derivations.results import Letters

_LETTERS = Letters()
_letter = _LETTERS.add


CONTROL = _letter(r"\gamma_{0}", "gain with targets dealt out among the sequences")
MANY_UPDATES = _letter(r"w_{800}", "mean logarithm of the window after 800 updates")
FEW_UPDATES = _letter(r"w_{100}", "the same after 100")
MANY_SEQUENCES = _letter(r"v_{1024}", "the same after 800 updates on 1024 sequences")
SOME_SEQUENCES = _letter(r"v_{128}", "the same on 128")
FEW_SEQUENCES = _letter(r"v_{16}", "the same on 16")
LAW = _letter(r"r_{\mathrm{law}}", "mean absolute logarithm of predicted over measured window")
SAME = _letter(r"r_{\mathrm{same}}", "the same if one window is predicted for all runs")
SCALE = _letter(r"r_{\tau}", "the same if the envelope is known and not the number of sequences")
RANK = _letter(r"\rho_{\mathrm{law}}", "rank correlation of predicted and measured windows")
ABSOLUTE = _letter(r"r_{s}", "the same for windows from signal and noise, without any factor")

_LAWS = Letters()
_of_law = _LAWS.add

NULL = _of_law(r"\pi_{0}", "share of lags that shuffled targets show")
READ_OUT = _of_law(r"d_{V}", r"mean logarithm of the spread with $f = \|V\,\mathbb{E} M\|$")
EXACT = _of_law(r"d_{\mu}", "the same with the mean absolute diagonal")
NORM = _of_law(r"d_{2}", r"the same with the mean of $\|M\|_2$")
OTHER_EXACT = _of_law(r"d_{\mu}'", "the same with the diagonal of another cell")
OTHER = _of_law(r"d_{V}'", r"the same with $\|V\,\mathbb{E} M\|$ of another cell")
READ_OUT_AFTER = _of_law(r"D_{V}", r"the same as $d_{V}$ after 800 updates")
EXACT_AFTER = _of_law(r"D_{\mu}", "the same with the mean absolute diagonal")
OTHER_AFTER = _of_law(r"D_{V}'", r"the same with $\|V\,\mathbb{E} M\|$ of another cell")
FIRST_AFTER = _of_law(r"D_{1}", "the same with the diagonal of first order")
NOISE = _of_law(r"d_{\sigma}", r"mean logarithm of the spread over lags of $\ln \sigma_\ell$")
DECAY = _of_law(r"q_{B}", r"$1/\kappa$ of means of the gradient, by block differences")
FROM_TAIL = _of_law(r"q_{\alpha}", r"the same by the fitted tail index, $1 - 1/\alpha$")
SLOPE = _of_law(r"b_{V}", r"slope of $\ln N$ with $f = \|V\,\mathbb{E} M\|$, before training")
SLOPE_EXACT = _of_law(r"b_{\mu}", "the same with the mean absolute diagonal")

LAW_GLOSSARY = _LAWS.glossary(
    r"The spread is the largest less the smallest of "
    r"$\ln (s(\ell)/(c(\ell)(T-\ell) f(\ell)))$ over the taught lags, before training where "
    r"nothing else is said; its logarithm is 0 where the law fails by a factor $e$. $s(\ell)$ is "
    r"the length of the mean gradient of a lag, less what shuffled targets give as well, $V$ the "
    r"readout; the slope is that of $\ln N$ on "
    r"$-\kappa \ln (c(\ell)(T-\ell) f(\ell)/\sigma_\ell)$."
)

GLOSSARY = _LETTERS.glossary(
    "The gain of a taught lag is the coefficient of the prediction on its input, over that of the "
    "task; a window is the last lag up to which every gain is above one half. $N$ counts "
    "sequences, an update is a step of the optimiser."
)

_CHANGES = Letters()
_of_change = _CHANGES.add

TAIL = _of_change(r"w_{1.5}", r"change of the window by noise of tail index $1.5$")
HEAVY_TAIL = _of_change(r"w_{1.2}", r"the same by noise of tail index $1.2$")
SPREAD = _of_change(r"w_{\tau}", "the same by a spread of biases at one mean time scale")
SPREAD_OF_RATES = _of_change(r"w_{\nu}", "the same by a spread of biases at one mean rate")
PUBLISHED = _of_change(r"w_{p}", "the same by gates that begin as in the published runs")

CHANGE_GLOSSARY = _CHANGES.glossary(
    "A change is the difference of logarithms of windows of runs of one seed, the mean over cells."
)
