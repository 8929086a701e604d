"""Time from a moved latent point to the redrawn shape: in the desktop's logic, and in the browser.

The desktop's logic is all that a Slicer module does but Qt: the query goes to the worker process, the answer into the
nodes of a scene, which a view renders off screen. In the browser the point is dragged in Chromium.

python -m tools.latent_latency [--browser] [--moves 30] [--minutes 0]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np


class DesktopLogic:
    """Exploration without Qt: a worker, a scene and a rendered model."""

    def __init__(self) -> None:
        import slicer
        import vtk

        from GenerativeModelsLib.worker import Worker
        from GenerativeModelsScene.heart.exploration import Exploration

        self.scene = slicer.vtkMRMLScene()
        self._worker = Worker("heart")
        self._receivers: dict[int, Callable] = {}
        self.exploration = Exploration(self.scene, self._ask)
        self._mapper = vtk.vtkPolyDataMapper()
        actor = vtk.vtkActor()
        actor.SetMapper(self._mapper)
        renderer = vtk.vtkRenderer()
        renderer.AddActor(actor)
        self._window = vtk.vtkRenderWindow()
        self._window.SetOffScreenRendering(1)
        self._window.SetMultiSamples(0)
        self._window.SetSize(800, 600)
        self._window.AddRenderer(renderer)
        self.exploration.open_plot()
        self._wait()

    def move(self, x: float, y: float) -> float:
        """Seconds from a new point to its rendered shape."""
        start = time.perf_counter()
        self.exploration.move_to((x, y))
        self._wait()
        model = self.scene.GetFirstNodeByClass("vtkMRMLModelNode")
        self._mapper.SetInputData(model.GetPolyData())
        self._window.Render()
        return time.perf_counter() - start

    def close(self) -> None:
        """End the worker."""
        self._worker.close()

    def _ask(self, name: str, values: dict, answered: Callable) -> None:
        self._receivers[self._worker.ask("heart", name, values)] = answered

    def _wait(self) -> None:
        while self._receivers:
            for event in self._worker.poll():
                if (receiver := self._receivers.pop(getattr(event, "query", None), None)) is not None:
                    receiver(event.values)
            time.sleep(0.002)


def report(title: str, seconds: list[float], product_s: float) -> None:
    """Print median and 90th percentile, in ms and as ratios to a matrix product."""
    median, high = np.percentile(seconds, (50, 90))
    print(
        f"{title}: median {1000 * median:.0f} ms, 90th percentile {1000 * high:.0f} ms over {len(seconds)} moves "
        f"({median / product_s:.2f} and {high / product_s:.2f} matrix products)"
    )


def memory_mb() -> float:
    """Resident memory of this process in MB."""
    import psutil

    return psutil.Process().memory_info().rss / 2**20


def points(count: int) -> np.ndarray:
    """(count, 2) points on a curve through the population."""
    t = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.stack([1.5 * np.cos(t), 2.0 * np.sin(2 * t)], axis=1)


def main() -> None:
    """Measure and print."""
    from GenerativeModelsLib.evaluation.scores.timing import PRODUCT, product_s

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--browser", action="store_true", help="in Chromium too")
    parser.add_argument("--moves", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=0.0, help="then drag as long, and print memory and nodes")
    options = parser.parse_args()
    product = product_s(repeats=5)
    print(f"a matrix product of side {PRODUCT} takes {1000 * product:.0f} ms here")
    desktop = DesktopLogic()
    for x, y in points(5):
        desktop.move(x, y)
    report("desktop logic", [desktop.move(x, y) for x, y in points(options.moves)], product)
    if options.minutes:
        nodes, memory = desktop.scene.GetNumberOfNodes(), memory_mb()
        end, moves = time.monotonic() + 60 * options.minutes, 0
        while time.monotonic() < end:
            for x, y in points(50):
                desktop.move(x, y)
                moves += 1
        print(
            f"after {moves} moves in {options.minutes:g} min: {desktop.scene.GetNumberOfNodes() - nodes:+d} nodes, "
            f"{memory_mb() - memory:+.1f} MB"
        )
    desktop.close()
    if options.browser:
        from tools.latent_latency_browser import moves_in_browser

        report("browser", moves_in_browser(points(options.moves)), product)


if __name__ == "__main__":
    main()
