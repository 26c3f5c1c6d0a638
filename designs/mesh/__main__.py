"""python -m designs.mesh FILE...: one JSON line a file."""

import json
import sys
from pathlib import Path

from designs.mesh import formats, printability, sandbox


def main(names: list[str]) -> int:
    """Print the facts and findings of each file; 1 when any was refused."""
    failed = 0
    with sandbox.Warm() as warm:
        for name in names:
            kind = formats.format_of(name)
            if kind is None or not Path(name).is_file():
                line: dict[str, object] = {"file": name, "error": "no such file, or no reader for it"}
            else:
                outcome = warm.measure(Path(name), kind)
                line = {"file": name}
                if outcome.refusal:
                    line["error"] = outcome.refusal.sentence
                else:
                    facts = outcome.facts or {}
                    findings = printability.judge(facts).findings if "triangles" in facts else ()
                    line |= {**facts, "findings": [vars(finding) for finding in findings]}
            failed += "error" in line
            sys.stdout.write(json.dumps(line) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
