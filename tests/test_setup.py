"""The one command, the locks and the papers around the code."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import polib
import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parent.parent
PARTAGE = ROOT / "partage"


@pytest.fixture
def script(tmp_path, monkeypatch):
    """The script's functions, working in a checkout of their own."""
    module = runpy.run_path(str(PARTAGE))
    inside = module["main"].__globals__
    monkeypatch.setitem(inside, "ROOT", tmp_path)
    monkeypatch.setitem(inside, "VENV", tmp_path / ".venv")
    (tmp_path / ".venv").mkdir()
    return inside


def say(*arguments):
    return subprocess.run([sys.executable, "-S", PARTAGE, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["run", "--help"]])
def test_help_tells_every_verb_and_option_and_sets_nothing_up(arguments):
    told = say(*arguments)
    assert told.returncode == 0
    for word in ("run", "test", "manage", "upgrade", "--host", "--port", "--data", "--no-demo", "--services"):
        assert word in told.stdout


def test_an_unknown_verb_is_refused_with_the_help_on_stderr():
    told = say("fly")
    assert (told.returncode, told.stdout) == (2, "")
    assert "no such command: fly" in told.stderr


def test_the_script_imports_nothing_beyond_the_standard_library():
    imported = set(re.findall(r"^(?:from|import) (\w+)", PARTAGE.read_text(), re.MULTILINE))
    assert imported <= sys.stdlib_module_names


def test_a_step_runs_again_only_when_its_inputs_or_its_product_are_gone(script, tmp_path):
    lock, product, runs = tmp_path / "lock", tmp_path / "product", []

    def work():
        runs.append(1)
        product.mkdir(exist_ok=True)

    def step():
        script["once"](".step", [lock], work, there=product)
        return len(runs)

    lock.write_text("a")
    assert [step(), step()] == [1, 1]
    lock.write_text("b")
    assert [step(), step()] == [2, 2]
    product.rmdir()
    assert [step(), step()] == [3, 3]


def test_a_step_that_fails_is_tried_again_at_the_next_start(script):
    with pytest.raises(ZeroDivisionError):
        script["once"](".step", ["input"], lambda: 1 / 0)
    runs = []
    script["once"](".step", ["input"], lambda: runs.append(1))
    assert runs == [1]


def test_every_locked_package_has_a_hash_and_no_host_is_named():
    for name in ("run", "test", "node"):
        blocks = re.split(r"\n(?=\S)", (ROOT / "requirements" / f"{name}.txt").read_text().strip())
        assert [block for block in blocks if "--hash=sha256:" not in block and not block.startswith("#")] == []
        assert "://" not in "".join(blocks)
    assert "resolved" not in (ROOT / "package-lock.json").read_text()


def test_every_environment_variable_that_the_settings_read_is_documented():
    settings = (ROOT / "config/settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"(PARTAGE_\w+)"', settings))
    listed = set(re.findall(r"^\| `(PARTAGE_\w+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert listed == read
    told = (ROOT / "docs/configuration.md").read_text()
    assert {name for name in read if name not in told} == set()


def test_every_variable_that_the_script_and_the_tests_read_is_documented():
    sources = [PARTAGE, *(ROOT / "tests").rglob("*.py"), *(ROOT / "jobs").rglob("*.py")]
    read = {
        name
        for path in sources
        for name in re.findall(r'(?:environ(?:\.get)?[\[(]|getenv\()\s*"(PARTAGE_\w+)"', path.read_text())
    }
    readme = (ROOT / "README.md").read_text()
    assert {name for name in read if f"`{name}`" not in readme} == set()


def test_nobody_reads_french_pages_in_english():
    done = subprocess.run(
        [sys.executable, "tools/messages.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_translations_keep_the_placeholders_of_their_messages():
    wrong = []
    for entry in polib.pofile(str(ROOT / "locale/fr/LC_MESSAGES/django.po")):
        wanted = set(re.findall(r"%\(\w+\)[sd]", entry.msgid + (entry.msgid_plural or "")))
        for translation in [entry.msgstr] if not entry.msgid_plural else entry.msgstr_plural.values():
            if not set(re.findall(r"%\(\w+\)[sd]", translation)) <= wanted:
                wrong.append(entry.msgid)
    assert wrong == []


def test_the_data_option_moves_everything_that_the_site_stores(tmp_path):
    code = (
        "from django.conf import settings as s; print(s.DATABASES['default']['NAME'], s.REPOSITORIES_DIR, s.MEDIA_ROOT)"
    )
    env = {**os.environ, "PARTAGE_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    env.pop("PARTAGE_DATABASE_URL", None)
    told = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, env=env, text=True).split()
    assert [Path(path).is_relative_to(tmp_path) for path in told] == [True] * 3
