"""Installation of the backend's Python packages, after the user's consent.

PyTorch is installed by the Slicer extension of that name, the other packages by Slicer's pip. Call this from the main
thread: pip in another thread terminates Slicer 5.12.0.
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
"""Homepage of the extension, as in CMakeLists.txt."""
KEPT = ("numpy", "scipy", "SimpleITK", "pillow", "pydicom", "requests")
"""Packages of Slicer that pip must not change."""


@dataclass(frozen=True)
class PackageState:
    """Packages that are missing in this Python.

    Attributes
    ----------
    torch_missing
        PyTorch is absent or too old.
    packages
        Requirements of the other packages that are absent or too old.
    broken
        Message on partly installed packages and their repair; None if there are none.
    """

    torch_missing: bool
    packages: tuple[str, ...]
    broken: str | None = None

    @property
    def complete(self) -> bool:
        """Whether all packages of the worker process are installed."""
        return not (self.torch_missing or self.packages or self.broken)

    def sentence(self, run: str) -> str:
        """Message on the packages to install and their size, or on the repair that is needed first.

        Parameters
        ----------
        run
            Name of a run of the module, such as "analysis".
        """
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
        return _("Before its first {run} this module needs {wanted} in Slicer's Python.").format(
            run=run, wanted=_(" and ").join(wanted)
        )


def package_state() -> PackageState:
    """The state of this Python; no package is imported or installed."""
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


def _install_packages(packages: list[str], title: str) -> None:
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
            pip_ensure(packages, constraints=constraints, requester=title)
        except RuntimeError as error:
            raise _declined() from error


@dataclass(frozen=True)
class Installers:
    """Functions that install packages; tests replace them.

    Attributes
    ----------
    torch
        Installs PyTorch.
    packages
        Installs the given requirements for the module of the given title.
    """

    torch: Callable[[], None] = field(default=_install_torch)
    packages: Callable[[list[str], str], None] = field(default=_install_packages)


def install(
    state: PackageState, installers: Installers, title: str, look: Callable[[], PackageState] = package_state
) -> None:
    """Install the missing packages, each part after the user's consent.

    Parameters
    ----------
    title
        Title of the module that requests the packages.
    look
        Returns the state after the installation.

    Raises
    ------
    InputError
        The user declined, or the installation failed; the message contains the remedy.
    """
    try:
        if state.torch_missing:
            installers.torch()
        if state.packages:
            installers.packages(list(state.packages), title)
    except InputError:
        raise
    except Exception as error:  # pip can raise any error
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
    """Requirement `name==version` of each installed package of `KEPT`."""
    pins = []
    for name in KEPT:
        try:
            pins.append(f"{name}=={importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return pins
