"""Worker as of `celery -A workers.celery_app worker`, without Celery's command line, whose import takes a second.

`python -m agrimarket.embedded.worker CONCURRENCY`
"""

import importlib
import sys
from typing import Any

if __name__ == "__main__":
    app: Any = importlib.import_module("workers.celery_app").app
    worker = app.Worker(
        pool_cls="prefork",
        concurrency=int(sys.argv[1]),
        loglevel="INFO",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    sys.exit(worker.exitcode)
