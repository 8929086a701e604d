"""Compare the results of two checkouts: the same bundles, seeds and inputs must give the same numbers.

Run as ``python -m tools.compare_checkouts OLD NEW [--benchmarks]``, both with the Python that runs this. Every number
of `result.json`, every mesh and volume of the sample cases, and with `--benchmarks` the figures of small benchmarks
are compared. What only one of the two has is listed apart; exit code 1 when a number differs.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HEAD, HEART = Path("Resources/SampleData/fetal_head"), Path("Resources/SampleData/heart")
SPACING = ("--axial-spacing", "0.22346", "--sagittal-spacing", "0.22761", "--coronal-spacing", "0.21587")
PLANES = tuple(f"--{name}={HEAD / name}.png" for name in ("axial", "sagittal", "coronal"))
CASES: dict[str, tuple[str | Path, ...]] = {
    "skull, three planes": ("skull", "reconstruct", *PLANES, *SPACING, "--gestational-age", "27"),
    "skull, axial": ("skull", "reconstruct", PLANES[0], *SPACING[:2], "--seed", "3"),
    "skull, mean only": ("skull", "reconstruct", *PLANES[:2], *SPACING[:4], "--samples", "0"),
    "heart": ("heart", "analyse", "--ed", HEART / "ed.nii.gz", "--es", HEART / "es.nii.gz"),
    "heart, end diastole": ("heart", "analyse", "--ed", HEART / "ed.nii.gz", "--sex", "female"),
    "heart sample": ("heart", "sample", "--condition", "hcm", "--n", "2", "--seed", "1"),
}
BENCHMARKS = ("thickness", "skull --cases 6", "heart --cases 6")
MEASURED = {"seconds", "created", "fingerprint", "files", "software", "bundle_sha256"}
"""Keys that are of the run or the version and not of the result."""
DATA = (".vtp", ".nii.gz")


def main() -> None:
    """Compare and print; see the module."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--benchmarks", action="store_true", help="the figures of small benchmarks too")
    options = parser.parse_args()
    checkouts = (options.old, options.new)
    differing = 0
    with tempfile.TemporaryDirectory() as scratch:
        for name, arguments in CASES.items():
            folders = [run(tree, arguments, Path(scratch) / f"{i} {name}") for i, tree in enumerate(checkouts)]
            differing += report(name, [*differences(*folders)])
        for benchmark in BENCHMARKS if options.benchmarks else ():
            words = ("benchmark", *benchmark.split())
            found = [figures(tree, words, Path(scratch) / f"{i} {benchmark}") for i, tree in enumerate(checkouts)]
            differing += report(f"benchmark {benchmark}", [*unequal(*found, "")])
    sys.exit(1 if differing else 0)


def run(checkout: Path, arguments: tuple[str | Path, ...], output: Path) -> Path:
    """Run a command of a checkout on the CPU; returns its output folder."""
    command = [sys.executable, "-m", "GenerativeModelsLib", *map(str, arguments), "--output", str(output)]
    if arguments[0] != "benchmark":
        command += ["--device", "cpu"]
    variables = os.environ | {"PYTHONPATH": str(checkout.absolute() / "GenerativeModels"), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(command, cwd=checkout, env=variables, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{checkout}: {' '.join(command)} failed:\n{done.stderr}")
    return output


def figures(checkout: Path, arguments: tuple[str, ...], output: Path) -> Any:
    """Figures of a benchmark."""
    (file,) = run(checkout, arguments, output).glob("*.json")
    return json.loads(file.read_text(encoding="utf-8"))


def differences(old: Path, new: Path) -> Iterator[str]:
    """What differs between two folders of results: a sentence each."""
    for name in sorted({p.relative_to(f).as_posix() for f in (old, new) for p in f.rglob("*") if p.is_file()}):
        if not (old / name).exists() or not (new / name).exists():
            yield f"only {'new' if (new / name).exists() else 'old'}: {name}"
        elif name.endswith(".json"):
            both = [json.loads((folder / name).read_text(encoding="utf-8")) for folder in (old, new)]
            yield from unequal(*both, name)
        elif name.endswith(DATA) and (old / name).read_bytes() != (new / name).read_bytes():
            yield f"differs: {name}"


def unequal(old: Any, new: Any, where: str) -> Iterator[str]:
    """Where two JSON values differ; keys that are measured are left out, those of one side are named."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            if key in MEASURED:
                continue
            if key not in old or key not in new:
                yield f"only {'new' if key in new else 'old'}: {where}.{key}"
            else:
                yield from unequal(old[key], new[key], f"{where}.{key}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new)):
            yield from unequal(one, other, f"{where}[{index}]")
    elif old != new and not (isinstance(old, float) and isinstance(new, float) and math.isnan(old) and math.isnan(new)):
        yield f"differs: {where}: {old!r} -> {new!r}"


def report(name: str, found: list[str]) -> int:
    """Print what was found of a case; returns how many numbers or files differ."""
    differing = [line for line in found if line.startswith("differs")]
    print(f"{name}: {'equal' if not differing else f'{len(differing)} differ'}")
    for line in found:
        print(f"  {line}")
    return len(differing)


if __name__ == "__main__":
    main()
