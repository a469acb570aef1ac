"""A sentence that a paper states, and which claims judge it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from longlag.theory.errors import LonglagError


@dataclass(frozen=True)
class Published:
    """A published sentence, and the claims whose verdicts decide it.

    Claims are named by their anchors in a document, ``section--claim``; a star stands for any
    letters, so that one sentence may be judged for every cell or every law.

    Args:
        paper: author, title in brief and number, under which it is listed.
        words: what is stated, in words with TeX between dollar signs.
        judged_by: claims that say what it says; the weakest decides.
        denied_by: claims that say it is not so; where one of them holds it is refuted.
        reading: how it is understood here, where it may be understood in several ways.
        is_procedure: whether it is what a paper's protocol or scripts do, and no sentence of its
            text.

    Raises:
        LonglagError: nothing judges it.
    """

    paper: str
    words: str
    judged_by: tuple[str, ...] = ()
    denied_by: tuple[str, ...] = ()
    reading: str = ""
    is_procedure: bool = False

    def __post_init__(self) -> None:
        if not self.judged_by and not self.denied_by:
            raise LonglagError(
                f"published sentence {self.words!r}",
                "a sentence that is listed is judged",
                "name a claim that says it, or one that denies it",
            )

    def is_judged_by(self, anchor: str) -> bool:
        """Return whether a claim says what the sentence says."""
        return _matches(anchor, self.judged_by)

    def is_denied_by(self, anchor: str) -> bool:
        """Return whether a claim says that it is not so."""
        return _matches(anchor, self.denied_by)

    def is_about(self, anchor: str) -> bool:
        """Return whether the verdict of a claim bears on it."""
        return self.is_judged_by(anchor) or self.is_denied_by(anchor)


def _matches(anchor: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(anchor, pattern) for pattern in patterns)


__all__ = ["Published"]
