"""What a paper asserts, relation by relation, and whether it is so."""

from longlag.theory.papers.assertions import Assertion, Unreadable, assertions_of
from longlag.theory.papers.judge import judge
from longlag.theory.papers.objects import Find, declare_object

__all__ = ["Assertion", "Find", "Unreadable", "assertions_of", "declare_object", "judge"]
