"""The Airy function Ai(t − 6): oscillates, peaks late, and dies fast."""

from sympy import airyai

from longlag.theory.memory.kernel import Kernel, time

airy = Kernel(
    "airy",
    airyai(time - 6),
    description="Ai(t - 6), which changes its sign",
    source="JMLR 23(42), 2022",
)
