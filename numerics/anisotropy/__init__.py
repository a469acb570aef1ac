"""Directions of a transport: singular values, how unequal they are, Lyapunov exponents."""

from __future__ import annotations

from longlag.numerics.anisotropy.dimension import Dimension, dimension, kaplan_yorke
from longlag.numerics.anisotropy.indices import (
    anisotropy_index,
    captured_energy,
    effective_rank,
    lost_energy,
)
from longlag.numerics.anisotropy.lyapunov import Lyapunov, exponents_of, lyapunov_spectrum
from longlag.numerics.anisotropy.products import draw_pairs
from longlag.numerics.anisotropy.singular import SingularValues, largest_singular, singular_values

__all__ = [
    "Dimension",
    "Lyapunov",
    "SingularValues",
    "anisotropy_index",
    "captured_energy",
    "dimension",
    "draw_pairs",
    "effective_rank",
    "exponents_of",
    "kaplan_yorke",
    "largest_singular",
    "lost_energy",
    "lyapunov_spectrum",
    "singular_values",
]
