"""Benchmarks by name, as run by `generative-models benchmark NAME`."""

from __future__ import annotations

from pathlib import Path

from GenerativeModelsLib.errors import InputError

DATA = Path("../shared/data")
"""Default folder of the real data."""
BASELINE = Path("runs/heart/heart.safetensors")
"""Weights written by `make train-heart`, with the VAE that the Ladder VAE is compared with."""
FINAL = ("hc18", "label-model", "repair", "synthesis", "uncertainty")
"""Benchmarks with pictures or patients that never steer development."""


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
    final: bool = False,
    as_json: bool = False,
) -> None:
    """Run a benchmark, print its table and write it to `output` (`<name>.json` and `<name>.md`) if given.

    Parameters
    ----------
    name
        skull: held-out simulated heads, with the paper's results. hc18: head circumference of held-out real pictures.
        scale: how often wrong and right pixel spacings of these pictures are warned of. templates: real fetal heads,
        imaged by the simulator. domain: how well real and simulated pictures can be told apart by what the model sees.
        agreement: the network beside a shape model fitted to the same borders. rivals: ten methods trained in
        three folds, with the paper's results, hours at the first run. ablations: HiREC-CVAE without one of its
        parts. speed: run times relative to a matrix product. thickness: wall phantoms. heart: held-out
        simulated left ventricles, Ladder VAE and VAE. heart-real: real people and patients. heart-ablation:
        Ladder VAE, VAE and principal components of as many numbers, and hypertrophy beside the one-number rule,
        with a figure. heart-population: the simulated population compared with real people, with a figure.
        densities: normalising flows and other densities of heads and hearts, and heads drawn from the bundle's
        prior. segmentation-check: expert label maps that the check calls wrong, and faults that it misses.
        repair: the repair of segmentations beside other methods, on failures of a small network and on graded
        faults; a bundle of label maps (`model`) beside the shipped one. realign: heart analyse --realign on
        simulated hearts with known shifts of their slices, and on ACDC. uncertainty: a bundle of segmentation
        uncertainty (`model`) on the errors of these networks. label-model: a bundle of label maps (`model`) on
        held-out simulated hearts and Sunnybrook, with a figure. synthesis-labels: ways between held-out simulated
        hearts and between patients of ACDC: whether they are even, and whether their maps keep to the rules.
        synthesis: synthetic images of held-out label maps beside real ones, and whether training with them helps,
        with figures, an hour and a half of two cores at the first run.
        translation: the outlines of heads before and after synthesise translate, and how far apart simulated and real
        pictures look, by a bundle of translation (`model`), with a figure.
        imagined-planes: imagined sagittal and coronal planes beside the true ones, of simulated heads, and of real
        heads by their outlines.
    cases
        Number of cases, or of repetitions for speed and thickness; None: the default of the benchmark.
    seed
        Added to the seed of the held-out set; 0 is the set of the published results.
    data
        Folder of the real data, for hc18, scale, templates, domain, agreement, imagined-planes, rivals, ablations,
        heart-real, heart-ablation, heart-population, realign, segmentation-check, label-model, uncertainty,
        synthesis, synthesis-labels and translation: that of the data set, or the one above it.
    baseline
        `heart.safetensors` of the training of the heart bundle, for the VAE of the comparison; None: for heart
        `BASELINE`, if it exists. For heart-ablation a bundle of the VAE; None: that of `make train-heart`.
    final
        For those of `FINAL`: the pictures or patients that never steer development, instead of the others.
    as_json
        Print the results as a JSON document instead of the table.

    Raises
    ------
    InputError
        The benchmark is unknown, or its data are missing.
    """
    from GenerativeModelsLib.benchmarks.rivals import ablations as benchmark_ablations
    from GenerativeModelsLib.benchmarks.rivals import benchmark as benchmark_rivals
    from GenerativeModelsLib.benchmarks.synthesis import benchmark as benchmark_synthesis
    from GenerativeModelsLib.evaluation import densities as benchmark_densities
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
    from GenerativeModelsLib.evaluation.heart import (
        realign as benchmark_realign,
    )
    from GenerativeModelsLib.evaluation.heart.ablation import run as heart_ablation
    from GenerativeModelsLib.evaluation.heart.run import Models
    from GenerativeModelsLib.evaluation.scores.tables import publish
    from GenerativeModelsLib.evaluation.segmentation import benchmark as benchmark_check
    from GenerativeModelsLib.evaluation.segmentation import label_model as benchmark_labels
    from GenerativeModelsLib.evaluation.segmentation import repair as benchmark_repair
    from GenerativeModelsLib.evaluation.segmentation import uncertainty as benchmark_uncertainty
    from GenerativeModelsLib.evaluation.skull import agreement as benchmark_agreement
    from GenerativeModelsLib.evaluation.skull import benchmark as benchmark_skull
    from GenerativeModelsLib.evaluation.skull import domain as benchmark_domain
    from GenerativeModelsLib.evaluation.skull import imagined as benchmark_imagined
    from GenerativeModelsLib.evaluation.skull import real as benchmark_real
    from GenerativeModelsLib.evaluation.skull import real_heads as benchmark_heads
    from GenerativeModelsLib.evaluation.skull import scale as benchmark_scale
    from GenerativeModelsLib.evaluation.synthesis import labels as synthesis_labels
    from GenerativeModelsLib.evaluation.synthesis import translation as benchmark_translation
    from GenerativeModelsLib.evaluation.wall import benchmark as benchmark_thickness
    from GenerativeModelsLib.resources import default_bundle

    def bundle(kind: str = "skull") -> Path:
        return model or default_bundle(kind)

    def hearts() -> Models:
        return Models(bundle("heart"), baseline or (BASELINE if BASELINE.is_file() else None))

    benchmarks = {
        "skull": lambda: benchmark_skull.run(bundle(), cases or 200, seed, workers),
        "hc18": lambda: benchmark_real.run_hc18(bundle(), data, cases, workers, final=final),
        "rivals": lambda: benchmark_rivals.run(bundle(), data, cases or 30, workers, output),
        "ablations": lambda: benchmark_ablations.run(bundle(), data, cases or 30, workers),
        "scale": lambda: benchmark_scale.run_scale(bundle(), data, cases or 30, seed, workers),
        "templates": lambda: benchmark_heads.run_templates(bundle(), data, cases or 10, seed, workers),
        "domain": lambda: benchmark_domain.run_domain(bundle(), data, cases, seed, workers),
        "agreement": lambda: benchmark_agreement.run_agreement(bundle(), data, cases or 60, seed, workers),
        "imagined-planes": lambda: benchmark_imagined.run_imagined(bundle(), data, cases or 60, seed, workers),
        "speed": lambda: benchmark_speed.run(bundle(), cases or 5, default_bundle("heart")),
        "thickness": lambda: benchmark_thickness.run(cases or 3),
        "heart": lambda: benchmark_heart.run(hearts(), cases or 200, seed, workers),
        "heart-real": lambda: benchmark_heart_real.run(Models(bundle("heart"), baseline), data, cases or 300, workers),
        "heart-ablation": lambda: heart_ablation.run(
            *(bundle("heart"), baseline or heart_ablation.VAE, heart_ablation.BANK, data),
            *(cases or 80, seed, workers, output),
        ),
        "realign": lambda: benchmark_realign.run(bundle("heart"), data, cases or 20, seed, workers),
        "densities": lambda: benchmark_densities.run(bundle(), default_bundle("heart"), cases, seed, workers),
        "segmentation-check": lambda: benchmark_check.run(data, cases or 40, seed, workers),
        "label-model": lambda: benchmark_labels.run(bundle("repair"), data, cases or 40, seed, output, final=final),
        "repair": lambda: benchmark_repair.run(data, cases or 20, seed, workers, bundle=model, final=final),
        "uncertainty": lambda: benchmark_uncertainty.run(bundle("uncertainty"), data, seed, workers, final=final),
        "synthesis": lambda: benchmark_synthesis.run(data, cases, workers, output, final=final),
        "synthesis-labels": lambda: synthesis_labels.run(bundle("heart"), data, cases or 40, seed, workers),
        "translation": lambda: benchmark_translation.run(
            bundle("translate-ultrasound"), data, cases, seed, workers, output
        ),
        "heart-population": lambda: heart_population.run(data, cases or 300, seed, workers, output),
    }
    if name not in benchmarks:
        raise InputError(f"There is no benchmark '{name}': choose one of {', '.join(benchmarks)}.")
    called = f"{name}-final" if final and name in FINAL else name
    publish(called, benchmarks[name](), output, as_json=as_json)
