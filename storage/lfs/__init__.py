"""Git LFS: pointers, the batch answer, transfers and locks. Never looks up a project: the view decides who may."""
