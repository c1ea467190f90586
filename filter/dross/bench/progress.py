"""What is being measured, told on a terminal and nowhere else."""

from __future__ import annotations

import sys
import time


class Progress:
    """One line on the terminal that says what is measured; nothing elsewhere."""

    def __init__(self, *, quiet: bool) -> None:
        """Be silent where *quiet*, or where standard error is no terminal."""
        self._wanted = sys.stderr.isatty() and not quiet
        self._started = time.monotonic()

    def tell(self, what: str) -> None:
        """Show *what* is measured."""
        if self._wanted:
            minutes, seconds = divmod(int(time.monotonic() - self._started), 60)
            sys.stderr.write(f"\r\x1b[K{minutes}:{seconds:02} {what}")
            sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._wanted:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
