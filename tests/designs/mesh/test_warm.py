"""No visitor waits for a compiler: what a child of the sandbox runs was compiled before it was forked."""

import pytest
from numba.core import event

from designs.mesh import warm, work
from tests import solids


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
