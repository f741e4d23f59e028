"""Row 30: photos and workbooks that are small as files and huge in memory, many at once."""

import io
import threading
import time
import zipfile
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from PIL import Image

from agrimarket.integrations import sheets
from agrimarket.onboarding.imports import columns
from tests.factories import accounts
from tests.factories import imports as make
from tests.factories.regions import load_tree
from tests.faults.figures import figure
from tests.support.running import Child, Running

PHOTOS = 16
MEGABYTES = 1 << 20
FLAT = 100
"""Megabytes by which the API may grow: what sixteen bodies and answers take."""


def _resident(pids: list[int]) -> int:
    """Megabytes of memory that the processes hold."""
    total = 0
    for pid in pids:
        with suppress(OSError, IndexError):
            total += int(Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()[0]) // 1024
    return total


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _apart(pids: list[int]) -> list[int]:
    """Processes in which files are opened: the server of each API process, and what it forked."""
    servers = [
        child for pid in pids for thread in Path(f"/proc/{pid}/task").iterdir() for child in _children_of(pid, thread)
    ]
    return [*servers, *(child for server in servers for child in _children(server))]


def _children_of(pid: int, thread: Path) -> list[int]:
    with suppress(OSError):
        return [int(each) for each in (thread / "children").read_text().split() if int(each) != pid]
    return []


@dataclass
class Watch:
    """Memory of the API and of its processes apart, in megabytes, and how long somebody else waited for an answer."""

    api: list[int] = field(default_factory=list[int])
    apart: list[int] = field(default_factory=list[int])
    waits: list[float] = field(default_factory=list[float])


@contextmanager
def _watched(system: Running, api: Child) -> Generator[Watch]:
    """Look at the API, and ask it something else, until the block ends."""
    watch, over = Watch(), threading.Event()
    workers = api.pool()

    def look() -> None:
        while not over.wait(0.02):
            watch.api.append(_resident(workers))
            watch.apart.append(_resident(_apart(workers)))

    def ask() -> None:
        while not over.wait(0.05):
            started = time.perf_counter()
            assert httpx.get(f"http://127.0.0.1:{system.port}/v1/products", timeout=30).status_code == 200
            watch.waits.append(time.perf_counter() - started)

    with ThreadPoolExecutor(2) as threads:
        threads.submit(look)
        asking = threads.submit(ask)
        try:
            yield watch
        finally:
            over.set()
            asking.result()


def _storm() -> bytes:
    """A PNG of 190 kB that is 49 megapixels of RGBA, and is turned by its EXIF."""
    exif, buffer = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6
    Image.new("RGBA", (7_000, 7_000), (200, 30, 40, 255)).save(buffer, "PNG", exif=exif)
    return buffer.getvalue()


def _fonts() -> bytes:
    """A workbook of 50 kB with millions of fonts."""
    packed = sheets.write_xlsx(columns.HEADERS["zh-Hans"], make.lines(1))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in given.namelist():
            content = given.read(name)
            if name == "xl/styles.xml":
                content = content.replace(b"</fonts>", b"<font/>" * 4_000_000 + b"</fonts>")
            archive.writestr(name, content)
    return out.getvalue()


def _until_taken(send: Callable[[], httpx.Response], refusals: list[int]) -> httpx.Response:
    """Send until it is not told to come back, which it does when it was told to."""
    while (answer := send()).status_code == 503:
        refusals.append(503)
        assert answer.json()["code"] == "files.busy"
        time.sleep(int(answer.headers["retry-after"]))
    return answer


def test_row_30_photo_storm(system: Running) -> None:
    with system.db.transaction() as session:
        load_tree(session)
        buyer = accounts.a_buyer(session)
    importer = make.cooperative(system.db)
    api, photo, workbook = system.api(), _storm(), _fonts()
    http = httpx.Client(base_url=f"http://127.0.0.1:{system.port}/v1", timeout=60)
    refusals: list[int] = []

    def send_photo(_: int) -> int:
        files = {"file": ("a.png", photo)}
        headers = buyer.headers
        return _until_taken(lambda: http.post("/claims/photos", files=files, headers=headers), refusals).status_code

    def send_workbook() -> int:
        files = {"file": ("a.xlsx", workbook)}
        return _until_taken(lambda: http.post("/imports", files=files, headers=importer.headers), refusals).status_code

    assert send_photo(0) == 201  # what is imported once stands in memory for good
    before, started = _resident(api.pool()), time.perf_counter()
    with _watched(system, api) as watch, ThreadPoolExecutor(PHOTOS + 2) as threads:
        photos = list(threads.map(send_photo, range(PHOTOS)))
        books = [answer.result() for answer in [threads.submit(send_workbook) for _ in range(2)]]
    took, after = time.perf_counter() - started, _resident(api.pool())
    figure(
        30,
        "photo storm",
        photos=f"{PHOTOS} of {len(photo) // 1000} kB, {len(books)} workbooks of {len(workbook) // 1000} kB",
        taken=photos.count(201),
        told_to_come_back=len(refusals),
        seconds=f"{took:.1f}",
        api_before=f"{before} MiB",
        api_peak=f"{max(watch.api)} MiB",
        api_after=f"{after} MiB",
        apart_peak=f"{max(watch.apart)} MiB",
        apart_after=f"{_resident(_apart(api.pool()))} MiB",
        slowest_other_answer=f"{max(watch.waits):.2f} s of {len(watch.waits)}",
    )
    assert photos == [201] * PHOTOS
    assert books == [201] * len(books)
    assert max(watch.api) < before + FLAT
