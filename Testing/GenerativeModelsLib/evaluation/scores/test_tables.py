import json

from GenerativeModelsLib.evaluation.scores.tables import Report, Table, publish


def test_a_report_is_printed_and_written(tmp_path, capsys):
    table = Table("Sizes", ("a", "b"), [("1", "2")], ["from five heads"])
    publish("sizes", Report([table], {"a": 1.0}), tmp_path / "out")
    printed = capsys.readouterr().out
    assert "| a | b |\n|---|---|\n| 1 | 2 |" in printed
    assert "from five heads" in (tmp_path / "out" / "sizes.md").read_text()
    assert json.loads((tmp_path / "out" / "sizes.json").read_text()) == {"a": 1.0}
