"""A constant envelope: memory that never decays."""

from longlag.theory.laws.law import DecayLaw
from longlag.theory.scalar.parameters import positive

constant = DecayLaw(
    "constant", positive("c"), smallest_lag=0, description="no decay", source="arXiv 2512.05790"
)
