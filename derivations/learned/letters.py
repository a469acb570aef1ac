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

GLOSSARY = _LETTERS.glossary(
    "The gain of a taught lag is the coefficient of the prediction on its input, over that of the "
    "task; a window is the last lag up to which every gain is above one half. $N$ counts "
    "sequences, an update is a step of the optimiser."
)
