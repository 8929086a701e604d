"""Reconstruction in a child process, so that a front end stays alive and responsive whatever happens there."""

from GenerativeModelsLib.worker.client import Worker
from GenerativeModelsLib.worker.events import DeviceFound, Done, Event, Failed, Progress, Refused

__all__ = ["DeviceFound", "Done", "Event", "Failed", "Progress", "Refused", "Worker"]
