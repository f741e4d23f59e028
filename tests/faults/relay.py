"""The relay, with the fault tests' subscriptions."""

import tests.faults.handlers  # noqa: F401  # registers them
from workers.relay import main

if __name__ == "__main__":
    main()
