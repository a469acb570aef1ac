"""How the levels of a verdict look and what they mean: one table for every format."""

from __future__ import annotations

from dataclasses import dataclass

from longlag.theory.statement import Level


@dataclass(frozen=True)
class LevelStyle:
    """The colour of a badge and the line that explains it.

    Args:
        colour: six hexadecimal digits, dark enough to carry white letters.
        meaning: what the level asserts.
    """

    colour: str
    meaning: str


#: In the order in which documents list them, the strongest first.
LEVELS: dict[Level, LevelStyle] = {
    Level.PROVED: LevelStyle("1A7F37", "shown symbolically, for the sizes or lags named beside it"),
    Level.CERTIFIED: LevelStyle("0F766E", "enclosed by ball arithmetic over a whole region"),
    Level.COMPUTED: LevelStyle(
        "1D4ED8", "survived a search that tried to break it, or agrees in many digits"
    ),
    Level.MEASURED: LevelStyle("8A5A00", "compared with autograd or with simulation"),
    Level.REFUTED: LevelStyle("C1121F", "fails; the counterexample is printed"),
    Level.UNDECIDED: LevelStyle("57606A", "neither supported nor refuted"),
}
