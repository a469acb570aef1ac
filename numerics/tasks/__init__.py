"""Tasks for training: sequences drawn from a seed, and what is to be predicted of them."""

from __future__ import annotations

from longlag.numerics.tasks.adding import Adding
from longlag.numerics.tasks.autoregression import AR2
from longlag.numerics.tasks.copying import Copying
from longlag.numerics.tasks.five_harmonics import FiveHarmonics
from longlag.numerics.tasks.linear import DelaySum, MovingAverage, ShortSum
from longlag.numerics.tasks.multi_lag import MultiLag
from longlag.numerics.tasks.narma import NARMA
from longlag.numerics.tasks.recall import Recall
from longlag.numerics.tasks.sinusoids import SinusoidMix
from longlag.numerics.tasks.streams import stream
from longlag.numerics.tasks.task import Sequences, Task
from longlag.theory.registry import Registry

TASKS: Registry[type[Task]] = Registry("task")
TASKS.register("adding", Adding)
TASKS.register("recall", Recall)
TASKS.register("sinusoid_mix", SinusoidMix)
TASKS.register("short_sum", ShortSum)
TASKS.register("ar2", AR2)
TASKS.register("moving_average", MovingAverage)
TASKS.register("delay_sum", DelaySum)
TASKS.register("narma", NARMA)
TASKS.register("copying", Copying)
TASKS.register("multi_lag", MultiLag)
TASKS.register("five_harmonics", FiveHarmonics)

__all__ = ["TASKS", "Sequences", "Task", "stream"]
