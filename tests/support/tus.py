"""A tus client, as far as the tests need one."""

import base64

from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient

from tests.factories.onboarding import SignedIn

Client = TestClient[Litestar]


def begin(
    client: Client, who: SignedIn, of: str, length: int, name: str = "a.jpg", *, kind: str = "application"
) -> Response:
    """Ask for an upload of `length` bytes for the application, or for the `kind`, with the id `of`."""
    pairs = {"filename": name, kind: of}
    metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())
    headers = {**who.headers, "Tus-Resumable": "1.0.0", "Upload-Length": str(length), "Upload-Metadata": metadata}
    return client.post("/v1/documents", headers=headers)


def send(client: Client, who: SignedIn, path: str, offset: int, chunk: bytes) -> Response:
    """Send the next bytes."""
    kind = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)}
    return client.patch(path, content=chunk, headers={**who.headers, "Tus-Resumable": "1.0.0", **kind})


def whole(
    client: Client, who: SignedIn, of: str, content: bytes, name: str = "a.jpg", *, kind: str = "application"
) -> tuple[str, Response]:
    """Upload a file in one go; returns its address and the answer to the last byte."""
    path = begin(client, who, of, len(content), name, kind=kind).headers["location"]
    return path, send(client, who, path, 0, content)
