"""Published sentences, paper by paper. A new one is one entry in the file of its paper.

The claims that judge them stand in the chapters; an entry says which they are.
"""

from __future__ import annotations

from longlag.derivations.published import coupling, descent, memory, recurrences, statistics, window
from longlag.derivations.published.sentence import Published

_FILES = (window, coupling, memory, descent, recurrences, statistics)
SENTENCES: tuple[Published, ...] = tuple(each for file in _FILES for each in file.SENTENCES)
#: Claims that name a paper for a definition, and judge no sentence of it.
STEPS: tuple[str, ...] = tuple(each for file in _FILES for each in file.STEPS)

__all__ = ["SENTENCES", "STEPS", "Published"]
