"""An experiment: its designs in three sizes, each a list of units."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, get_args

from longlag.numerics.experiments.declared import declare, plain
from longlag.numerics.experiments.table import Row
from longlag.numerics.experiments.unit import Unit
from longlag.theory.errors import LonglagError
from longlag.theory.registry import Registry
from longlag.theory.scalar.parameters import require_count

#: A minute or two; under two hours on two cores; as published or larger.
Size: TypeAlias = Literal["smoke", "small", "full"]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which of the designs of an experiment.

    Args:
        size: smoke, small or full.
        seeds: how many seeds 0, 1, …; the design's own number if left out.
        published: as published, with its defects, which the rows name.
        changes: keys of every unit that are other than in the design.
    """

    size: Size = "smoke"
    seeds: int | None = None
    published: bool = False
    changes: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse an unknown size and a design without seeds."""
        if self.size not in get_args(Size):
            raise LonglagError(
                f"size {self.size!r}", "a design has three sizes", "choose smoke, small or full"
            )
        if self.seeds is not None:
            require_count("seeds", self.seeds, "a design has one seed or more", least=1)


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """An experiment that can be run.

    Args:
        name: on the command line.
        title: what it asks, in a line.
        source: where the protocol comes from.
        design: the units of a choice.
        then: units that depend on the rows of the first, such as runs with the step sizes that
            were found best; none if left out.
        defects: of the published protocol, which ``published`` brings back; without any there is
            no published version.
    """

    name: str
    title: str
    source: str
    design: Callable[[Choice], Sequence[Unit]]
    then: Callable[[Choice, Sequence[Row]], Sequence[Unit]] | None = None
    defects: tuple[str, ...] = ()

    def units(self, choice: Choice) -> list[Unit]:
        """Return the units of a choice, with its changes.

        Raises:
            LonglagError: a change that a unit does not have, or that it refuses; the published
                version of an experiment that has none.
        """
        if choice.published and not self.defects:
            raise LonglagError(
                f"experiment {self.name!r} as published",
                "it has no published version with defects",
                "leave --published out",
            )
        return [_changed(unit, choice.changes) for unit in self.design(choice)]

    def following(self, choice: Choice, rows: Sequence[Row]) -> list[Unit]:
        """Return the units that follow from the rows of the first, with the same changes."""
        if self.then is None:
            return []
        return [_changed(unit, choice.changes) for unit in self.then(choice, rows)]


def _changed(unit: Unit, changes: Mapping[str, Any]) -> Unit:
    return declare(type(unit), plain(unit) | dict(changes)) if changes else unit


EXPERIMENTS: Registry[Experiment] = Registry("experiment")


def register(experiment: Experiment) -> Experiment:
    """Add an experiment to those that can be run."""
    return EXPERIMENTS.register(experiment.name, experiment)


__all__ = ["EXPERIMENTS", "Choice", "Experiment", "Size", "register"]
