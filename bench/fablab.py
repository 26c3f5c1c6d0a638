"""Measurements of labs: `race` over one slot, `match` designs with machines, `week` of a busy lab.

Run from the root: .venv/bin/python bench/fablab.py race|match|week [OPTIONS]. Each says in its file what it measures:
race and week in fablab_booking.py, match in fablab_match.py.
"""

import runpy
import sys
from pathlib import Path

FILES = {"race": "fablab_booking.py", "week": "fablab_booking.py", "match": "fablab_match.py"}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in FILES:
        sys.exit(__doc__)
    runpy.run_path(str(Path(__file__).with_name(FILES[sys.argv[1]])), run_name="__main__")
