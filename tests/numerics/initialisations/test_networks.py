"""A drawn network keeps what its initialisation says, in the cell where it is realised."""

from __future__ import annotations

import pytest
import torch

from longlag.numerics.initialisations.networks import initialised, shares_kept
from longlag.theory.initialisations import INITIALISATIONS

UNITS = 4000


@pytest.mark.parametrize("name", INITIALISATIONS)
def test_shares_of_a_drawn_network_have_the_mean_of_their_law(name: str) -> None:
    scheme = INITIALISATIONS[name]
    shares = shares_kept(
        initialised(scheme, scheme.usual, torch.Generator().manual_seed(1), units=UNITS)
    )
    assert shares.shape == (UNITS,)
    assert bool(((shares > 0) & (shares < 1)).all())
    kept = shares**20
    error = max(float(kept.std()) / UNITS**0.5, 1e-12)
    assert abs(float(kept.mean() - float(scheme.mean_at(20, scheme.usual)))) < 5 * error


def test_weights_are_zero_and_every_unit_draws_its_own() -> None:
    scheme = INITIALISATIONS["chrono"]
    network = initialised(scheme, {"T": 100}, torch.Generator().manual_seed(0), units=50)
    assert all(bool((weight == 0).all()) for weight in network.weight.values())
    assert len(set(network.drive["z"].tolist())) == 50
