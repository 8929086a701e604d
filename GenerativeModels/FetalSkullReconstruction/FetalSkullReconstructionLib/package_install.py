"""Getting the Python packages the reconstruction needs, with the user's consent; every failure says what to do.

PyTorch comes from the Slicer extension of that name, the rest from pip in Slicer's own manner. Call it from the main
thread, on a click: pip elsewhere ends Slicer 5.12.0.
"""

from __future__ import annotations

import importlib.metadata
import logging
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import slicer
from slicer.i18n import tr as _

from GenerativeModelsLib import environment
from GenerativeModelsLib.errors import InputError

__all__ = ["Installers", "PackageState", "install", "package_state"]

HOMEPAGE = "https://github.com/GenerativeModels/SlicerGenerativeModels"
"""Of the extension, as CMakeLists.txt has it."""
KEPT = ("numpy", "scipy", "SimpleITK", "pillow", "pydicom", "requests")
"""Packages of Slicer's own that pip must leave as they are."""


@dataclass(frozen=True)
class PackageState:
    """What this Python lacks.

    Attributes
    ----------
    torch_missing
        PyTorch is absent or too old.
    packages
        Requirements of the other packages that are absent or too old.
    broken
        A sentence on packages that are there and cannot work, with their repair; None when there are none.
    """

    torch_missing: bool
    packages: tuple[str, ...]
    broken: str | None = None

    @property
    def complete(self) -> bool:
        """Whether a reconstruction can be started."""
        return not (self.torch_missing or self.packages or self.broken)

    def sentence(self) -> str:
        """What will be installed and how large it is; or what must be repaired first."""
        if self.broken:
            return self.broken
        wanted = []
        if self.torch_missing:
            wanted.append(
                _("PyTorch (a download of about 200 MB, or up to 3 GB where it fits an NVIDIA graphics card)")
            )
        if self.packages:
            names = ", ".join(requirement.partition(">=")[0] for requirement in self.packages)
            wanted.append(_("{count} packages of about 60 MB ({names})").format(count=len(self.packages), names=names))
        return _("Before its first reconstruction this module needs {wanted} in Slicer's Python.").format(
            wanted=_(" and ").join(wanted)
        )


def package_state() -> PackageState:
    """Look what is there; nothing is imported, nothing installed."""
    broken = " ".join(environment.half_installed()) or None
    return PackageState(environment.torch_missing(), tuple(environment.missing_packages()), broken)


def _install_torch() -> None:
    try:
        from PyTorchUtils import PyTorchUtilsLogic
    except ImportError:
        raise InputError(
            _(
                "PyTorch comes from the Slicer extension PyTorch, which is not installed: open the Extensions Manager, "
                "install PyTorch, restart Slicer and press Install again."
            )
        ) from None
    requirement = environment.TORCH_REQUIREMENT.removeprefix("torch")
    if PyTorchUtilsLogic().installTorch(askConfirmation=True, torchVersionRequirement=requirement) is None:
        raise _declined()


def _install_packages(packages: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        constraints = Path(folder) / "constraints.txt"
        constraints.write_text("\n".join(_kept()) + "\n", encoding="utf-8")
        try:
            from slicer.packaging import pip_ensure
        except ImportError:  # Slicer 5.10
            question = _("{names} will be installed in Slicer's Python by pip. Continue?")
            if not slicer.util.confirmOkCancelDisplay(question.format(names=", ".join(packages))):
                raise _declined() from None
            slicer.util.pip_install(["--constraint", str(constraints), *packages])
            return
        try:
            pip_ensure(packages, constraints=constraints, requester="Fetal Skull Reconstruction")
        except RuntimeError as error:
            raise _declined() from error


@dataclass(frozen=True)
class Installers:
    """The two ways packages come in; tests put others in their place."""

    torch: Callable[[], None] = field(default=_install_torch)
    packages: Callable[[list[str]], None] = field(default=_install_packages)


def install(state: PackageState, installers: Installers, look: Callable[[], PackageState] = package_state) -> None:
    """Install what the state lacks, each part after the user's consent.

    Raises
    ------
    InputError
        It was declined or did not succeed; the sentence says what to do.
    """
    try:
        if state.torch_missing:
            installers.torch()
        if state.packages:
            installers.packages(list(state.packages))
    except InputError:
        raise
    except Exception as error:  # whatever pip and its helpers raise
        logging.exception("Installing Python packages failed")
        raise InputError(
            _(
                "The packages could not be installed ({error}): check the network connection and the proxy settings "
                "and press Install again; without network follow docs/extension.md, section Offline installation, "
                "at {homepage}"
            ).format(error=str(error).strip().split("\n")[0] or type(error).__name__, homepage=HOMEPAGE)
        ) from error
    after = look()
    if after.broken:
        raise InputError(after.broken)
    if not after.complete:
        raise InputError(
            _(
                "Some packages are still missing after the installation ({names}): restart Slicer and look at this "
                "module again; if they are still missing, follow docs/extension.md, section Offline installation, "
                "at {homepage}"
            ).format(
                names=", ".join((*(("torch",) if after.torch_missing else ()), *after.packages)), homepage=HOMEPAGE
            )
        )


def _declined() -> InputError:
    return InputError(
        _(
            "Nothing was installed, as you wished: press Install when you are ready, or install the packages yourself "
            "as docs/extension.md, section Offline installation, at {homepage} describes."
        ).format(homepage=HOMEPAGE)
    )


def _kept() -> list[str]:
    """A pin for each package of Slicer's own that is there."""
    pins = []
    for name in KEPT:
        try:
            pins.append(f"{name}=={importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return pins
