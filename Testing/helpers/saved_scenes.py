"""Scenes saved to disk and loaded again, as Slicer does it, without an application."""

from __future__ import annotations

from pathlib import Path

import slicer


def saved_and_loaded(scene, folder: Path):
    """A new scene with what `scene` was saved with, as Slicer's bundle holds it; sequences are unpacked in `folder`."""
    bundle, cache = folder / "bundle", folder / "cache"
    bundle.mkdir(parents=True)
    cache.mkdir()
    assert scene.SaveSceneToSlicerDataBundleDirectory(str(bundle))
    fresh = slicer.vtkMRMLScene()
    scene.CopyRegisteredNodesToScene(fresh)
    logic = slicer.vtkMRMLRemoteIOLogic()
    logic.SetMRMLScene(fresh)
    logic.AddDataIOToScene()
    logic.GetCacheManager().SetRemoteCacheDirectory(str(cache))
    fresh.logic = logic  # lives as long as the scene
    fresh.SetURL(str(next(bundle.rglob("*.mrml"))))
    assert fresh.Connect()
    return fresh
