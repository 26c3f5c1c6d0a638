"""Records in strangers' files: JSON, JSON lines or YAML. Knows no model."""

import json
import math
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import yaml

from fablab.okw.terms import fold
from fablab.okw.values import UnreadError, shown

LISTS = frozenset("labs facilities manufacturingfacilities manufacturingfacility items results data records".split())
DEEPEST = 40


class _Plain(yaml.SafeLoader):
    """YAML without aliases: a few lines of them may stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse an alias, go on with all else."""
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)


def records(text: str, *, is_yaml: bool = False) -> Iterator[tuple[int, Any]]:
    """(line or number, record) of a file, from 1; a line that is no JSON gives an UnreadError in its record's place.

    Raises UnreadError where the whole cannot be read.
    """
    text = text.removeprefix("\ufeff")
    if is_yaml:
        yield from _listed(_tidied(_yaml(text)))
        return
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
        if not any(line.lstrip().startswith("{") for _number, line in lines[:20]):
            yield from _listed(_tidied(_yaml(text)))
            return
        yield from ((number, _line(line)) for number, line in lines)
    else:
        yield from _listed(_tidied(whole))


def _yaml(text: str) -> Any:
    try:
        return yaml.load(text, Loader=_Plain)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError) as wrong:
        raise UnreadError(str(wrong).splitlines()[0][:200]) from wrong


def _line(line: str) -> Any:
    try:
        return _tidied(json.loads(line))
    except (ValueError, RecursionError) as wrong:
        return UnreadError(str(wrong)[:200])


def _listed(whole: Any) -> Iterator[tuple[int, Any]]:
    if isinstance(whole, dict):
        inner = next((one for name, one in whole.items() if fold(str(name)) in LISTS and isinstance(one, list)), None)
        whole = [whole] if inner is None else inner
    if not isinstance(whole, list):
        raise UnreadError(shown(whole))
    yield from enumerate(whole, 1)


def _tidied(value: Any, depth: int = 0) -> Any:
    """The same with dates as words and nothing that JSON cannot say. Raises UnreadError where it is too deep."""
    if depth > DEEPEST:
        raise UnreadError("too deep")
    if isinstance(value, dict):
        return {str(name): _tidied(one, depth + 1) for name, one in value.items()}
    if isinstance(value, list):
        return [_tidied(one, depth + 1) for one in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
