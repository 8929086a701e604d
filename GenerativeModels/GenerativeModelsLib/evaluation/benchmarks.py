"""The benchmarks by name: what `generative-models benchmark NAME` runs."""

from __future__ import annotations

from pathlib import Path

from GenerativeModelsLib.errors import InputError

DATA = Path("../shared/data")
"""Where the real data are looked for when no folder is named."""


def run(
    name: str,
    *,
    cases: int | None = None,
    seed: int = 0,
    output: Path | None = None,
    model: Path | None = None,
    data: Path = DATA,
    workers: int = 2,
) -> None:
    """Run a benchmark, print its table and write it to `output` (`<name>.json` and `<name>.md`) when that is given.

    Parameters
    ----------
    name
        skull: held-out simulated heads beside the paper's table. hc18: head circumference on real pictures kept out of
        training. templates: real fetal heads, imaged by the simulator. speed: ratios to a matrix product. thickness:
        walls known in closed form.
    cases
        How many, or for speed and thickness how many repetitions; None for the benchmark's own number.
    seed
        Added to the seed of the held-out set; 0 is the set that the published figures come from.
    data
        Folder of the real data, for hc18 and templates.

    Raises
    ------
    InputError
        There is no benchmark of that name, or its data are not there.
    """
    from GenerativeModelsLib.evaluation import benchmark_real, benchmark_skull, benchmark_speed, benchmark_thickness
    from GenerativeModelsLib.evaluation.tables import publish
    from GenerativeModelsLib.resources import default_bundle

    def bundle() -> Path:
        return model or default_bundle("skull")

    benchmarks = {
        "skull": lambda: benchmark_skull.run(bundle(), cases or 200, seed, workers),
        "hc18": lambda: benchmark_real.run_hc18(bundle(), data, cases),
        "templates": lambda: benchmark_real.run_templates(bundle(), data, cases or 5, seed),
        "speed": lambda: benchmark_speed.run(bundle(), cases or 5),
        "thickness": lambda: benchmark_thickness.run(cases or 3),
    }
    if name not in benchmarks:
        raise InputError(f"There is no benchmark '{name}': choose one of {', '.join(benchmarks)}.")
    publish(name, benchmarks[name](), output)
