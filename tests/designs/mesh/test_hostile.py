"""Files made to do harm end in facts or in one sentence, in 10 s and 1 GiB, whatever the format."""

import time

import pytest

from designs.mesh import sandbox
from designs.mesh.load import scad
from tests.designs.mesh import nasty

pytestmark = pytest.mark.process

FATAL = {"crashed", "timeout", "out-of-memory", "output-too-large", "abandoned"}
CODES = {
    "stl-of-4-billion": "not-stl",
    "stl-nan": "non-finite",
    "stl-inf": "non-finite",
    "stl-1e38": "non-finite",
    "stl-ascii-nan": "non-finite",
    "gzip-bomb": "unpacks-too-large",
    "obj-absurd-index": "bad-index",
    "obj-far-negative-index": "bad-index",
    "obj-index-nought": "bad-index",
    "3mf-entities": "xml-dtd",
    "3mf-entity-of-a-file": "xml-dtd",
    "3mf-cycle": "component-cycle",
    "3mf-zip-bomb": "unpacks-too-large",
    "3mf-million-items": "unpacks-too-large",
    "gltf-outside": "outside-target",
    "gltf-of-the-web": "outside-target",
    "amf-entities": "xml-dtd",
    "svg-entities": "xml-dtd",
    "dxf-many": "too-complex",
    "svg-longer-path": "too-complex",
    "png-of-400-megapixels": "too-many-pixels",
}
MEASURED = {"stl-equal": 200_000, "stl-equal-cubes": 120_000, "stl-spine": 100_000, "off-equal": 300_000,
            "stl-soup": 20_000, "obj-polygon": 59_998, "3mf-ten-thousand-in-one-place": 40_000}  # fmt: skip


@pytest.fixture(scope="module")
def warm(tmp_path_factory):
    with sandbox.Warm() as process:
        path = tmp_path_factory.mktemp("first") / "cube.stl"
        path.write_bytes(nasty.stl(nasty.box()))
        process.measure(path, "stl", out=path.parent)
        yield process


@pytest.mark.parametrize("name", sorted(nasty.FILES))
def test_a_file_made_to_do_harm_ends_in_facts_or_in_a_sentence(warm, tmp_path, name):
    kind, make = nasty.FILES[name]
    path = tmp_path / f"part.{kind}"
    path.write_bytes(make())
    begun = time.monotonic()
    outcome = warm.measure(path, kind, out=tmp_path)
    assert time.monotonic() - begun < (scad.WALL_SECONDS + 2 if kind == "scad" else 10)
    if outcome.refusal:
        assert outcome.refusal.code not in FATAL
        assert "\n" not in outcome.refusal.sentence
        assert 5 < len(outcome.refusal.sentence) < 200
    else:
        assert not [words for words in outcome.facts["warnings"] if words.startswith("not all was measured")]
    if name in CODES:
        assert outcome.refusal.code == CODES[name]
    if name in MEASURED:
        assert outcome.facts["triangles"] == MEASURED[name]
        assert {"preview-1024", "model"} <= set(outcome.pictures)


def test_versions_whose_faces_lie_upon_one_another_are_refused_at_once(warm, tmp_path):
    before, after = tmp_path / "before.stl", tmp_path / "after.stl"
    before.write_bytes(nasty.stl(nasty.soup(20_000)))
    after.write_bytes(nasty.stl(nasty.soup(20_000, seed=2)))
    begun = time.monotonic()
    outcome = warm.compare(before, "stl", after, "stl", tmp_path)
    assert time.monotonic() - begun < 10
    assert outcome.refusal.code == "too-complex"
    assert warm.compare(before, "stl", before, "stl", tmp_path).facts["same_shape"]
