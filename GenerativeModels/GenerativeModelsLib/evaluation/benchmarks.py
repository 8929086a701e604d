"""Benchmarks by name, as run by `generative-models benchmark NAME`."""

from __future__ import annotations

from pathlib import Path

from GenerativeModelsLib.errors import InputError

DATA = Path("../shared/data")
"""Default folder of the real data."""
BASELINE = Path("runs/heart/heart.safetensors")
"""Weights written by `make train-heart`, with the VAE that the Ladder VAE is compared with."""


def run(
    name: str,
    *,
    cases: int | None = None,
    seed: int = 0,
    output: Path | None = None,
    model: Path | None = None,
    data: Path = DATA,
    workers: int = 2,
    baseline: Path | None = None,
    as_json: bool = False,
) -> None:
    """Run a benchmark, print its table and write it to `output` (`<name>.json` and `<name>.md`) if given.

    Parameters
    ----------
    name
        skull: held-out simulated heads, with the paper's results. hc18: head circumference of held-out real pictures.
        templates: real fetal heads, imaged by the simulator. speed: run times relative to a matrix product. thickness:
        wall phantoms. heart: held-out simulated left ventricles, Ladder VAE and VAE. heart-real: real people and
        patients. heart-population: the simulated population compared with real people, with a figure.
    cases
        Number of cases, or of repetitions for speed and thickness; None: the default of the benchmark.
    seed
        Added to the seed of the held-out set; 0 is the set of the published results.
    data
        Folder of the real data, for hc18, templates, heart-real and heart-population.
    baseline
        `heart.safetensors` of the training of the heart bundle, for the VAE of the comparison; None: for heart
        `BASELINE`, if it exists.
    as_json
        Print the results as a JSON document instead of the table.

    Raises
    ------
    InputError
        The benchmark is unknown, or its data are missing.
    """
    from GenerativeModelsLib.evaluation import speed as benchmark_speed
    from GenerativeModelsLib.evaluation.heart import (
        benchmark as benchmark_heart,
    )
    from GenerativeModelsLib.evaluation.heart import (
        population as heart_population,
    )
    from GenerativeModelsLib.evaluation.heart import (
        real as benchmark_heart_real,
    )
    from GenerativeModelsLib.evaluation.heart.run import Models
    from GenerativeModelsLib.evaluation.scores.tables import publish
    from GenerativeModelsLib.evaluation.skull import benchmark as benchmark_skull
    from GenerativeModelsLib.evaluation.skull import real as benchmark_real
    from GenerativeModelsLib.evaluation.wall import benchmark as benchmark_thickness
    from GenerativeModelsLib.resources import default_bundle

    def bundle(kind: str = "skull") -> Path:
        return model or default_bundle(kind)

    def hearts() -> Models:
        return Models(bundle("heart"), baseline or (BASELINE if BASELINE.is_file() else None))

    benchmarks = {
        "skull": lambda: benchmark_skull.run(bundle(), cases or 200, seed, workers),
        "hc18": lambda: benchmark_real.run_hc18(bundle(), data, cases),
        "templates": lambda: benchmark_real.run_templates(bundle(), data, cases or 5, seed),
        "speed": lambda: benchmark_speed.run(bundle(), cases or 5, default_bundle("heart")),
        "thickness": lambda: benchmark_thickness.run(cases or 3),
        "heart": lambda: benchmark_heart.run(hearts(), cases or 200, seed, workers),
        "heart-real": lambda: benchmark_heart_real.run(Models(bundle("heart"), baseline), data, cases or 300, workers),
        "heart-population": lambda: heart_population.run(data, cases or 300, seed, workers, output),
    }
    if name not in benchmarks:
        raise InputError(f"There is no benchmark '{name}': choose one of {', '.join(benchmarks)}.")
    publish(name, benchmarks[name](), output, as_json=as_json)
