"""Finding designs: what is asked, who may read the answer, and what search is told of a project."""
