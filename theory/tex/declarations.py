r"""What a paper declares in comments: ``% longlag: let s in (0,1), \ell in naturals``.

==========================================  =======================================================
``let s in (0,1), \kappa > 1``              numbers with their domains
``let 0 < a < b``, ``let c, b > 0``         the same by relations
``let s_j in (0,1) for all j``              numbers with an index, independent of one another
``let f be a function``                     a function of which nothing is known
``let H be a function of N and x``          the same, written without its arguments
``let \sigma be the sigmoid function``      a function of longlag's
``let W_{-1} be the lower LambertW function``
``let D_t, R_t be matrices``                square matrices of one size; ``be vectors``
``let A_j be matrices for all j``           matrices with an index, independent of one another
``let I be the identity matrix``
``let X \sim \mathcal{N}(0,1)``             a random number
``define f(\ell) = c \ell^{-b}``            an abbreviation, with declarations behind commas
``print s as \mathbf{s}``                   how a symbol is shown
``forget s``                                the name is free again
==========================================  =======================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import sympy
from sympy import Expr, IndexedBase, MatrixSymbol, S, Set, Symbol

from longlag.theory.tex import commands
from longlag.theory.tex.cases import split
from longlag.theory.tex.context import Context, key_of, number
from longlag.theory.tex.domains import bounded, domain_of, tighten
from longlag.theory.tex.formula import context_of, read_tokens
from longlag.theory.tex.laws import read_law
from longlag.theory.tex.names import (
    ANY,
    Definition,
    Entity,
    Family,
    Function,
    Indexing,
    Key,
    Matrix,
    NamedFunction,
    Names,
    Quantity,
    Random,
    matrix_size,
)
from longlag.theory.tex.notes import (
    first_word,
    for_all,
    joined_by_and,
    note_tokens,
    pieces,
    says_nothing,
    word_at,
)
from longlag.theory.tex.parts import Formula, Part, Term, taken_apart
from longlag.theory.tex.tokens import Text, Token, refusal, tokenise, written
from longlag.theory.typed.arithmetic import FUNCTIONS
from longlag.theory.verify.ordered import IndexedMatrix

#: Functions by words ↦ their names in ``typed``, beside those names themselves.
_WORDS = {
    "logistic": "sigmoid",
    "lambert": "LambertW",
    "lambertw": "LambertW",
    "lowergamma": "lowergamma",
    "uppergamma": "uppergamma",
    "exponentialintegral": "E1",
    "besselk": "besselk",
}
_LOWER_LAMBERT = ("lowerlambertw", "lowerlambert")
_HOW = r"write let x in reals, let x > 0, let f be a function, let A be a matrix"
#: Relations between symbols.
_MOST_CONDITIONS = 50


@dataclass
class Declarations:
    r"""The names of a paper and their domains.

    Args:
        names: what each stands for.
        domains: of the symbols.
        conditions: relations between symbols that no domain says, as sign and two sides.
        shown: symbols that print otherwise than they are written.

    >>> declared = Declarations()
    >>> declared.read(r"let s in (0,1), \ell in naturals")
    >>> declared.domains
    {s: Interval.open(0, 1), ell: Naturals}
    """

    names: Names = field(default_factory=Names)
    domains: dict[Symbol, Set] = field(default_factory=dict)
    families: dict[IndexedBase, Set] = field(default_factory=dict)
    conditions: list[tuple[str, Expr, Expr]] = field(default_factory=list)
    shown: dict[Symbol, str] = field(default_factory=dict)

    def copy(self) -> Declarations:
        """Return the declarations as they are now."""
        return Declarations(
            self.names.copy(),
            dict(self.domains),
            dict(self.families),
            list(self.conditions),
            dict(self.shown),
        )

    def let(self, tex: str, symbol: Symbol, domain: Set = S.Reals) -> None:
        r"""Let a name stand for a symbol of one's own.

        Args:
            tex: the name as it is written, ``\mu_{t,\ell}^{(q)}``.
            symbol: what is read for it.
            domain: what it ranges over.
        """
        self.names.add(self.key(tex), Quantity(symbol))
        self.domains[symbol] = domain

    def stand(self, tex: str, entity: Entity, token: Token | None = None) -> None:
        """Let a name stand for anything else.

        Args:
            tex: the name as it is written.
            entity: what it stands for.
            token: where that is said, if it is in a text.

        Raises:
            LonglagError: the name is declared already, and a token is given.
        """
        self.names.add(self.key(tex), entity, token)

    def key(self, tex: str) -> Key:
        """Return the name that a text spells out.

        Args:
            tex: a letter with what stands below and above it.
        """
        return key_of(self._name(tokenise(Text("name", tex))))

    def read(self, text: str | Token) -> None:
        """Read one comment: let, define, print or forget.

        Args:
            text: without "longlag:", or the comment as a token.

        Raises:
            LonglagError: what cannot be read, with its place.
        """
        tokens = note_tokens(text)
        if not tokens:
            return
        word, rest = first_word(tokens)
        readers: Mapping[str, Callable[[Token, list[Token]], object]] = {
            "let": self._let,
            "define": self._define,
            "print": self._print,
            "forget": self._forget,
        }
        if word not in readers:
            raise refusal(tokens[0], f"{word!a} declares nothing", "write let, define or print")
        readers[word](tokens[0], rest)

    # let

    def _let(self, word: Token, tokens: list[Token]) -> None:
        if not tokens:
            raise refusal(word, "what it is to be is missing", _HOW)
        waiting: list[list[Token]] = []
        fresh: set[Key] = set()
        for piece in pieces(tokens):
            if not piece:
                raise refusal(word, "a declaration is missing beside a comma", _HOW)
            if says_nothing(piece):
                waiting.append(piece)
                continue
            self._one(waiting, piece, fresh)
            waiting = []
        if waiting:
            raise refusal(waiting[0][0], "what it is to be is missing", _HOW)

    def _one(self, before: list[list[Token]], piece: list[Token], fresh: set[Key]) -> None:
        """Read one declaration, of the names before it too."""
        at = word_at(piece, "in")
        if at is not None or any(token.text == r"\in" for token in piece):
            at = at if at is not None else [t.text for t in piece].index(r"\in")
            width = 2 if piece[at].text == "i" else 1
            self._domain([*before, piece[:at]], piece[at], piece[at + width :], fresh)
            return
        at = word_at(piece, "be")
        if at is not None:
            for name in [*before, piece[:at]]:
                self._kind(name, piece[at], piece[at + 2 :])
            return
        signs = [token for token in piece if token.text == r"\sim"]
        if signs:
            at = piece.index(signs[0])
            for name in [*before, piece[:at]]:
                part = self._name(name, signs[0])
                symbol = Symbol(key_of(part).plain, real=True)
                law = read_law(self._context(signs[0]), piece[at + 1 :], signs[0])
                self.names.add(key_of(part), Random(symbol, law), part.token)
            return
        self._relation(before, piece, fresh)

    def _domain(
        self, names: list[list[Token]], word: Token, rest: list[Token], fresh: set[Key]
    ) -> None:
        rest, indices = for_all(rest)
        domain = domain_of(rest, word, self._number)
        for name in names:
            part = self._name(name, word)
            if indices:
                self._family(part, indices, domain)
            else:
                self._quantity(part, domain, fresh)

    def _quantity(self, part: Part, domain: Set, fresh: set[Key]) -> Symbol:
        key = key_of(part)
        symbol = Symbol(key.plain)
        self.names.add(key, Quantity(symbol), part.token)
        self.domains[symbol] = domain
        fresh.add(key)
        return symbol

    def _indexed_matrix(
        self, part: Part, indices: list[Token], rest: list[Token], word: Token
    ) -> None:
        said = "".join(token.text for token in rest)
        if said not in ("matrices", "amatrix", "squarematrices", "asquarematrix"):
            raise refusal(
                rest[0] if rest else word,
                "only matrices have one",
                "write let A_j be matrices for all j",
            )
        key = self._family_key(part, indices)
        index = sympy.Dummy("j", integer=True)
        name = Symbol(key._replace(sub="").plain)
        size = matrix_size()
        self.names.add(key, Indexing((index,), IndexedMatrix(name, index, size)), part.token)

    def _family(self, part: Part, indices: list[Token], domain: Set) -> None:
        key = self._family_key(part, indices)
        base = IndexedBase(key._replace(sub="").plain, real=True)
        self.names.add(key, Family(base, len(split(indices, ",")), domain), part.token)
        self.families[base] = domain

    def _family_key(self, part: Part, indices: list[Token]) -> Key:
        names = [written(index) for index in split(indices, ",")]
        below = written(part.sub.inner) if part.sub else ""
        if below not in (",".join(names), "".join(names)):
            raise refusal(
                part.token, "its index is not the one behind 'for all'", "write s_j ... for all j"
            )
        return key_of(part)._replace(sub=ANY)

    def _kind(self, name: list[Token], word: Token, rest: list[Token]) -> None:
        part = self._name(name, word)
        rest, indices = for_all(rest)
        if indices:
            self._indexed_matrix(part, indices, rest, word)
            return
        said = "".join(token.text for token in rest)
        for article in ("an", "a", "the"):
            if said.startswith(article) and said not in ("atan", "asinh"):
                said = said[len(article) :]
                break
        key = key_of(part)
        # All sizes are one: a paper's matrices fit.
        dimension = matrix_size()
        entity: Entity
        of = word_at(rest, "of")
        if of is not None and said.startswith("function"):
            arguments = [self._symbol(name, word) for name in joined_by_and(rest[of + 2 :])]
            entity = Quantity(sympy.Function(key.plain)(*arguments))
        elif said in ("function", "functions"):
            entity = Function(sympy.Function(key.plain))
        elif said in ("matrix", "matrices", "squarematrix", "squarematrices"):
            entity = Matrix(MatrixSymbol(key.plain, dimension, dimension))
        elif said in ("vector", "vectors"):
            entity = Matrix(MatrixSymbol(key.plain, dimension, 1))
        elif said in ("identity", "identitymatrix"):
            entity = Matrix(sympy.Identity(dimension))
        elif said.lower().removesuffix("function") in _LOWER_LAMBERT:
            argument = sympy.Dummy("x", real=True)
            entity = Definition((argument,), sympy.LambertW(argument, -1))
        else:
            stem = said.removesuffix("function")
            name_of = _WORDS.get(stem.lower(), stem)
            if name_of not in FUNCTIONS:
                raise refusal(
                    rest[0] if rest else word, "no such kind is known", _HOW + ", be the sigmoid"
                )
            entity = NamedFunction(name_of)
        self.names.add(key, entity, part.token)

    def _symbol(self, tokens: list[Token], after: Token) -> Symbol:
        """The declared symbol that tokens name."""
        part = self._name(tokens, after)
        entity = self.names.entities.get(key_of(part))
        if not (isinstance(entity, Quantity) and isinstance(entity.expression, Symbol)):
            raise self.names.unknown(key_of(part), part.token)
        return entity.expression

    def _relation(self, before: list[list[Token]], piece: list[Token], fresh: set[Key]) -> None:
        """Read names bounded by a chain of relations, such as 0 < a < b."""
        formula = taken_apart(piece, piece[0])
        bare = [self._name(name, name[0]) for name in before]
        for part in [*bare, *_new_names(formula)]:
            _require_free(part)
            if self._context(part.token).find(part)[0] is None:
                self._quantity(part, S.Reals, fresh)
        context = self._context(formula.token)
        values = [
            number(context.value(Formula((line,), ())), line[0].token) for line in formula.lines
        ]
        for sign, left, right in zip(formula.signs, values[:-1], values[1:], strict=True):
            if sign.text not in _TURNED:
                raise refusal(sign.token, "it bounds nothing", r"write <, \le, > or \ge")
            self._bound(sign.text, left, right, sign.token, fresh)
        for part in bare:
            symbol = context.find(part)[0]
            assert isinstance(symbol, Quantity)
            for sign, right in zip(formula.signs[:1], values[1:2], strict=True):
                self._bound(sign.text, symbol.expression, right, sign.token, fresh)
        if len(self.conditions) > _MOST_CONDITIONS:
            raise refusal(
                formula.token, f"a paper has at most {_MOST_CONDITIONS} of them", "forget some"
            )
        tighten(self.domains, self.conditions, formula.token)

    def _bound(self, sign: str, left: Expr, right: Expr, token: Token, fresh: set[Key]) -> None:
        if isinstance(right, Symbol) and not left.free_symbols:
            sign, left, right = _TURNED[sign], right, left
        names = {q.expression: k for k, q in self.names.entities.items() if isinstance(q, Quantity)}
        if isinstance(left, Symbol) and not right.free_symbols:
            key = names.get(left)
            if key is not None and key not in fresh:
                # Raises, with where that was.
                self.names.add(key, Quantity(left), token)
            self.domains[left] = bounded(self.domains[left], sign, right, token)
        elif left.free_symbols or right.free_symbols:
            self.conditions.append((sign, left, right))
        else:
            raise refusal(token, "it bounds no symbol", "write a name on one side")

    # define, print, forget

    def define(self, note: Token) -> Entity:
        """Let a name stand for what a comment says that it equals, and return that.

        Args:
            note: ``f(x) = ...`` with declarations behind commas, with or without a word before it.
        """
        tokens = note_tokens(note)
        word, rest = first_word(tokens)
        return self._define(tokens[0], rest if word in ("law", "define") else tokens)

    def _define(self, word: Token, tokens: list[Token]) -> Entity:
        parts = pieces(tokens)
        signs = [t.text for t in parts[0]]
        if "=" not in signs:
            raise refusal(word, "a definition is missing", r"write define f(\ell) = c \ell^{-b}")
        if parts[1:]:
            self._let(word, [token for piece in parts[1:] for token in (*piece, _COMMA)][:-1])
        at = signs.index("=")
        left = taken_apart(parts[0][: at - (signs[at - 1] == ":")], word)
        run = left.lines[0][0].run
        if left.signs or len(left.lines[0]) > 1 or len(run) > 2 or run[0].kind != "name":
            raise refusal(left.token, "it defines a name, or a function", "write define f(x) = ...")
        parameters: dict[Key, Symbol] = {}
        for child in run[1].children if len(run) == 2 else ():
            if child.sole is None or child.sole.kind != "name":
                raise refusal(child.token, "a parameter is a name", "write define f(x) = ...")
            parameters[key_of(child.sole)] = sympy.Dummy(key_of(child.sole).plain, real=True)
        context = self._context(word).binding(parameters)
        body = context.read(parts[0][at + 1 :], parts[0][at])
        entity: Entity = Quantity(body)
        if parameters:
            entity = Definition(tuple(parameters.values()), body)
        self.names.add(key_of(run[0]), entity, run[0].token)
        return entity

    def _print(self, word: Token, tokens: list[Token]) -> None:
        at = word_at(tokens, "as")
        if not at:
            raise refusal(word, "it says how a symbol is shown", r"write print s as \mathbf{s}")
        self.shown[self._symbol(tokens[:at], word)] = written(tokens[at + 2 :])

    def _forget(self, word: Token, tokens: list[Token]) -> None:
        for piece in pieces(tokens):
            part = self._name(piece, word)
            key = key_of(part)
            entity = self.names.entities.get(key)
            self.names.forget(key, part.token)
            if isinstance(entity, Quantity) and isinstance(entity.expression, Symbol):
                symbol = entity.expression
                self.domains.pop(symbol, None)
                self.conditions = [
                    c
                    for c in self.conditions
                    if symbol not in c[1].free_symbols | c[2].free_symbols
                ]

    # what all of them need

    def _context(self, token: Token) -> Context:
        return context_of(self.names, token)

    def _number(self, tokens: Sequence[Token]) -> Expr:
        value = read_tokens(tokens, self.names, tokens[0])
        if not isinstance(value, Expr):
            raise refusal(tokens[0], "a number is required", "write one")
        return value

    def _name(self, tokens: Sequence[Token], after: Token | None = None) -> Part:
        first = tokens[0] if tokens else after
        assert first is not None
        part = taken_apart(tokens, first).sole
        if part is None or part.kind != "name" or part.factorial:
            raise refusal(first, "a name is a letter with its indices", _HOW)
        _require_free(part)
        return part

    def tex(self, symbol: Symbol) -> str:
        """Return how a symbol is shown.

        Args:
            symbol: a declared one.
        """
        if symbol in self.shown:
            return self.shown[symbol]
        for key, entity in self.names.entities.items():
            if isinstance(entity, Quantity) and entity.expression == symbol:
                return key.tex
        return symbol.name


_TURNED = {"<": ">", "≤": "≥", ">": "<", "≥": "≤"}
_COMMA = Token(",", Text("", ","), 0)


def _require_free(part: Part) -> None:
    """Refuse to declare what has a meaning of its own."""
    functions = {*commands.NAMED_FUNCTIONS, *commands.EXTREMES, *commands.BIG}
    if part.text in functions or key_of(part) in (Key(r"\infty"), Key(r"\pi")):
        raise refusal(part.token, "it has a meaning of its own", "choose another letter")


def _new_names(formula: Formula) -> list[Part]:
    """The names that stand alone between relations."""

    def sole(line: tuple[Term, ...]) -> Part | None:
        return Formula((line,), ()).sole

    parts = [sole(line) for line in formula.lines]
    return [part for part in parts if part is not None and part.kind == "name"]


__all__ = ["Declarations"]
