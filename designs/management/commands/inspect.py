"""Measure files on this computer, without a database: `manage.py inspect FILE… [--profile NAME] [--json]`."""

import json
import shutil
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from designs import words
from designs.mesh import formats, profiles, sandbox, verdicts
from designs.mesh.profiles import DEFAULT_FDM, Profile
from designs.mesh.verdicts import machine_for


class Command(BaseCommand):
    """Facts and findings of files, for people or, with --json, one object a line."""

    help = "Measure files: what they are, how large, and whether they can be made on a machine."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Files and how to tell."""
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")
        parser.add_argument("--quick", action="store_true", help="facts only, fewer of them")
        parser.add_argument("--preview", metavar="OUT", help="write the picture of the last file here")
        parser.add_argument(
            "--profile",
            metavar="NAME",
            choices=sorted(profiles.PROFILES),
            default=DEFAULT_FDM.key,
            help=f"the machine to check for: {', '.join(profiles.PROFILES)}",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure each file in turn; a bad one is told on stderr and makes the exit status 1."""
        failed = False
        profile = profiles.named(options["profile"])
        for name in options["files"]:
            found = inspect(Path(name), quick=options["quick"], preview=options["preview"], profile=profile)
            if "error" in found:
                failed = True
                self.stderr.write(f"{name}: {found['error']}")
            if options["json"]:
                self.stdout.write(json.dumps({"file": name, **found}, allow_nan=False))
            elif "error" not in found:
                self.stdout.write(_report(name, found, profile))
        if failed:
            raise SystemExit(1)


def inspect(
    path: Path, *, quick: bool = False, preview: str | None = None, profile: Profile = DEFAULT_FDM
) -> dict[str, Any]:
    """Facts with findings of one file for a profile, or {"error": sentence, "code": of the refusal}."""
    kind = formats.format_of(path.name)
    if not path.is_file():
        return {"error": "there is no such file"}
    if kind is None:
        return {"error": "no reader for this kind of file"}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) if preview else None
        outcome = sandbox.measure(path, kind, out=out, quick=quick)
        if preview and (picture := outcome.pictures.get("preview-1024")):
            _save(picture, Path(preview))
    if outcome.facts is None:
        refused = outcome.refusal
        return {"error": refused.sentence, "code": refused.code} if refused else {"error": "it could not be measured"}
    facts = outcome.facts
    profile = machine_for(kind, profile)
    verdict = verdicts.verdict(facts, profile)
    return {
        **facts,
        "profile": profile.key,
        "grade": verdict.grade if verdict else None,
        "findings": [_told(one) for one in verdict.findings] if verdict else [],
    }


def _told(found: Any) -> dict[str, Any]:
    told = words.finding(found)
    return {
        "code": told.code,
        "severity": told.severity,
        "message": f"{told.title}{'' if told.title.endswith('?') else '.'} {told.sentence}",
        "advice": told.advice,
        "value": found.value,
        "limit": found.limit,
        "unit": found.unit,
    }


def _save(picture: Path, target: Path) -> None:
    if target.suffix.lower() == ".webp":
        shutil.copyfile(picture, target)
        return
    from PIL import Image

    with Image.open(picture) as image:
        image.save(target)


def _report(name: str, found: dict[str, Any], profile: Profile) -> str:
    rows = [f"{label:<24}{value}" for label, value in words.facts(found, profile)]
    checks = []
    for one in found["findings"]:
        checks.append(f"{one['severity']:<9}{one['message']}")
        if one["advice"] and one["severity"] != "ok":
            checks.append(f"{'':<9}{one['advice']}")
    verdict = "no verdict"
    if found["grade"]:
        machine = profiles.named(found["profile"])
        verdict = f"{words.grade(found['grade'], machine.process)}. {words.profile_name(machine)}"
    head = f"{name} ({found.get('format', '')}): {verdict}"
    return "\n  ".join([head, *rows, *checks]) + "\n"
