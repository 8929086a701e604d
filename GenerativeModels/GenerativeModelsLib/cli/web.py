"""`generative-models web`: the applications in a browser."""

from __future__ import annotations

import importlib.util
import sys
import threading
import webbrowser
from collections.abc import Collection
from json import dumps
from typing import Annotated

import typer

from GenerativeModelsLib.cli.options import MODEL
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.extras import install_command

__all__ = ["web"]

NO_TLS = (
    "There is no TLS here: anyone between a browser and this machine can read all data sent, the access token "
    "and the images too. Put a reverse proxy with TLS in front, or leave --host out and use an SSH tunnel."
)
NEEDED = ("aiohttp", "trame", "trame_slicer", "slicer")


def web(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, metavar="N", help="0 = any free port.")] = 8765,
    host: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="Address to listen on; any but a loopback one needs --allow-host."),
    ] = "127.0.0.1",
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = True,
    model: MODEL = None,
    device: Annotated[str, typer.Option(metavar="auto|cpu|cuda|cuda:N|mps", help="Where the networks run.")] = "auto",
    sessions: Annotated[int, typer.Option(min=1, max=256, metavar="N", help="Largest number of browser tabs.")] = 8,
    upload_limit: Annotated[int, typer.Option(min=1, max=4096, metavar="MIB", help="Largest image accepted.")] = 64,
    keep: Annotated[
        float, typer.Option(min=1.0, metavar="SECONDS", help="How long a session whose tab was closed is kept.")
    ] = 60.0,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A host name users type, on a network or a reverse proxy; may be repeated."),
    ] = None,
    json: Annotated[
        bool,
        typer.Option("--json", help="Print address and access token as a JSON document on one line of stdout."),
    ] = False,
) -> None:
    """Reconstruct skulls and analyse hearts in a browser, on the Slicer core. Ctrl-C ends the server.

    The printed address contains an access token, which is random unless GENERATIVE_MODELS_WEB_TOKEN sets it.
    """
    _check_installed()
    if model is not None:
        from GenerativeModelsLib.bundle.bundle import read_manifest

        read_manifest(model)  # errors are reported now, not in every tab
    from GenerativeModelsLib.anatomy.request import check_computing
    from GenerativeModelsWeb.server.access import Access, token_from_environment
    from GenerativeModelsWeb.server.guards import LOOPBACK_NAMES, is_loopback
    from GenerativeModelsWeb.server.hub import HubSettings, listen, serve
    from GenerativeModelsWeb.server.sessions import SessionPlan

    check_computing(device, seed=0)
    plan = SessionPlan(
        model=None if model is None else model.resolve(),
        device=device,
        upload_limit_bytes=upload_limit * 2**20,
        limit=sessions,
        grace_seconds=keep,
        show_log=bool(context.find_root().params.get("debug")),
    )
    loopback = is_loopback(host)
    names = list(allow_host or ())
    if loopback and host not in LOOPBACK_NAMES:
        names.append(host)  # such as 127.0.0.2: the address printed below must work
    access = Access(token_from_environment())
    settings = HubSettings(plan, loopback=loopback, names=frozenset(names), access=access)
    with listen(host, port) as socket:
        address = f"http://{_typed_name(host, settings.allowed_names, settings.names)}:{socket.getsockname()[1]}/"

        def started() -> None:
            if not loopback:
                print(NO_TLS, flush=True, file=sys.stderr if json else sys.stdout)
            if json:
                print(dumps({"schema": "web/1", "address": address, "token": access.token}), flush=True)
            else:
                print(
                    f"Open {address}?token={access.token} in a browser. Ctrl-C ends it. Research use only.", flush=True
                )
            if open_browser:
                # Other users of this machine see the arguments of a browser, so the token itself is not one.
                link = f"{address}?ticket={access.ticket()}"
                threading.Thread(target=webbrowser.open, args=(link,), daemon=True).start()

        serve(settings, socket, started)


def _typed_name(host: str, allowed: Collection[str], names: Collection[str]) -> str:
    """Host name of the printed address, one that the hub accepts."""
    if host in {"0.0.0.0", "::"}:
        host = "localhost"
    elif host not in allowed:
        host = min(names)
    return f"[{host}]" if ":" in host else host


def _check_installed() -> None:
    missing = [name for name in ("GenerativeModelsWeb", *NEEDED) if importlib.util.find_spec(name) is None]
    if missing:
        raise InputError(
            f"The browser front end is not installed ({', '.join(missing)} is missing): {install_command('web')}."
        )
