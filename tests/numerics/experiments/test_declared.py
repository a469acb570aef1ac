"""Declared values survive JSON, and what is wrong with them is told."""

from __future__ import annotations

import json

import pytest

from longlag.numerics.experiments.declared import declare, identity, plain
from longlag.numerics.experiments.training import TrainingUnit
from longlag.numerics.tasks import TASKS
from longlag.numerics.tasks.linear import ShortSum
from longlag.theory.errors import LonglagError
from tests.numerics.experiments.conftest import unit


@pytest.mark.parametrize("name", TASKS)
def test_every_task_comes_back_from_json_as_it_was(name: str) -> None:
    once = unit(task=TASKS[name](), clip=1.0, options={"weight_decay": 1e-3}, note="a")
    again = declare(TrainingUnit, json.loads(json.dumps(plain(once))))
    assert again == once
    assert identity(again) == identity(once)


def test_different_declarations_have_different_identities() -> None:
    units = [unit(), unit(seed=1), unit(cell="lstm"), unit(learning_rate=0.02), unit(clip=1.0)]
    assert len({one.identity for one in units}) == len(units)


def test_a_value_left_at_its_default_does_not_count() -> None:
    assert unit().identity == unit(clip=None, shuffled=False, note="").identity
    assert unit().identity != unit(task=ShortSum(steps=7, window=2)).identity


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"learning_rat": 0.1}, "did you mean 'learning_rate'"),
        ({"size": 1.5}, "size: 1.5: it is an integer"),
        ({"size": True}, "it is an integer"),
        ({"cell": "diag_gat"}, "did you mean 'diag_gate'"),
        ({"optimiser": 3}, "it is text"),
        ({"measures": "probe_loss"}, "it is a list"),
        ({"measures": ["prob_loss"]}, "did you mean 'probe_loss'"),
        ({"measured_at": [5, 2]}, "ascending"),
        ({"measured_at": [21]}, "0 to 20"),
        ({"dtype": "float16"}, "float32"),
        ({"options": {"momentum": "much"}}, "options, momentum: 'much': it is a number"),
        ({"task": {"task": "addin"}}, "did you mean 'adding'"),
        ({"task": {"task": "adding", "step": 3}}, "did you mean 'steps'"),
        ({"task": "adding"}, 'a key "task"'),
        ({"updates": 0}, "updates 0"),
        ({"shuffled": True}, "fresh sequences"),
        ({"sequences": 0}, "sequences 0"),
    ],
)
def test_what_is_wrong_with_a_declaration_is_told(change: dict, message: str) -> None:
    with pytest.raises(LonglagError, match=message):
        declare(TrainingUnit, plain(unit()) | change)


def test_a_missing_key_is_named() -> None:
    with pytest.raises(LonglagError, match="without 'cell'"):
        declare(TrainingUnit, {"task": {"task": "adding"}})
