"""Gradients taken apart: by lag, and by sequence."""

from __future__ import annotations

from longlag.numerics.gradients.by_lag import GradientByLag, gradient_by_lag
from longlag.numerics.gradients.by_sequence import gradients_by_sequence
from longlag.numerics.gradients.objective import Objective, objective_of

__all__ = ["GradientByLag", "Objective", "gradient_by_lag", "gradients_by_sequence", "objective_of"]
