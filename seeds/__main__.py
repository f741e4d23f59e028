"""Command `python -m seeds`: loads every seed set into the configured database."""

import sys

from agrimarket.guard import settings_or_exit
from agrimarket.kernel.logs import configure_logs
from seeds import load_all

if __name__ == "__main__":
    configure_logs(settings_or_exit(), for_a_person=True)
    load_all(lambda line: print(line, file=sys.stdout, flush=True))
