import pytest

from GenerativeModelsLib import resources
from GenerativeModelsLib.benchmarks import run as benchmarks
from GenerativeModelsLib.cli.benchmark import NAMES
from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation import speed as benchmark_speed
from GenerativeModelsLib.evaluation.heart import benchmark as benchmark_heart
from GenerativeModelsLib.evaluation.heart.run import Models
from GenerativeModelsLib.evaluation.scores.tables import Report, Table
from GenerativeModelsLib.evaluation.scores.timing import best, cold_process
from GenerativeModelsLib.evaluation.wall import benchmark as benchmark_thickness


def test_an_unknown_benchmark_names_the_known_ones(tmp_path):
    with pytest.raises(InputError, match="There is no benchmark 'skul': choose one of skull, hc18") as found:
        benchmarks.run("skul", model=tmp_path)
    assert sorted(str(found.value).split("one of ")[1].rstrip(".").split(", ")) == sorted(NAMES)


def test_a_benchmark_gets_its_bundle_and_number(tmp_path, monkeypatch, capsys):
    asked = []

    def fake(bundle, repeats, heart):
        asked.append((bundle, repeats, heart.name))
        return Report([Table("Speed", ("a",), [("1",)])])

    monkeypatch.setattr(benchmark_speed, "run", fake)
    monkeypatch.setattr(resources, "default_bundle", lambda kind: tmp_path / kind)
    benchmarks.run("speed", model=tmp_path, cases=3)
    assert asked == [(tmp_path, 3, "heart")]
    assert "Speed" in capsys.readouterr().out


def test_the_thickness_benchmark_needs_no_bundle(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(benchmark_thickness, "run", lambda repeats: Report([Table("Walls", ("n",), [(str(repeats),)])]))
    benchmarks.run("thickness", model=tmp_path / "missing")
    assert "| 3 |" in capsys.readouterr().out


def test_the_vae_of_the_last_training_is_set_beside_where_it_is(tmp_path, monkeypatch):
    asked = []
    empty = Report([Table("Hearts", ("a",), [("1",)])])
    monkeypatch.setattr(benchmark_heart, "run", lambda models, *rest: asked.append((models, *rest)) or empty)
    monkeypatch.chdir(tmp_path)
    benchmarks.run("heart", model=tmp_path, cases=3)
    (tmp_path / "runs" / "heart").mkdir(parents=True)
    benchmarks.BASELINE.touch()
    benchmarks.run("heart", model=tmp_path, cases=3)
    benchmarks.run("heart", model=tmp_path, cases=3, baseline=tmp_path / "own")
    assert [models.baseline for models, *_ in asked] == [None, benchmarks.BASELINE, tmp_path / "own"]
    assert asked[0] == (Models(tmp_path), 3, 0, 2)


def test_the_best_of_repetitions_is_positive():
    assert best(lambda: sum(range(1000)), 3) > 0


def test_a_command_of_its_own_tells_its_seconds_and_memory():
    found = cold_process(["--version"], 1)
    assert found.seconds > 0
    assert found.memory_gb is None or 0.005 < found.memory_gb < 2


def test_a_command_that_fails_tells_why():
    with pytest.raises(RuntimeError, match="No such command 'nothing'"):
        cold_process(["nothing"], 1)
