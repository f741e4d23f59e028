"""The mailbox as the supervisor runs it. `AGRIMARKET_MAILBOX_DB` names its SQLite file."""

import os
from pathlib import Path

from agrimarket.embedded.mailbox.handlers import create_app

app = create_app(Path(os.environ["AGRIMARKET_MAILBOX_DB"]))
