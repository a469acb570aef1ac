"""A constant envelope: memory that never decays."""

from longlag.theory.decay import DecayLaw, positive

constant = DecayLaw(
    "constant",
    positive("c"),
    smallest_lag=0,
    description="no decay",
    source="arXiv 2512.05790",
)
