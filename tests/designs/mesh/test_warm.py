"""No visitor waits for a compiler: what a child of the sandbox runs was compiled before it was forked."""

import subprocess
import sys
from pathlib import Path

import pytest
from numba.core import event

from designs.mesh import sandbox, warm, work
from tests import solids

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def warmed():
    warm.main()


@pytest.mark.parametrize("drop", [0, 1])
def test_a_file_compiles_nothing_once_the_worker_is_warm(warmed, tmp_path, drop):
    contents = {"a.stl": solids.box(drop=drop), "b.stl": solids.box((30.0, 20.0, 12.0))}
    paths = [str(tmp_path / name) for name in contents if (tmp_path / name).write_bytes(contents[name])]
    asked = {"folder": str(tmp_path), "pictures": True, "quick": False, "format": "stl", "formats": ["stl", "stl"]}
    compiled = []

    class Listener(event.Listener):
        def on_start(self, found):
            compiled.append(str(found.data.get("dispatcher", found)))

        def on_end(self, found):
            pass

    with event.install_listener("numba:compile", Listener()):
        for task in ("analyse", "compare", "repair"):
            assert list(work.do({**asked, "task": task, "paths": paths}))
    assert compiled == []


HEAVY = ("scipy", "trimesh", "embreex", "manifold3d", "igl", "PIL", "DracoPy", "fast_simplification", "lxml", "ezdxf")


def test_a_lean_worker_loads_none_of_the_libraries_of_the_slow_facts():
    program = (
        "import sys; from designs.mesh import warm; before = set(sys.modules); warm.lean(); "
        f"print(*[name for name in {HEAVY} if name in set(sys.modules) - before])"
    )
    root = Path(warm.__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_lean_set_is_warmed_from_the_command_line():
    root = Path(warm.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-m", "designs.mesh.warm", "--lean"], cwd=root, capture_output=True, check=True
    )
    assert done.stderr == b""


def test_a_lean_worker_measures_what_a_full_one_does(tmp_path):
    path = tmp_path / "a.stl"
    path.write_bytes(solids.box((30.0, 20.0, 12.0)))
    with sandbox.Warm(lean=True) as lean, sandbox.Warm() as full:
        for quick in (True, False):
            out = None if quick else tmp_path
            found = [worker.measure(path, "stl", out=out, quick=quick) for worker in (lean, full)]
            assert found[0].facts == found[1].facts
            assert set(found[0].pictures) == set(found[1].pictures)
        assert {"wall_min_mm", "orientations", "descriptor"} <= set(found[0].facts)
