"""Child of a worker: `python -m GenerativeModelsLib.worker.serve PLACE ...`, with the locations of anatomies.

Reads one JSON object per line from standard input and writes its answers in the same form to standard output; output
of libraries goes to standard error. It ends when its input ends, that is when its owner has ended.
"""

from __future__ import annotations

import os
import queue
import shutil
import sys
import threading
import traceback
from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from GenerativeModelsLib.anatomy.registry import anatomy_at
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.process.memory import is_out_of_memory, keep_to_memory
from GenerativeModelsLib.worker.failures import failure_sentence, is_broken_installation
from GenerativeModelsLib.worker.model_cache import ModelCache
from GenerativeModelsLib.worker.wire import from_line, packed, request_from_message, to_line, unpacked

__all__ = ["Server", "main", "warm_up"]


class Server:
    """Answers messages one after the other, and keeps loaded models.

    Parameters
    ----------
    replies
        Binary stream for the answers.
    """

    def __init__(self, replies: BinaryIO) -> None:
        self._replies = replies
        self._models = ModelCache()
        self._kept: Any = None
        self._devices: dict[str, Any] = {}
        self.writing: Path | None = None
        """Output folder of the running job."""

    def say(self, event: str, **values: Any) -> None:
        """Send one answer."""
        self._replies.write(to_line({"event": event, **values}))
        self._replies.flush()

    def answer(self, message: dict[str, Any]) -> bool:
        """Process a message and send the answer, also for errors; returns whether to continue.

        After an out-of-memory or a failed import, modules may be partly initialised, which requires a new process.
        """
        of = {name: message[name] for name in ("job", "query") if name in message}
        try:
            if "job" in of:
                self._run(message)
            elif "query" in of:
                self._answer_query(message)
            else:
                self._find_device()
        except InputError as error:
            self.say("refused", **of, text=error.text, field=error.field)
        except Exception as error:
            last = is_out_of_memory(error) or is_broken_installation(error)
            self.say("failed", **of, sentence=failure_sentence(error), details=traceback.format_exc(), last=last)
            return not last
        finally:
            self.writing = None
        return True

    def _run(self, message: dict[str, Any]) -> None:
        anatomy = anatomy_at(message["place"])
        keep_to_memory(anatomy.need)
        from GenerativeModelsLib.anatomy.kept import KeptCases
        from GenerativeModelsLib.anatomy.run import run_case

        self._kept = self._kept or KeptCases()
        request = request_from_message(anatomy.request, message["request"])
        self.writing = request.output

        def progress(text: str, share: float) -> None:
            self.say("progress", job=message["job"], message=text, share=share)

        run_case(anatomy, request, progress=progress, load=self._models.load, kept=self._kept)
        self.writing = None
        self.say("done", job=message["job"])

    def _answer_query(self, message: dict[str, Any]) -> None:
        anatomy = anatomy_at(message["place"])
        keep_to_memory(anatomy.need)
        from GenerativeModelsLib.anatomy.run import load_on
        from GenerativeModelsLib.device import choose_device

        if message["name"] not in anatomy.queries:
            known = ", ".join(anatomy.queries) or "none"
            raise InputError(f"There is no query '{message['name']}' of the {anatomy.name}: there are {known}.")
        device = self._devices.get(message["device"]) if anatomy.has_model else "cpu"
        if device is None:  # the check takes longer than a query
            device = self._devices[message["device"]] = choose_device(message["device"]).torch_device
        model = load_on(anatomy, unpacked(message["model"]), device, self._models.load)
        values = anatomy.queries[message["name"]](model, **unpacked(message["values"]))
        self.say("answered", query=message["query"], values=packed(values))

    def _find_device(self) -> None:
        from GenerativeModelsLib.device import choose_device

        choice = choose_device("auto")
        hardware = ""
        if choice.name.startswith("cuda"):
            import torch

            hardware = torch.cuda.get_device_name(choice.torch_device)
        self.say("device", name=choice.name, warnings=list(choice.warnings), hardware=hardware)


def main() -> None:
    """Serve until standard input ends."""
    _raise_own_oom_score()
    requests, replies = _take_over_streams()
    server = Server(replies)
    inbox: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, inbox, server), daemon=True).start()
    anatomies = [anatomy_at(place) for place in sys.argv[1:]]
    with suppress(InputError):  # a job reports the error; without memory nothing is imported
        for anatomy in anatomies:
            keep_to_memory(anatomy.need)
        warm_up(name for anatomy in anatomies for name in anatomy.warm_up)
    server.say("ready")
    while server.answer(inbox.get()):
        pass
    os._exit(0)


def warm_up(modules: Iterable[str]) -> None:
    """Import modules in advance; a missing one is reported by the job that needs it."""
    for name in modules:
        try:
            import_module(name)
        except Exception:  # a broken installation can raise anything
            continue


def _take_over_streams() -> tuple[BinaryIO, BinaryIO]:
    """Streams to the owner; standard output of libraries is redirected to standard error, and they have no input."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return requests, replies


def _raise_own_oom_score() -> None:
    """Let Linux end this process first if memory runs out, not the one with the user's unsaved work."""
    try:
        Path("/proc/self/oom_score_adj").write_text("500")
    except OSError:
        return


def _listen(requests: BinaryIO, inbox: queue.SimpleQueue[dict[str, Any]], server: Server) -> None:
    """Put messages into the inbox; at the end of the input remove incomplete files and end the process."""
    for line in requests:
        message = from_line(line)
        if message is not None:
            inbox.put(message)
    unfinished = server.writing
    if unfinished is not None:
        shutil.rmtree(unfinished, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    main()
