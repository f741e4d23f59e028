"""The sandbox as the supervisor runs it, configured by the environment."""

import os

from agrimarket.embedded.stripe_sandbox import create_sandbox

app = create_sandbox(
    database=os.environ["AGRIMARKET_SANDBOX_DB"],
    secret_key=os.environ["AGRIMARKET_STRIPE_API_KEY"],
    webhook_url=os.environ.get("AGRIMARKET_SANDBOX_WEBHOOK_URL") or None,
    webhook_secret=os.environ.get("AGRIMARKET_STRIPE_WEBHOOK_SECRET", ""),
)
