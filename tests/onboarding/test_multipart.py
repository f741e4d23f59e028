"""Bodies of several parts, as a program may write them: read, or refused."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from tests.factories import onboarding as make

KIND = {"content-type": "multipart/form-data; boundary=x", "accept-language": "en"}
HEAD = b'--x\r\nContent-Disposition: form-data; name="%b"\r\nContent-Type: text/plain; charset=%b\r\n\r\n'
PART = HEAD + b"\xff\xfea\r\n--x--"


@pytest.mark.parametrize("path", ["/v1/imports", "/v1/claims/photos"])
@pytest.mark.parametrize("name", [b"file", b"on_behalf_of", b"_charset_", b"anything"])
@pytest.mark.parametrize("charset", [b"zz", b"hex", b"idna", b"utf-7", b"base64_codec", b"utf-8", b"undefined"])
def test_a_part_of_any_charset_is_read_or_refused(
    client: TestClient[Litestar], farmer: make.SignedIn, path: str, name: bytes, charset: bytes
) -> None:
    answer = client.post(path, content=PART % (name, charset), headers={**farmer.headers, **KIND})
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.json()["detail"]


def test_what_is_no_file_is_told_so(client: TestClient[Litestar], farmer: make.SignedIn) -> None:
    headers = {**farmer.headers, "Accept-Language": "en"}
    two = [("file", ("a.csv", b"x", "text/csv")), ("file", ("b.csv", b"x", "text/csv"))]
    refused = client.post("/v1/imports", files=two, headers=headers).json()
    assert [(error["pointer"], error["detail"]) for error in refused["errors"]] == [("/file", "Send one file here.")]
