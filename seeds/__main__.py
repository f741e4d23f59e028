"""Command `python -m seeds`: loads every seed set into the configured database."""

import sys

from seeds import load_all

if __name__ == "__main__":
    load_all(lambda line: print(line, file=sys.stdout, flush=True))
