"""Actions on people and organisations: one verb a file."""
