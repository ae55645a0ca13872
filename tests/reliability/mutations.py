"""The small changes that the guard ``mutants`` makes to a module, one at a time.

A mutant is one field of one node of the syntax tree, set to another value. Mutants are compiled
from the tree and never written to a file. Left out, because no behaviour depends on them:
docstrings, type annotations and aliases of types, what stands under ``if TYPE_CHECKING``,
decorators, ``__repr__`` and ``repr=``, ``__all__``, the name that ``cast`` or ``TypeVar`` takes,
and prose. Prose is a string
with a space in it, outside the contract: the wording of our own errors and descriptions. The
sentences of the contract are those of the service, so they are mutated.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr, ast.BitXor: ast.BitOr, ast.LShift: ast.RShift, ast.RShift: ast.LShift}
_TWINS = {"min": "max", "max": "min", "any": "all", "all": "any", "startswith": "endswith",
          "endswith": "startswith", "lower": "upper", "upper": "lower", "add": "discard",
          "append": "remove", "removeprefix": "removesuffix", "removesuffix": "removeprefix",
          "partition": "rpartition", "rpartition": "partition"}
_SILENT_CALLS = ("cast", "TypeVar", "NewType")
_COMPOUND = (ast.If, ast.While, ast.For, ast.AsyncFor, ast.With, ast.AsyncWith, ast.Try,
             ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Match)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_Span = tuple[int, int, ast.AST | None]  # lines of a function, and the function


@dataclass
class Site:
    """A place in a tree and what to set there."""

    owner: ast.AST
    field: str
    value: Any
    statement: ast.stmt
    function: str      # qualified name of the outermost function whose body holds it, or ""
    first_line: int    # of that function, decorators included, as code objects count
    last_line: int
    scope: ast.AST | None  # that function
    removed: bool = False

    def change(self) -> None:
        """Make the change."""
        setattr(self.owner, self.field, self.value)

    def changed(self) -> str:
        """Return the statement after the change, and take the change back."""
        original = getattr(self.owner, self.field)
        self.change()
        after = "pass" if self.removed else header(self.statement)
        setattr(self.owner, self.field, original)
        return after


@dataclass(frozen=True)
class Mutant:
    """One change of one module; ``number`` counts the changes of the module."""

    module: str        # relative to the package, such as domain/tokens.py
    number: int
    function: str
    first_line: int
    last_line: int
    lines: tuple[int, ...]
    before: str
    after: str
    words: tuple[str, ...]  # strings beside the change, which tests could mention

    @property
    def key(self) -> str:
        """The mutant in words that outlive a change of line numbers."""
        where = f"{self.module} {self.function}".strip()
        return f"{where}: {self.before} => {self.after}"

    @property
    def same(self) -> str:
        """The key as it is on every Python."""
        return significant(self.key)

    @property
    def package(self) -> str:
        return self.module.rpartition("/")[0] if "bridge" not in self.module else self.module


def mutants_of(source: Path, module: str) -> list[Mutant]:
    """All mutants of a module."""
    text = source.read_text(encoding="utf-8")
    found = []
    headers: dict[ast.stmt, str] = {}
    words: dict[ast.AST, tuple[str, ...]] = {}
    for number, site in enumerate(sites(ast.parse(text), module)):
        if site.statement not in headers:
            headers[site.statement] = header(site.statement)
        before, after = _shortened(headers[site.statement], site.changed())
        if site.scope is not None and site.scope not in words:
            words[site.scope] = _words(site)
        if before != after:
            near = _words(site) if site.scope is None else words[site.scope]
            found.append(Mutant(module, number, site.function, site.first_line, site.last_line,
                                header_lines(site), before, after, near))
    return found


def compiled(source: Path, module: str, number: int | None) -> CodeType:
    """The module with one change, or with none."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    if number is not None:
        list(sites(tree, module))[number].change()
    return compile(ast.fix_missing_locations(tree), str(source), "exec", dont_inherit=True)


def code_of(code: CodeType, first_line: int, name: str) -> CodeType:
    """The code object of a function inside the code of its module."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if (constant.co_firstlineno, constant.co_name) == (first_line, name):
                return constant
            with_it = code_of(constant, first_line, name) if not _is_function(constant) else None
            if with_it is not None:
                return with_it
    if code.co_name == "<module>":
        raise LookupError(f"no function {name} at line {first_line}")
    return None  # type: ignore[return-value]


def _is_function(code: CodeType) -> bool:
    return bool(code.co_flags & 0x2)  # CO_NEWLOCALS: classes do not have it


def header(statement: ast.stmt) -> str:
    """A statement in one line; of a compound one, what stands before its body."""
    if isinstance(statement, _COMPOUND):
        statement = copy.copy(statement)
        if isinstance(statement, ast.Match):
            return f"match {ast.unparse(statement.subject)}"
        if isinstance(statement, ast.Try):
            return "try"
        statement.body = [ast.Pass()]
        if isinstance(statement, (ast.If, ast.While, ast.For, ast.AsyncFor)):
            statement.orelse = []
        if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
            statement.decorator_list = []
    text = " ".join(line.strip() for line in ast.unparse(statement).split("\n"))
    return text.removesuffix(" pass").replace("lambda :", "lambda:")  # with a space on Python 3.10


#: Pythons differ in the parentheses around a tuple and in the quotes of an f-string.
_INSIGNIFICANT = "()'\""


def significant(text: str) -> str:
    """Source without what ``ast.unparse`` writes on some Pythons only."""
    return text.translate(dict.fromkeys(map(ord, _INSIGNIFICANT)))


def _shortened(before: str, after: str) -> tuple[str, str]:
    """Of a table, what stands around the change: as many significant characters on each Python."""
    if len(significant(before)) <= 230:
        return before, after
    start = _alike(before, after)
    end = _alike(before[start:][::-1], after[start:][::-1])
    name = before[:_after(before, 36)].partition("=")[0]
    first = start - _after(before[:start][::-1], 90)

    def part(text: str) -> str:
        last = len(text) - end
        return f"{name}… {text[first:last + _after(text[last:], 50)]} …"

    return part(before), part(after)


def _alike(one: str, other: str) -> int:
    """How many characters are the same at the beginning, up to the last significant one."""
    length = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
                  min(len(one), len(other)))
    return len(one[:length].rstrip(_INSIGNIFICANT))


def _after(text: str, number: int) -> int:
    """The place after so many significant characters, or the end."""
    places = [place for place, character in enumerate(text) if character not in _INSIGNIFICANT]
    return places[number - 1] + 1 if len(places) >= number else len(text)


def header_lines(site: Site) -> tuple[int, ...]:
    """The lines of which one at least runs whenever the changed place does."""
    statement = site.statement
    last = statement.end_lineno or statement.lineno
    body = getattr(statement, "body", None)
    if isinstance(statement, _COMPOUND) and body:
        last = max(statement.lineno, body[0].lineno - 1)
    if not isinstance(site.owner, ast.stmt) and hasattr(site.owner, "lineno") and (
            not isinstance(statement, _COMPOUND)):
        own = (site.owner.lineno, getattr(site.owner, "end_lineno", None) or site.owner.lineno)
        return tuple(range(own[0], own[1] + 1)) + tuple(
            line for line in range(statement.lineno, last + 1) if not own[0] <= line <= own[1])
    return tuple(range(statement.lineno, last + 1))


def _words(site: Site) -> tuple[str, ...]:
    """The strings of the function, or else of the row of a table that is changed."""
    if site.scope is not None:
        return tuple(sorted({word.strip() for part in ast.walk(site.scope) if isinstance(
            part, ast.Constant) and isinstance(word := part.value, str) and 2 < len(word) < 60}))
    kinds = (ast.Call, ast.Tuple, ast.List, ast.Dict)
    around: list[ast.AST] = [site.statement, *(
        node for node in ast.walk(site.statement)
        if isinstance(node, kinds) and _holds(node, site.owner))]
    around += _pairs(around, site)
    for node in reversed(around):
        strings = {part.value for part in ast.walk(node) if isinstance(part, ast.Constant)
                   and isinstance(part.value, str) and len(part.value) > 2}
        numbers = {str(part.value) for part in ast.walk(node) if isinstance(part, ast.Constant)
                   and type(part.value) is int and part.value > 99}
        if strings or numbers:
            return tuple(sorted(strings | numbers))
    return ()


def _pairs(around: list[ast.AST], site: Site) -> Iterator[ast.AST]:
    """Of a dict, the key and the value."""
    for node in around:
        if isinstance(node, ast.Dict) and isinstance(site.owner, ast.expr):
            new = site.value if isinstance(site.value, list) else []
            for place, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
                here = node is site.owner and place < len(new) and new[place] not in (key, value)
                if here or (node is not site.owner and _holds(value, site.owner)):
                    yield ast.Tuple([part for part in (key, value) if part is not None])


def _holds(outer: ast.expr, inner: ast.AST) -> bool:
    if not isinstance(inner, (ast.expr, ast.keyword)):
        return False
    return (outer.lineno, outer.col_offset) <= (inner.lineno, inner.col_offset) and (
        inner.end_lineno or 0, inner.end_col_offset or 0) <= (
        outer.end_lineno or 0, outer.end_col_offset or 0)


def sites(tree: ast.Module, module: str) -> Iterator[Site]:
    """All changes, in the order of the source."""
    yield from _Walk(prose=module.startswith("contract/")).block(tree, "body", "", (0, 0, None))


class _Walk:
    def __init__(self, prose: bool) -> None:
        self._prose = prose

    def block(
        self, owner: ast.AST, field: str, function: str, span: _Span,
    ) -> Iterator[Site]:
        """A list of statements."""
        body: list[ast.stmt] = getattr(owner, field)
        for place, statement in enumerate(body):
            def instead(*new: ast.stmt, place: int = place, statement: ast.stmt = statement,
                        ) -> Site:
                return Site(owner, field, [*body[:place], *new, *body[place + 1:]], statement,
                            function, *span, removed=True)

            yield from self._statement(statement, function, span, instead)

    def _statement(
        self, statement: ast.stmt, function: str, span: _Span, instead: Any,
    ) -> Iterator[Site]:
        def site(owner: ast.AST, field: str, value: Any) -> Site:
            return Site(owner, field, value, statement, function, *span)

        blank = ast.Pass()
        if isinstance(statement, _FUNCTIONS):
            if statement.name == "__repr__":
                return
            for default in (*statement.args.defaults, *statement.args.kw_defaults):
                if default is not None:
                    yield from self._values(statement.args, default, site)
            if function == "" or function.endswith("."):
                function += statement.name
                span = (min(n.lineno for n in (statement, *statement.decorator_list)),
                        statement.end_lineno or 0, statement)
            yield from self.block(statement, "body", function, span)
            return
        if isinstance(statement, ast.ClassDef):
            inner = f"{function}{statement.name}." if not function or function.endswith(".") else (
                function)
            yield from self.block(statement, "body", inner, span)
            return
        if isinstance(statement, ast.If):
            if "TYPE_CHECKING" in ast.unparse(statement.test):
                yield from self.block(statement, "orelse", function, span)
                return
            yield from self._test(statement, "test", site)
        elif isinstance(statement, ast.While):
            yield from self._test(statement, "test", site)
        elif isinstance(statement, (ast.For, ast.AsyncFor)):
            yield from self._expression(statement.iter, site)
        elif isinstance(statement, (ast.With, ast.AsyncWith)):
            for item in statement.items:
                yield from self._expression(item.context_expr, site)
        elif isinstance(statement, ast.Match):
            yield from self._expression(statement.subject, site)
            for case in statement.cases:
                if case.guard is not None:
                    yield from self._test(case, "guard", site)
                yield from self.block(case, "body", function, span)
        elif isinstance(statement, ast.Try):
            for handler in statement.handlers:
                yield from self.block(handler, "body", function, span)
        elif isinstance(statement, ast.Expr):
            if isinstance(statement.value, ast.Constant):
                return  # docstrings and ...
            yield from self._expression(statement.value, site, top=True)
            if isinstance(statement.value, (ast.Call, ast.Await)):
                yield instead(blank)
        elif isinstance(statement, ast.Return):
            if statement.value is not None and not _is_none(statement.value):
                if not isinstance(statement.value, ast.Constant):
                    yield site(statement, "value", ast.Constant(None))
                yield from self._values(statement, statement.value, site)
        elif isinstance(statement, ast.Raise):
            if function:
                yield instead(blank)
            if statement.exc is not None:
                yield from self._expression(statement.exc, site)
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if any(isinstance(t, ast.Name) and t.id in ("__all__", "__slots__") for t in targets):
                return
            if not function and _is_alias(statement.value):
                return
            if statement.value is not None:
                if function and not function.endswith(".") and not _is_none(statement.value) and (
                        not isinstance(targets[0], ast.Tuple)):
                    yield site(statement, "value", ast.Constant(None))
                yield from self._values(statement, statement.value, site)
        elif isinstance(statement, ast.AugAssign):
            swapped = _ARITHMETIC.get(type(statement.op))
            if swapped:
                yield site(statement, "op", swapped())
            yield instead(blank)
            yield from self._values(statement, statement.value, site)
        elif isinstance(statement, ast.Delete):
            yield instead(blank)
        elif isinstance(statement, ast.Assert):
            return  # for mypy: what cannot be
        elif isinstance(statement, ast.Break):
            yield instead(ast.Continue())
        elif isinstance(statement, ast.Continue):
            yield instead(ast.Break())
        for field in ("body", "orelse", "finalbody"):
            if isinstance(getattr(statement, field, None), list):
                yield from self.block(statement, field, function, span)

    def _test(self, owner: ast.AST, field: str, site: Any) -> Iterator[Site]:
        """A condition: turned round, unless something in it is changed anyway."""
        yield from self._turned(owner, field, site)
        yield from self._values(owner, getattr(owner, field), site)

    def _turned(self, owner: ast.AST, field: str, site: Any) -> Iterator[Site]:
        test = getattr(owner, field)
        if not isinstance(test, (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Constant)):
            yield site(owner, field, ast.UnaryOp(ast.Not(), test))

    def _values(self, owner: ast.AST, value: ast.expr, site: Any) -> Iterator[Site]:
        """A value which ``owner`` holds, in a field or in a list of a field."""
        for field, held in ast.iter_fields(owner):
            if held is value:
                yield from self._one(value, lambda new, f=field: site(owner, f, new), site)
                return
            if isinstance(held, list) and any(entry is value for entry in held):
                yield from self._one(value, lambda new, f=field, h=held: site(
                    owner, f, [new if entry is value else entry for entry in h]), site)
                return

    def _one(self, value: ast.expr, put: Any, site: Any) -> Iterator[Site]:
        """The changes of a value itself, then of what is in it."""
        if isinstance(value, ast.Constant):
            for new in self._constants(value.value):
                yield put(ast.Constant(new))
        elif isinstance(value, ast.UnaryOp) and isinstance(value.op, (ast.Not, ast.USub)):
            yield put(value.operand)
        elif isinstance(value, ast.IfExp):
            yield from self._turned(value, "test", site)
        yield from self._expression(value, site)

    def _expression(self, value: ast.AST, site: Any, top: bool = False) -> Iterator[Site]:
        """What can be changed in an expression: its operators, its constants, its parts."""
        if isinstance(value, ast.Compare):
            for place, op in enumerate(value.ops):
                yield site(value, "ops", [*value.ops[:place], _COMPARISONS[type(op)](),
                                          *value.ops[place + 1:]])
        elif isinstance(value, ast.BoolOp):
            yield site(value, "op", ast.Or() if isinstance(value.op, ast.And) else ast.And())
        elif isinstance(value, ast.BinOp) and type(value.op) in _ARITHMETIC:
            yield site(value, "op", _ARITHMETIC[type(value.op)]())
        elif isinstance(value, ast.Call):
            function = value.func
            if isinstance(function, ast.Name) and function.id in _SILENT_CALLS:
                for argument in value.args[1:]:
                    yield from self._values(value, argument, site)
                return
            if isinstance(function, ast.Name) and function.id in _TWINS:
                yield site(function, "id", _TWINS[function.id])
            elif isinstance(function, ast.Attribute) and function.attr in _TWINS:
                yield site(function, "attr", _TWINS[function.attr])
            for keyword in value.keywords:
                if keyword.arg == "repr" or (not self._prose and _is_prose(keyword.value)):
                    continue
                yield site(value, "keywords", [k for k in value.keywords if k is not keyword])
        elif isinstance(value, ast.Subscript) and ast.unparse(value.value) == "Literal":
            return  # a type
        elif isinstance(value, ast.comprehension):
            for test in value.ifs:
                if not isinstance(test, (ast.Compare, ast.BoolOp, ast.UnaryOp)):
                    yield site(value, "ifs", [ast.UnaryOp(ast.Not(), entry) if entry is test
                                              else entry for entry in value.ifs])
        for child in ast.iter_child_nodes(value):
            if (isinstance(value, ast.JoinedStr) and isinstance(child, ast.Constant)
                    and not self._prose and _is_prose(value)):
                continue
            if isinstance(child, ast.expr):
                yield from self._values(value, child, site)
            elif isinstance(child, (ast.comprehension, ast.keyword, ast.arguments)):
                yield from self._expression(child, site)

    def _constants(self, value: object) -> Iterator[str | bytes | float]:
        if isinstance(value, bool):
            yield not value
        elif isinstance(value, (int, float)):
            yield value + 1
        elif isinstance(value, str):
            if self._prose or not _is_prose(ast.Constant(value)):
                yield f"XX{value}XX"
        elif isinstance(value, bytes):
            yield b"XX" + value + b"XX"


def _is_prose(value: ast.expr) -> bool:
    """Whether it is a string with a space in it, or one that is put together with such a part."""
    parts = value.values if isinstance(value, ast.JoinedStr) else [value]
    return any(isinstance(part, ast.Constant) and isinstance(part.value, str)
               and " " in part.value.strip("\n") for part in parts)


def _is_alias(value: ast.expr | None) -> bool:
    """Whether it is a type, such as ``dict[str, int]``."""
    return (isinstance(value, ast.Subscript) and isinstance(value.value, ast.Name)
            and value.value.id in ("Callable", "Iterator", "Literal", "Mapping", "Sequence",
                                   "dict", "list", "tuple"))


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None
