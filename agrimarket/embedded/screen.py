"""Progress in the terminal: one line for each part, with its time; without a terminal, a line when the part is done."""

from collections.abc import Iterable
from types import TracebackType

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table


class RichScreen:
    """Screen that shows what the supervisor reports. Use it as a context manager."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console, transient=True
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "RichScreen":
        if self.console.is_terminal:
            self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.calm()

    def calm(self) -> None:
        """Stop the animation: everything is up, or nothing will be."""
        self._progress.stop()

    def began(self, title: str) -> None:
        """Show that work on `title` has started."""
        if title not in self._tasks:
            self._tasks[title] = self._progress.add_task(title, total=None)

    def at(self, title: str, progress: str) -> None:
        """Show the progress of `title`."""
        if title in self._tasks:
            self._progress.update(self._tasks[title], description=f"{title}: {progress}")
        if not self.console.is_terminal:
            self.console.print(f"  {title}: {progress}", markup=False, highlight=False)

    def done(self, title: str, word: str, seconds: float) -> None:
        """Leave a line with the time that it took."""
        if title in self._tasks:
            self._progress.remove_task(self._tasks.pop(title))
        self.console.print(f"[green]✓[/green] {title:<34} [dim]{seconds:6.1f} s[/dim]  {word}", highlight=False)

    def trouble(self, message: str) -> None:
        """Show what went wrong."""
        self.console.print(f"! {message}", style="yellow", markup=False, highlight=False)

    def table(self, title: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
        """Show a table for people to copy from."""
        table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
        for head in heads:
            table.add_column(head, overflow="fold")
        for row in rows:
            table.add_row(*row)
        self.console.print()
        self.console.print(table)
