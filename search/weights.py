"""How much a word counts by where it stands and how it is meant; the same for every engine."""

EXACT = {"title": 6.0, "text": 2.0, "body": 0.6}
STEM = {"title": 4.5, "text": 1.5, "body": 0.45}
PHRASE = 1.5
PREFIX = 2.0
FUZZY = {"title": 0.2, "text": 0.1}
SYNONYM = 0.7
TIE = 0.1
"""What the places beyond the best one add, of their own score."""
