"""Which commit of the source code runs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

__all__ = ["commit"]


def commit() -> str:
    """Commit of the checkout that contains this package, "+" if files were changed since; "" outside a checkout."""
    git = shutil.which("git")
    if git is None:
        return ""

    def answer(*arguments: str) -> str | None:
        found = subprocess.run(
            [git, "-C", str(Path(__file__).parent), *arguments], capture_output=True, text=True, check=False
        )
        return found.stdout.strip() if found.returncode == 0 else None

    tracked = answer("ls-files", "--error-unmatch", Path(__file__).name)
    head = answer("rev-parse", "HEAD") if tracked else None
    return "" if head is None else head + ("+" if answer("status", "--porcelain", "-uno") else "")
