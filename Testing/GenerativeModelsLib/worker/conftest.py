"""What the tests of the worker share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from Testing.helpers.fake_worker import FakeWorker


@pytest.fixture
def worker() -> Iterator[FakeWorker]:
    """A worker whose child pretends; see `helpers.fake_worker`."""
    made = FakeWorker()
    yield made
    made.close()
