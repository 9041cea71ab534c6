"""What a long piece of work says of itself on the terminal."""

import time

from rich.console import Console


class Steps:
    """Progress on the terminal: the step at work with a spinner, and each finished one with its time."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.status = console.status("")
        self.current: str | None = None
        self.since = 0.0

    def __call__(self, step: str) -> None:
        """Begin a step; the one before is done."""
        self.finish()
        self.current, self.since = step, time.monotonic()
        self.status.update(step)

    def finish(self) -> None:
        """The last step is done."""
        if self.current:
            took = time.monotonic() - self.since
            self.console.print(f"[green]✓[/] {self.current} [dim]{took:.1f} s[/]", highlight=False)
        self.current = None
