"""What a paper asserts, relation by relation, and whether it is so."""

from longlag.theory.papers.assertions import Assertion, Unreadable, assertions_of
from longlag.theory.papers.judge import judge

__all__ = ["Assertion", "Unreadable", "assertions_of", "judge"]
