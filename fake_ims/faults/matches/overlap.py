"""Decide whether a glob can match a path of a template."""

from __future__ import annotations

import re
from functools import cache, lru_cache

_ANY = "*"  # any text
_ONE = "?"  # any one character
_LETTER = "{1}"  # one character of a segment
_LETTERS = "{*}"  # the rest of a segment, possibly empty


@lru_cache(maxsize=1024)
def may_fit(glob: str, template: str) -> bool:
    """Return whether the glob can match a path of the template (``/v2/images/{image_id}``).

    A character set (``[ab]``) counts as any character. So the result can be True for a glob that is
    too narrow, but it is never False for one that matches.
    """
    left: list[str] = re.findall(r"\[[^]]+\]|.", glob)
    left = [_ONE if len(token) > 1 else token for token in left]
    right: list[str] = []
    for token in re.findall(r"\{\w+\}|.", template):
        right += (_LETTER, _LETTERS) if len(token) > 1 else (token,)

    @cache
    def meet(i: int, j: int) -> bool:
        if i == len(left):
            return all(token == _LETTERS for token in right[j:])
        if left[i] == _ANY:
            return meet(i + 1, j) or (j < len(right) and meet(i, j + 1))
        if j == len(right):
            return False
        if right[j] == _LETTERS:
            return meet(i, j + 1) or (left[i] != "/" and meet(i + 1, j))
        if right[j] == _LETTER:
            return left[i] != "/" and meet(i + 1, j + 1)
        return left[i] in (_ONE, right[j]) and meet(i + 1, j + 1)

    return meet(0, 0)
