"""A product of every decay that laws are made of, each of which may be missing."""

from sympy import Interval, Symbol, exp, log, oo

from longlag.theory.notation import ell
from longlag.theory.phases.family import Family

a, b, c, d = (Symbol(name, real=True) for name in "abcd")

any_decay = Family(
    "any_decay",
    ell**-a * (1 + log(1 + ell)) ** -b * exp(-c * ell**d),
    dict.fromkeys((a, b, c, d), Interval(0, oo)),
    description="a power, a logarithm and an exponential, any of which may be missing",
    source="derived here",
)
