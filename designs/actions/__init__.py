"""Actions write: one verb a file. The page, the API and the command line call the same ones."""
