"""python -m designs.mesh [--quick] [--profile NAME] FILE...: one JSON line a file.

With --quick, what needs no rays, no search for the best orientation and no picture. All files go through one warm
process, each in a child of its own. The exit status is 0, 1 when any file was refused, 2 for what cannot be asked.
"""

import json
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from designs.mesh import formats, sandbox


def _line(warm: sandbox.Warm, name: str, quick: bool, profile: str) -> dict[str, object]:
    kind = formats.format_of(name)
    if not Path(name).is_file():
        return {"file": name, "error": "there is no such file"}
    if kind is None:
        return {"file": name, "error": "no reader for this kind of file"}
    outcome = warm.measure(Path(name), kind, quick=quick)
    if outcome.refusal:
        return {"file": name, "error": outcome.refusal.sentence, "code": outcome.refusal.code}
    from designs.mesh import profiles, verdicts

    facts = outcome.facts or {}
    machine = verdicts.machine_for(kind, profiles.PROFILES[profile])
    found = verdicts.verdict(facts, machine)
    if found is None:
        return {"file": name, **facts}
    return {"file": name, **facts, "profile": machine.key, **asdict(found)}


def _asked(arguments: Sequence[str]) -> tuple[list[str], bool, str]:
    from designs.mesh import profiles

    about, _, more = (__doc__ or "").partition("\n\n")
    parser = ArgumentParser("python -m designs.mesh", description=about, epilog=more)
    parser.formatter_class = RawDescriptionHelpFormatter
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--quick", action="store_true", help="fewer facts, sooner")
    keys = sorted(profiles.PROFILES)
    parser.add_argument(
        "--profile", choices=keys, default=profiles.DEFAULT_FDM.key, metavar="NAME", help=f"one of {', '.join(keys)}"
    )
    found = parser.parse_args(arguments)
    return found.files, found.quick, found.profile


def main(arguments: Sequence[str]) -> int:
    """Print the facts, the grade and the findings of each file; 1 when any was refused."""
    files, quick, profile = _asked(arguments)
    failed = 0
    with sandbox.Warm(lean=quick) as warm:
        for name in files:
            line = _line(warm, name, quick, profile)
            failed += "error" in line
            sys.stdout.write(json.dumps(line) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
