"""Measure files with the same kernel in the same sandbox as the site, without a database."""

import json
import shutil
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from PIL import Image

from designs import words
from designs.mesh import formats, printability, sandbox
from designs.mesh.types import Facts, Finding, Outcome, Refusal


class Command(BaseCommand):
    """A report for people, or one JSON object a line. A bad file does not stop the rest; exit 1 if any failed."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Files, and how to tell."""
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--json", action="store_true", help="one JSON object a line, in the order of the files")
        parser.add_argument("--quick", action="store_true", help="leave out what is slow")
        parser.add_argument("--preview", metavar="OUT.png", type=Path, help="draw the picture; with one file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure each file."""
        preview: Path | None = options["preview"]
        if preview and len(options["files"]) != 1:
            raise CommandError("--preview goes with one file.")
        failed = False
        for name in options["files"]:
            with tempfile.TemporaryDirectory(prefix="partage-inspect-") as folder:
                outcome = _measure(Path(name), Path(folder) if preview else None, quick=options["quick"])
                if preview and "preview-1024" in outcome.pictures:
                    _save(outcome.pictures["preview-1024"], preview)
            if outcome.refusal or outcome.facts is None:
                failed = True
                self._refused(name, outcome.refusal, as_json=options["json"])
            else:
                self._told(name, outcome.facts, as_json=options["json"])
        if failed:
            raise SystemExit(1)

    def _refused(self, name: str, refusal: Refusal | None, *, as_json: bool) -> None:
        sentence = refusal.sentence if refusal else "nothing could be measured"
        self.stderr.write(f"{name}: {sentence}")
        if as_json:
            self.stdout.write(json.dumps({"file": name, "error": sentence}))

    def _told(self, name: str, facts: Facts, *, as_json: bool) -> None:
        findings = printability.judge(facts).findings if facts.get("triangles") else ()
        if as_json:
            told = {"file": name, **facts, "findings": [_finding(found) for found in findings]}
            self.stdout.write(json.dumps(told, allow_nan=False))
            return
        self.stdout.write(self.style.MIGRATE_HEADING(name))
        rows = words.facts(facts)
        wide = max((len(label) for label, _ in rows), default=0)
        for label, value in rows:
            self.stdout.write(f"  {label:<{wide}}  {value}")
        marks = {"ok": "✓", "info": "·", "warning": "!", "error": "×"}
        for found in findings:
            said = words.finding(found)
            self.stdout.write(f"  {marks.get(found.severity, '·')} {said.title}: {said.sentence} {said.advice}".rstrip())
        for warning in facts.get("warnings", []):
            self.stdout.write(f"  ! {warning}")


def _measure(file: Path, out: Path | None, *, quick: bool) -> Outcome:
    kind = formats.format_of(file.name)
    if not file.is_file():
        return Outcome(None, Refusal("missing", "there is no such file"))
    if kind is None:
        return Outcome(None, Refusal("unknown-format", "no reader for files of this name"))
    return sandbox.measure(file, kind, out=out, quick=quick)


def _finding(found: Finding) -> dict[str, Any]:
    return {
        "code": found.code,
        "severity": found.severity,
        "message": words.finding(found).sentence,
        "value": found.value,
        "limit": found.limit,
        "unit": found.unit,
    }


def _save(picture: Path, target: Path) -> None:
    if target.suffix.lower() == ".webp":
        shutil.copyfile(picture, target)
        return
    with Image.open(picture) as image:
        image.save(target)
