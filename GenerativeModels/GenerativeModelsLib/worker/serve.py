"""The child of a worker: `python -m GenerativeModelsLib.worker.serve`.

Reads one JSON object a line from standard input and answers so on standard output; what libraries print goes to
standard error. Ends as soon as its input does, which is when its owner has gone.
"""

from __future__ import annotations

import os
import queue
import shutil
import sys
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.process.memory import RECONSTRUCT_SKULL, is_out_of_memory, keep_to_memory
from GenerativeModelsLib.worker.failures import failure_sentence, is_broken_installation
from GenerativeModelsLib.worker.model_cache import ModelCache
from GenerativeModelsLib.worker.warm_up import warm_up
from GenerativeModelsLib.worker.wire import from_line, request_from_message, to_line

__all__ = ["Server", "main"]


class Server:
    """Answers messages one after the other, keeping what was loaded.

    Parameters
    ----------
    replies
        Binary stream for the answers.
    """

    def __init__(self, replies: BinaryIO) -> None:
        self._replies = replies
        self._models = ModelCache()
        self.writing: Path | None = None
        """Folder the running job writes to."""

    def say(self, event: str, **values: Any) -> None:
        """Send one answer."""
        self._replies.write(to_line({"event": event, **values}))
        self._replies.flush()

    def answer(self, message: dict[str, Any]) -> bool:
        """Do what a message asks, and say how it went; errors become answers.

        Whether to go on: where memory ran out, or a package could not be imported, modules may be half made, and
        only a new process gets them whole.
        """
        job = message.get("job")
        try:
            if job is None:
                self._tell_device()
            else:
                self._reconstruct(job, message["request"])
        except InputError as error:
            self.say("refused", job=job, sentence=str(error))
        except Exception as error:
            last = is_out_of_memory(error) or is_broken_installation(error)
            self.say("failed", job=job, sentence=failure_sentence(error), details=traceback.format_exc(), last=last)
            return not last
        finally:
            self.writing = None
        return True

    def _reconstruct(self, job: int, values: dict[str, Any]) -> None:
        keep_to_memory(RECONSTRUCT_SKULL)
        from GenerativeModelsLib.skull.case.run import reconstruct_case

        request = request_from_message(values)
        self.writing = request.output

        def tell(text: str, share: float) -> None:
            self.say("progress", job=job, message=text, share=share)

        case = reconstruct_case(request, progress=tell, load=self._models.load)
        self.writing = None
        self.say("done", job=job, folder=str(case.folder))

    def _tell_device(self) -> None:
        from GenerativeModelsLib.device import choose_device

        choice = choose_device("auto")
        hardware = ""
        if choice.name.startswith("cuda"):
            import torch

            hardware = torch.cuda.get_device_name(choice.torch_device)
        self.say("device", name=choice.name, warnings=list(choice.warnings), hardware=hardware)


def main() -> None:
    """Serve until standard input ends."""
    _go_before_the_owner()
    requests, replies = _take_over_streams()
    server = Server(replies)
    inbox: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, inbox, server), daemon=True).start()
    with suppress(InputError):  # a job will say it; without memory no library is even imported
        keep_to_memory(RECONSTRUCT_SKULL)
        warm_up()
    server.say("ready")
    while server.answer(inbox.get()):
        pass
    os._exit(0)


def _take_over_streams() -> tuple[BinaryIO, BinaryIO]:
    """The streams to the owner, out of reach of libraries, which print to standard error and read nothing."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return requests, replies


def _go_before_the_owner() -> None:
    """Where memory runs out, Linux shall end this process and not the one with the user's unsaved work."""
    try:
        Path("/proc/self/oom_score_adj").write_text("500")
    except OSError:
        return


def _listen(requests: BinaryIO, inbox: queue.SimpleQueue[dict[str, Any]], server: Server) -> None:
    """Put what arrives into the inbox; at the end of it remove what is half written and end the process."""
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
