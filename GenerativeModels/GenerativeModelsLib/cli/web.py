"""`generative-models web`: the skull reconstruction in a browser."""

from __future__ import annotations

import importlib.util
import threading
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from GenerativeModelsLib.errors import InputError

__all__ = ["web"]

NEEDED = ("aiohttp", "trame", "trame_slicer", "slicer")


def web(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, metavar="N", help="0 = any free port.")] = 8765,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Address to listen on; 0.0.0.0 = all of this machine: no password!")
    ] = "127.0.0.1",
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = True,
    model: Annotated[Path | None, typer.Option(metavar="DIR", help="A model bundle; default: the bundled one.")] = None,
    device: Annotated[str, typer.Option(metavar="auto|cpu|cuda|cuda:N|mps", help="Where the networks run.")] = "auto",
    sessions: Annotated[int, typer.Option(min=1, max=256, metavar="N", help="Most browser tabs at a time.")] = 8,
    upload_limit: Annotated[int, typer.Option(min=1, max=4096, metavar="MIB", help="Largest image taken.")] = 64,
    keep: Annotated[
        float, typer.Option(min=1.0, metavar="SECONDS", help="How long a session whose tab was closed is kept.")
    ] = 60.0,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A host name users type, behind a reverse proxy; may be repeated."),
    ] = None,
) -> None:
    """Reconstruct skulls in a browser, on the real Slicer core. Ctrl-C ends it."""
    _check_installed()
    if model is not None:
        from GenerativeModelsLib.bundle import read_manifest

        read_manifest(model)  # what is wrong with it is said now, not in every tab
    from GenerativeModelsLib.fetal.case_request import CaseRequest
    from GenerativeModelsWeb.guards import is_loopback
    from GenerativeModelsWeb.hub import HubSettings, listen, serve
    from GenerativeModelsWeb.sessions import SessionPlan

    CaseRequest(axial=Path("axial"), output=Path("output"), device=device)  # refuses a device that is none
    plan = SessionPlan(
        model=None if model is None else model.resolve(),
        device=device,
        upload_limit_bytes=upload_limit * 2**20,
        limit=sessions,
        grace_seconds=keep,
        show_log=bool(context.find_root().params.get("debug")),
    )
    loopback = is_loopback(host)
    settings = HubSettings(plan, loopback=loopback, names=frozenset(allow_host or ()))
    with listen(host, port) as socket:
        name = "localhost" if host in {"0.0.0.0", "::"} else f"[{host}]" if ":" in host else host
        address = f"http://{name}:{socket.getsockname()[1]}/"

        def started() -> None:
            if not loopback:
                print(f"Everybody in the network can reach this at {host}, and there is no password.", flush=True)
            print(f"Open {address} in a browser. Ctrl-C ends it. Research use only.", flush=True)
            if open_browser:
                threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

        serve(settings, socket, started)


def _check_installed() -> None:
    missing = [name for name in ("GenerativeModelsWeb", *NEEDED) if importlib.util.find_spec(name) is None]
    if missing:
        raise InputError(
            f"The browser front end is not installed ({', '.join(missing)} is missing): "
            "pip install 'GenerativeModels[web]'."
        )
