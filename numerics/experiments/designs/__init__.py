"""The designs of the experiments; a further experiment is a file and a line here."""

from __future__ import annotations

from longlag.numerics.experiments.designs.anisotropy import anisotropy
from longlag.numerics.experiments.designs.crossed import crossed
from longlag.numerics.experiments.designs.expansion import expansion
from longlag.numerics.experiments.designs.gate_profiles import gate_profiles
from longlag.numerics.experiments.designs.learned import learned
from longlag.numerics.experiments.designs.signal import signal
from longlag.numerics.experiments.designs.widened import widened
from longlag.numerics.experiments.experiment import EXPERIMENTS, register

register(gate_profiles)
register(anisotropy)
register(expansion)
register(crossed)
register(learned)
register(signal)
register(widened)

__all__ = ["EXPERIMENTS"]
