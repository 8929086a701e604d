"""Worker process for cases and queries, which keeps a front end responsive."""

from GenerativeModelsLib.worker.client import Worker
from GenerativeModelsLib.worker.events import Answered, DeviceFound, Done, Event, Failed, Progress, Refused

__all__ = ["Answered", "DeviceFound", "Done", "Event", "Failed", "Progress", "Refused", "Worker"]
