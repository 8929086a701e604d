"""Backend of GenerativeModels: shapes with their uncertainty from a few views."""

__version__ = "0.1.0"
