import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.evaluation import benchmark_speed, benchmark_thickness, benchmarks
from GenerativeModelsLib.evaluation.tables import Report, Table


def test_an_unknown_benchmark_names_the_known_ones(tmp_path):
    with pytest.raises(InputError, match="skull, hc18, templates, speed, thickness"):
        benchmarks.run("skul", model=tmp_path)


def test_a_benchmark_gets_its_bundle_and_number(tmp_path, monkeypatch, capsys):
    asked = []

    def fake(bundle, repeats):
        asked.append((bundle, repeats))
        return Report([Table("Speed", ("a",), [("1",)])])

    monkeypatch.setattr(benchmark_speed, "run", fake)
    benchmarks.run("speed", model=tmp_path, cases=3)
    assert asked == [(tmp_path, 3)]
    assert "Speed" in capsys.readouterr().out


def test_the_thickness_benchmark_needs_no_bundle(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(benchmark_thickness, "run", lambda repeats: Report([Table("Walls", ("n",), [(str(repeats),)])]))
    benchmarks.run("thickness", model=tmp_path / "missing")
    assert "| 3 |" in capsys.readouterr().out


def test_the_best_of_repetitions_is_positive():
    assert benchmark_speed.best(lambda: sum(range(1000)), 3) > 0
