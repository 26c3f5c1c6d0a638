"""Copy a site away while people write, and put it back: the database, then refs, then objects, then blobs."""
