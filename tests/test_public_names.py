"""The names that users import stay where they are."""

from __future__ import annotations

from importlib import import_module

import pytest

#: Public path ↦ names that were there before the rooms were drawn anew.
PUBLIC = {
    "longlag.theory": "CELLS ESTIMATORS LAWS Cell DecayLaw EffectiveRates Horizon Jacobian "
    "LearnabilityWindow LonglagError Transport drive effective_learning_rates ell jacobian kappa "
    "layer_norm learnability_window mean parameter recurrent relu sigmoid softplus solve_horizon "
    "state transport",
    "longlag.theory.cells": "CELLS const_gate diag_gate gru lstm plain shared_gate leaky",
    "longlag.theory.laws": "LAWS polynomial exponential logarithmic tempered_power constant",
    "longlag.theory.spectra": "SPECTRA gamma_rates pareto_time_scales log_uniform_rates",
    "longlag.theory.estimators": "ESTIMATORS Estimator mean median huber",
    "longlag.theory.memory": "KERNELS Kernel Mixture Objective linear_network mixture_of rate time",
    "longlag.theory.descent": "ACTIVATIONS Activation Algorithm Problem Regime Requirement "
    "SmoothnessBound activation geometric_sum gradient_bound hessian_bound requirement "
    "requirement_growth weighted_sum",
    "longlag.theory.statement": "Claim Derivation Figure Kind Level Relation Settings Source "
    "Statement Table Text Verdict",
    "longlag.theory.verify": "verify prove compute claim",
    "longlag.numerics": "BACKENDS Generated Network bind generate generate_scalar "
    "measure_transport",
    "longlag.numerics.stable": "sample pdf cdf sf logpdf quantile",
    "longlag.numerics.tail": "noise_report",
    "longlag.numerics.detection": "kappa_table measure_kappa simulate PROCEDURES",
    "longlag.numerics.series": "SERIES sunspots digits",
    "longlag.numerics.training": "train TrainedNetwork Initialisation",
    "longlag.numerics.memory.approximation": "best_sum terms_needed METHODS",
    "longlag.numerics.memory.flow": "exit_time gradient_flow",
    "longlag.derivations": "DERIVATIONS get_derivations",
}

#: Rooms that users import from besides.
ROOMS = tuple(f"longlag.numerics.{room}" for room in ("fitting", "measurement", "memory", "signal"))


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_name_is_where_it_was(path: str) -> None:
    module = import_module(path)
    missing = [name for name in PUBLIC[path].split() if not hasattr(module, name)]
    assert not missing


@pytest.mark.parametrize("path", ["longlag.theory", "longlag.numerics"])
def test_what_a_package_lists_is_there(path: str) -> None:
    module = import_module(path)
    assert all(getattr(module, name) is not None for name in module.__all__)


@pytest.mark.parametrize("path", PUBLIC)
def test_dir_names_what_users_import_and_nothing_else(path: str) -> None:
    module = import_module(path)
    listed = [name for name in dir(module) if not name.startswith("__")]
    assert set(module.__all__) <= set(listed)
    for name in set(listed) - set(module.__all__):
        # Rooms that users import from, and items of a registry.
        assert f"{path}.{name}" in {*PUBLIC, *ROOMS} or name in getattr(module, "CELLS", ())


def test_the_names_of_numerics_have_types() -> None:
    import longlag.numerics as numerics

    assert set(numerics._PLACES) == set(numerics.__all__)
