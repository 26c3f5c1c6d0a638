import time

import numpy as np
import pytest
from PIL import Image

from designs.mesh import camera, light, preview, raster
from tests.designs.mesh.test_glb import sphere

SIZE = 192
CUBE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]], np.float64)
SIDES = np.array(
    [[0, 2, 1], [0, 3, 2], [4, 5, 6], [4, 6, 7], [0, 1, 5], [0, 5, 4], [1, 2, 6], [1, 6, 5], [2, 3, 7], [2, 7, 6],
     [3, 0, 4], [3, 4, 7]], np.int32,
)  # fmt: skip


def box(size, at=(0, 0, 0)):
    return CUBE * size + at, SIDES


def together(*solids):
    offsets = np.cumsum([0, *(len(points) for points, _ in solids[:-1])])
    faces = [f + offset for (_, f), offset in zip(solids, offsets, strict=True)]
    return np.vstack([points for points, _ in solids]), np.vstack(faces).astype(np.int32)


def drawn(solid, size=SIZE):
    return np.asarray(preview.render(*solid, size)).astype(int)


def part_of(picture):
    """Where the orange is, not the shadow."""
    return (picture[..., 3] > 200) & (picture[..., 0] > picture[..., 2] + 10)


def brightness(picture):
    part = part_of(picture)
    return picture[..., :3].sum(axis=2)[part].mean()


def test_a_part_is_orange_on_a_ground_that_is_not_there():
    picture = drawn(box([20, 20, 20]))
    corners = picture[[0, 0, -1, -1], [0, -1, 0, -1], 3]
    assert corners.tolist() == [0, 0, 0, 0]
    red, green, blue, alpha = picture[SIZE // 2, SIZE // 2]
    assert red > 1.4 * green > 1.4 * blue
    assert alpha == 255


def test_the_shadow_is_dark_soft_and_outside_of_the_part():
    picture = drawn(box([20, 20, 20]))
    shadow = (picture[..., 3] > 12) & ~part_of(picture) & (picture[..., :3].max(axis=2) < 40)
    assert shadow.sum() > 0.02 * SIZE * SIZE
    steps = np.abs(np.diff(picture[..., 3], axis=1))
    assert steps[shadow[:, :-1] & shadow[:, 1:]].max() < 40


def test_the_sides_of_a_box_are_told_apart_and_each_is_even():
    picture = drawn(box([20, 20, 20]))[..., :3].sum(axis=2)
    middle = SIZE // 2
    faces = [picture[middle - 45, middle], picture[middle + 25, middle - 35], picture[middle + 25, middle + 35]]
    assert min(abs(a - b) for a, b in zip(faces, [*faces[1:], faces[0]], strict=True)) > 30
    assert np.ptp(picture[middle - 50 : middle - 40, middle - 5 : middle + 5]) < 20


def test_a_ball_shades_without_facets():
    picture = drawn(sphere(10))
    row = picture[SIZE // 2, SIZE // 2 - 50 : SIZE // 2 + 50, :3].sum(axis=1)
    assert np.abs(np.diff(row)).max() < 30


def test_the_same_file_always_has_the_same_picture():
    assert np.array_equal(drawn(sphere(8)), drawn(sphere(8)))


@pytest.mark.parametrize("factor", [1e-3 / 20, 1e4 / 20, 1e-9, 1e12])
def test_a_part_looks_the_same_at_every_size(factor):
    points, faces = together(box([20, 12, 8]), box([4, 4, 10], [3, 3, 8]))
    same, scaled = drawn((points, faces)), drawn((points * factor, faces))
    assert np.abs(same - scaled).mean() < 0.5


def test_a_part_far_from_the_origin_looks_the_same():
    points, faces = box([20, 12, 8])
    assert np.abs(drawn((points, faces)) - drawn((points + [1e5, -1e5, 300], faces))).mean() < 0.5


SHAPES = {
    "a sheet of 0.4 mm": box([100, 80, 0.4]),
    "a rod of a metre": box([1000, 4, 4]),
    "a rod of a metre upright": box([4, 4, 1000]),
    "a wire": box([1000, 0.05, 0.05]),
    "one triangle": (np.array([[0, 0, 0], [10, 0, 0], [0, 10, 3.0]]), np.array([[0, 1, 2]], np.int32)),
    "a flat square": (CUBE[:4] * 10, SIDES[:2]),
    "an upright square": (CUBE * 10, SIDES[4:6]),
}


@pytest.mark.parametrize("name", SHAPES)
def test_nothing_is_too_thin_to_be_seen(name):
    picture = drawn(SHAPES[name])
    part = part_of(picture) | (picture[..., 3] > 100)
    rows, columns = np.nonzero(part)
    assert max(np.ptp(rows), np.ptp(columns)) > 0.7 * SIZE
    assert rows.min() > 0
    assert columns.max() < SIZE - 1


def test_a_wire_thinner_than_a_pixel_is_not_dotted():
    picture = drawn(SHAPES["a wire"])
    columns = np.flatnonzero((picture[..., 3] > 60).any(axis=0))
    assert np.diff(columns).max() == 1


def test_an_inverted_part_looks_as_the_part():
    points, faces = together(box([20, 12, 8]), box([4, 4, 10], [3, 3, 8]))
    assert np.abs(drawn((points, faces)) - drawn((points, faces[:, ::-1]))).mean() < 1


def test_the_inside_of_an_open_part_is_darker_than_its_outside():
    points, faces = box([20, 20, 20])
    lidless = (points, np.delete(faces, [2, 3], axis=0))
    assert brightness(drawn(lidless)) < 0.85 * brightness(drawn((points, faces)))


def test_a_corner_is_darker_than_open_ground():
    plate = together(box([60, 60, 2]), box([4, 60, 30], [56, 0, 2]))
    part = preview.scene(*plate)
    up = np.array([[0, 0, 1], [0, 0, 1]], np.float32)
    low = part.points[:8]
    top = low[:, 2].max()
    width = np.ptp(low[:, 0])
    spots = np.array([[low[:, 0].min() + share * width, low[:, 1].mean(), top] for share in (0.1, 0.9)], np.float32)
    directions = light.sphere(64)
    open_, corner = light.reaching(part.points, part.faces, spots, up, directions, np.ones(64, np.float32))
    assert open_ > 0.85
    assert corner < 0.75


def test_a_flat_floor_does_not_shadow_itself():
    part = preview.scene(*box([100, 100, 1]))
    grid = np.linspace(part.points[:, 0].min() * 0.98, part.points[:, 0].max() * 0.98, 40)
    x, y = np.meshgrid(grid, grid)
    spots = np.stack([x.ravel(), y.ravel(), np.full(x.size, part.points[:, 2].max())], axis=1).astype(np.float32)
    normals = np.tile(np.array([0, 0, 1], np.float32), (len(spots), 1))
    seen = light.reaching(part.points, part.faces, spots, normals, light.sphere(64), np.ones(64, np.float32))
    assert seen.min() > 0.999


def chosen(solid):
    part = preview.scene(*solid)
    view = camera.choose(part.points, part.faces, part.normals)
    return view.azimuth, view.elevation


STUDS = [box([4, 2, 4], [x, -2, z]) for x in (4, 14, 24, 34) for z in (4, 14, 24)]


def test_a_plain_part_is_seen_from_the_usual_side():
    assert chosen(box([30, 20, 15])) == (-35.0, 30.0)


def test_a_flat_part_is_seen_more_from_above():
    assert chosen(box([100, 80, 2]))[1] == 55.0


def test_a_part_with_its_details_behind_is_turned():
    points, faces = together(box([42, 20, 32]), *STUDS)
    front = chosen((points, faces))
    behind = chosen((points * [-1, -1, 1], faces))
    assert abs(front[0]) == 35.0
    assert abs(behind[0]) == 145.0


def test_a_small_change_leaves_the_camera_where_it_was():
    points, faces = together(box([42, 20, 32]), *STUDS)
    assert chosen((points, faces)) == chosen(together((points, faces), box([3, 3, 3], [20, 10, 32])))


def test_the_shadows_may_be_thrown_by_a_simpler_part():
    whole, simple = sphere(40), sphere(16)
    picture = np.asarray(preview.render(*whole, SIZE, simple=simple)).astype(int)
    assert np.abs(picture - drawn(whole)).mean() < 2


def test_a_prism_of_twelve_sides_is_round_and_one_of_eight_is_not():
    for sides, smooth in ((12, True), (8, False)):
        turn = 2 * np.pi * np.arange(sides) / sides
        ring = np.stack([np.cos(turn), np.sin(turn)], axis=1)
        points = np.vstack([np.c_[ring, np.zeros(sides)], np.c_[ring, np.ones(sides)]])
        i, j = np.arange(sides), (np.arange(sides) + 1) % sides
        faces = np.vstack([np.c_[i, j, j + sides], np.c_[i, j + sides, i + sides]]).astype(np.int32)
        part = preview.scene(points, faces)
        bent = np.abs(part.smooth - part.normals[:, None]).max()
        assert (bent > 0.2) == smooth


def test_thousands_of_overlapping_sheets_do_not_hold_a_worker():
    random = np.random.default_rng(5)
    points = random.normal(size=(90_000, 3))
    faces = np.arange(90_000).reshape(-1, 3).astype(np.int32)
    start = time.perf_counter()
    picture = preview.render(points, faces, SIZE)
    assert time.perf_counter() - start < 10
    assert np.asarray(picture)[..., 3].max() == 255


def test_a_triangle_covers_each_pixel_centre_within_it_once():
    x = np.array([0, 10, 10, 0], np.float32)
    y = np.array([0, 0, 10, 10], np.float32)
    depth, which = np.full((10, 10), np.inf, np.float32), np.full((10, 10), -1, np.int32)
    raster.fill(x, y, np.array([1, 1, 3, 3], np.float32), np.array([[0, 1, 2], [0, 2, 3]], np.int32), depth, which)
    assert (which >= 0).all()
    assert depth[:, 0] == pytest.approx(1 + (np.arange(10) + 0.5) / 5)


def test_both_pictures_are_saved_small_and_without_metadata(tmp_path):
    preview.save(preview.render(*sphere(16)), tmp_path)
    for size in (1024, 256):
        path = tmp_path / f"preview-{size}.webp"
        with Image.open(path) as picture:
            assert picture.size == (size, size)
            assert picture.mode == "RGBA"
            assert not {"exif", "icc_profile", "xmp"} & set(picture.info)
        assert path.stat().st_size < size * 100
