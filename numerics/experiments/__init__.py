"""Experiments: declared, run on several processes, killed and resumed, compared."""

from __future__ import annotations

from longlag.numerics.experiments import designs as _designs  # noqa: F401  (fills the registry)
from longlag.numerics.experiments import measures as _measures  # noqa: F401  (fills the registry)
from longlag.numerics.experiments.experiment import EXPERIMENTS, Choice, Experiment
from longlag.numerics.experiments.run import begin_run, go_on, open_run

__all__ = ["EXPERIMENTS", "Choice", "Experiment", "begin_run", "go_on", "open_run"]
