"""python -m designs.mesh [--quick] FILE...: one JSON line a file.

With --quick, what needs no rays, no search for the best orientation and no picture. All files go through one warm
process, each in a child of its own.
"""

import json
import sys
from dataclasses import fields
from pathlib import Path

from designs.mesh import formats, sandbox

QUICK = "--quick"


def _line(warm: sandbox.Warm, name: str, quick: bool) -> dict[str, object]:
    kind = formats.format_of(name)
    if kind is None or not Path(name).is_file():
        return {"file": name, "error": "no such file, or no reader for it"}
    outcome = warm.measure(Path(name), kind, quick=quick)
    if outcome.refusal:
        return {"file": name, "error": outcome.refusal.sentence}
    from designs.mesh import printability
    from designs.mesh.types import Finding

    facts = outcome.facts or {}
    told = [field.name for field in fields(Finding)]
    findings = printability.judge(facts).findings if "triangles" in facts else ()
    return {"file": name, **facts, "findings": [{key: getattr(found, key) for key in told} for found in findings]}


def main(arguments: list[str]) -> int:
    """Print the facts and findings of each file; 1 when any was refused."""
    quick = QUICK in arguments
    failed = 0
    with sandbox.Warm(lean=quick) as warm:
        for name in arguments:
            if name != QUICK:
                line = _line(warm, name, quick)
                failed += "error" in line
                sys.stdout.write(json.dumps(line) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
