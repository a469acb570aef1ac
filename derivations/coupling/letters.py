"""The letters of what is measured, and what they stand for."""

from __future__ import annotations

from longlag.derivations.results import Letters

#: Where the published sentences stand.
PAPER = "arXiv 2508.12121"

_LETTERS = Letters()
_letter = _LETTERS.add


WHOLE = _letter(r"r_{\mathrm{whole}}", "rows of a run that went through")
CUT = _letter(r"r_{\mathrm{cut}}", "rows of the same run, stopped and resumed")
LEFT_GATE = _letter(r"e_{0}^{\mathrm{gate}}", r"$\|M - M_0\|_F/\|M\|_F$ in the gate split")
FIRST_GATE = _letter(r"e_{1}^{\mathrm{gate}}", r"$\|M - M_1\|_F/\|M\|_F$ in the gate split")
FIRST_LEAK = _letter(r"e_{1}^{\mathrm{leak}}", "the same in the leak split")
FIRST_PUBLISHED = _letter(r"e_{1}^{\mathrm{pub}}", "the same with the published gate term")
SLOPE = _letter(
    r"b_{\varepsilon}", r"$d \ln \|M(\varepsilon) - M_1(\varepsilon)\|_F/d \ln \varepsilon$"
)
REMOVED = _letter(r"m_{\mathrm{all}}", r"mean of $\|M - M_1\|_F/\|M_1\|_F$ over all seeds")
KEPT = _letter(r"m_{\mathrm{kept}}", "the same over the seeds that are kept")
R_LEAK = _letter(r"R^{2}_{\mathrm{leak}}", r"of $\ln\|M\|_2$ on the logarithm of the leak product")
R_CHANCE = _letter(r"R^{2}_{\mathrm{chance}}", "its 95 % quantile under permuted pairs")
R_UNRELATED = _letter(r"R^{2}_{\mathrm{other}}", "the same on another cell's product")
R_POOLED = _letter(r"R^{2}_{\mathrm{pooled}}", "the same over all lags at once")
SLOPE_POOLED = _letter(r"b_{\mathrm{pooled}}", "slope of that regression over all lags at once")
SLOPE_AT_LAG = _letter(r"b_{\ell}", "the same at one lag")
GENERALISED = _letter(r"\kappa_{\ell}", r"$\ln E \prod d$ over the lag, $d$ the leaks")
TYPICAL = _letter(r"\kappa_{0}", r"$E \ln d$")
TOTAL = _letter(r"g_{8}^{\mathrm{tot}}", r"norm of $\sum_{k \ge 8} g_k$")
PART = _letter(r"g_{8}", "norm of the gradient's part at lag 8")
NORM_PUBLISHED = _letter(r"n^{\mathrm{pub}}", r"what the scripts take for $\|M\|_2$, at lag 40")
NORM_REVERSED = _letter(r"n^{\mathrm{rev}}", "the same of the product in reversed order")
NORM = _letter("n", r"$\|M\|_2$ there")
SLOPE_MORE = _letter(r"s_{\ell+1}", r"pooled slope on the gate product with $\ell + 1$ factors")
SLOPE_EQUAL = _letter(r"s_{\ell}", r"the same with $\ell$ factors")
GROWTH_AI = _letter(r"\gamma_{\mathrm{AI}}", r"slope of $\ln(\sigma_1/\sigma_{10})$ over the lag")
GROWTH_CE = _letter(r"\gamma_{\mathrm{CE}}", "slope of the logarithm of the energy left out by ten")
EXPONENT_1 = _letter(r"\lambda_{1}", "largest Lyapunov exponent per step")
EXPONENT_10 = _letter(r"\lambda_{10}", "the tenth")
EXPONENT_11 = _letter(r"\lambda_{11}", "the eleventh")
FRESH = _letter(r"L_{\mathrm{fresh}}", "loss on sequences that no update saw")
SEEN = _letter(r"L_{\mathrm{seen}}", "loss on those of the updates")
EXPLAINED = _letter("V", "share of the target's variance predicted on fresh sequences")
SIXTEEN = _letter(r"C^{(16)}", "energy of ten singular values over that of sixteen")
SHARE = _letter("C", "energy of ten singular values over that of all")
ANISOTROPY_GATE = _letter(r"a_{\mathrm{gate}}", r"$\ln(\sigma_1/\sigma_{10})$, diagonal gate, SGD")
ANISOTROPY_PLAIN = _letter(r"a_{\mathrm{plain}}", "the same, plain cell, Adam")
SHARE_GATE = _letter(
    r"C_{\mathrm{gate}}", "$C$ of gradients of single sequences, diagonal gate, SGD"
)
SHARE_PLAIN = _letter(r"C_{\mathrm{plain}}", "the same, plain cell, Adam")
OF_BOTH = _letter(r"S_{\mathrm{both}}", "share of the variance by cell and optimiser together")
OF_CELL = _letter(r"S_{\mathrm{cell}}", "share by the cell alone")
OF_OPTIMISER = _letter(r"S_{\mathrm{opt}}", "share by the optimiser alone")
CHANGED_BOTH = _letter(r"\Delta_{\mathrm{pub}}", "gain of the gate over plain as published")
CHANGED_CELL = _letter(r"\Delta_{\mathrm{cell}}", "the same with one optimiser for both")
ROBUST = _letter(r"p_{\mathrm{gates}}", "share of the learning rates that train, cells with gates")
FRAGILE = _letter(r"p_{\mathrm{none}}", "the same, cells without")

GLOSSARY = _LETTERS.glossary(
    r"Networks train on tasks drawn from seeds. $M$ is the product of one-step Jacobians over "
    r"$\ell$ lags, the newest on the left; $M_0$ and $M_1$ are its expansions; $g_k$ is the part "
    "of the gradient at lag $k$. Every number is a mean over seeds."
)
