"""The part of the panel that installs packages, with stand-in widgets; no Slicer needed."""

from __future__ import annotations

from types import SimpleNamespace

from GenerativeModelsLib.errors import InputError


def test_it_asks_for_the_module_and_hides_when_all_is_there(desktop, widget) -> None:
    install = desktop("package_install")
    ui = SimpleNamespace(**{f"firstRun{part}": widget() for part in ("Frame", "Button", "Label", "StatusLabel")})
    calls = []

    def packages(names: list[str], title: str) -> None:
        calls.append((names, title))
        if len(calls) == 1:
            raise InputError("Nothing was installed.")

    panel = desktop("packages_panel").PackagesPanel(
        ui,
        lambda: calls.append("complete"),
        title="A Title",
        run="analysis",
        installers=install.Installers(lambda: None, packages),
        look=lambda: install.PackageState(False, () if len(calls) > 1 else ("pydantic>=2.8",)),
    )
    assert "first analysis" in ui.firstRunLabel.text
    assert ui.firstRunFrame.visible and not ui.firstRunStatusLabel.visible
    ui.firstRunButton.click()
    assert (ui.firstRunStatusLabel.text, ui.firstRunStatusLabel.visible) == ("Nothing was installed.", True)
    assert ui.firstRunFrame.visible
    ui.firstRunButton.click()
    assert calls == [(["pydantic>=2.8"], "A Title")] * 2 + ["complete"]
    assert not ui.firstRunFrame.visible and panel.state.complete


def test_packages_in_parts_are_repaired_first(desktop, widget) -> None:
    broken = desktop("package_install").PackageState(False, (), "Repair torch.")
    ui = SimpleNamespace(**{f"firstRun{part}": widget() for part in ("Frame", "Button", "Label", "StatusLabel")})
    desktop("packages_panel").PackagesPanel(ui, lambda: None, title="A Title", run="analysis", look=lambda: broken)
    assert ui.firstRunFrame.visible and not ui.firstRunButton.visible
    assert ui.firstRunLabel.text == "Repair torch."
