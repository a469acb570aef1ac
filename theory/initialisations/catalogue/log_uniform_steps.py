"""State spaces with steps even in their logarithm: S4D and Mamba."""

from sympy import Integer, Rational, exp, expint, log

from longlag.theory.initialisations.initialisation import Initialisation, chance
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive

w, a, b = positive("w"), positive("a"), positive("b")
_STEP = a ** (1 - chance) * b**chance

log_uniform_steps = Initialisation(
    "log_uniform_steps",
    exp(-w * _STEP),
    (expint(1, w * a * ell) - expint(1, w * b * ell)) / log(b / a),
    cell="mamba",
    realised={"dt": log(exp(_STEP) - 1), "A": w},
    usual={w: Integer(1), a: Rational(1, 1000), b: Rational(1, 10)},
    description="steps log-uniform on (a, b), rate w: linear in ln ℓ between 1/(w b) and 1/(w a)",
    source="Gu and Dao 2023, arXiv 2312.00752",
)
