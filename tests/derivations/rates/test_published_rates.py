"""An update gate of one twentieth, by the convention of either GRU."""

from __future__ import annotations

import math

from longlag.derivations.rates.published_rates import twentieth_verdict
from longlag.theory.statement import Settings


def test_pytorchs_gate_keeps_a_twentieth() -> None:
    assert not twentieth_verdict(Settings(), steps=-1 / math.log(0.95)).holds
    assert twentieth_verdict(Settings(), steps=-1 / math.log(0.05)).holds
