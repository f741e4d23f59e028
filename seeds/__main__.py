"""`python -m seeds`."""

import sys

from seeds import load_all

if __name__ == "__main__":
    load_all(lambda line: print(line, file=sys.stdout, flush=True))
