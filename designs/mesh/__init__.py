"""The kernel: facts, pictures and verdicts of meshes and drawings. Knows no Django."""

KERNEL_VERSION = 1
