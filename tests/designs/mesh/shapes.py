"""Solids made by code, as surfaces: what the tests of the kernel measure."""

import numpy as np
import trimesh

from designs.mesh.types import Surface


def surface(*solids):
    """One surface of trimesh or manifold3d solids, not welded to one another."""
    points, faces, offset = [], [], 0
    for solid in solids:
        if hasattr(solid, "to_mesh"):
            mesh = solid.to_mesh()
            solid = trimesh.Trimesh(mesh.vert_properties[:, :3], mesh.tri_verts, process=False)
        points.append(np.array(solid.vertices, np.float64))
        faces.append(np.array(solid.faces, np.int32) + np.int32(offset))
        offset += len(solid.vertices)
    return Surface(np.vstack(points), np.vstack(faces))


def box(*size, at=(0.0, 0.0, 0.0)):
    """A box from the corner `at`."""
    mesh = trimesh.creation.box(size)
    mesh.apply_translation(np.array(size) / 2.0 + at)
    return mesh


def block(x, y, z, to_x, to_y, to_z):
    """A box for booleans, by two corners."""
    from manifold3d import Manifold

    return Manifold.cube([to_x - x, to_y - y, to_z - z]).translate([x, y, z])


def rod(diameter, height, sides, at=(0.0, 0.0, 0.0)):
    """A cylinder for booleans, standing on `at`."""
    from manifold3d import Manifold

    return Manifold.cylinder(height, diameter / 2.0, diameter / 2.0, sides).translate(list(at))


def ball(radius, inside_out=False):
    """A sphere of 20,480 triangles."""
    mesh = trimesh.creation.icosphere(5, radius=radius)
    if inside_out:
        mesh.invert()
    return mesh
