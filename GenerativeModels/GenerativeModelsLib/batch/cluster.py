"""Batches on a Dask cluster."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from GenerativeModelsLib.errors import InputError, named
from GenerativeModelsLib.extras import install_command

__all__ = ["on_cluster"]


def on_cluster(todo: Mapping[int, Any], work: Callable[[Any], str], address: str) -> Iterator[tuple[int, str]]:
    """Yield index and error message of each case as it finishes on the cluster of the scheduler at `address`.

    Raises
    ------
    InputError
        Dask is not installed, or no scheduler answers.
    """
    if importlib.util.find_spec("distributed") is None:
        raise InputError(f"{named('scheduler')} needs Dask, which is not installed: {install_command('cluster')}.")
    from distributed import Client, as_completed

    try:
        client = Client(address, timeout="10s")
    except (OSError, ValueError) as error:
        raise InputError(
            f"No Dask scheduler answers at {address}: check {named('scheduler')}, such as tcp://host:8786."
        ) from error
    with client:
        futures = {client.submit(work, request, pure=False): index for index, request in todo.items()}
        try:
            for future in as_completed(futures):
                error = future.exception()
                yield futures[future], future.result() if error is None else f"The cluster lost this case: {error}"
        finally:
            client.cancel(list(futures))
