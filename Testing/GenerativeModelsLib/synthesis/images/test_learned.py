"""Trained methods on volumes: the square put back, the style of the image, and memory that does not suffice."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.models.gaussian import DiagonalGaussian
from GenerativeModelsLib.synthesis.images.learned import LearnedSynthesiser
from GenerativeModelsLib.synthesis.images.model import load_synthesiser
from GenerativeModelsLib.synthesis.images.painters import (
    SHARED,
    DiffusionPainter,
    GeneratorPainter,
    StyleGaussian,
    style_of_volume,
)
from GenerativeModelsLib.synthesis.images.read import LabelledVolume, StyleImage, read_labels, read_style
from GenerativeModelsLib.synthesis.images.request import ImageSynthesisRequest
from GenerativeModelsLib.synthesis.images.run import method_of
from GenerativeModelsLib.synthesis.images.tone import Tone
from Testing.helpers.tiny_images import grey_file, write_heart, write_images_bundle
from Testing.helpers.tiny_uncertainty import write_uncertainty_bundle


class Recorder:
    """Paints the number of the class, and keeps what it was given."""

    def __init__(self) -> None:
        self.net = torch.nn.Linear(1, 1)
        self.given: list[tuple[torch.Tensor, torch.Tensor | None]] = []

    def noise(self, count: int, rng: np.random.Generator) -> dict[str, torch.Tensor]:
        return {"style": torch.zeros(1, 1), "own": torch.arange(float(count))[:, None]}

    def paint(self, classes: torch.Tensor, style: torch.Tensor | None, noise: dict) -> torch.Tensor:
        self.given.append((classes, style))
        assert noise["style"].shape == (1, 1) and len(noise["own"]) == len(classes)
        return classes.float() / 5 * 2 - 1


def heart(folder: Path, **options) -> tuple[LabelledVolume, StyleImage]:
    labels = write_heart(folder / "labels.nii.gz", **options)
    image = grey_file(labels, folder / "style.nii.gz")
    volume = read_labels(labels, "labels", "acdc")
    return volume, read_style(ImageSynthesisRequest(labels=labels, style=image), volume)


def test_the_square_is_drawn_and_around_it_is_the_style(tmp_path: Path) -> None:
    volume, style = heart(tmp_path)
    painter = Recorder()
    drawn = LearnedSynthesiser("spade", painter, 64, 1.4).draw(volume, style, np.random.default_rng(0))
    classes, seen = painter.given[0]
    assert classes.shape == (4, 64, 64) and set(classes.unique().tolist()) >= {1, 2, 3, 4}
    assert seen.shape == (4, 64, 64) and seen.min() >= -1 and seen.max() <= 1
    np.testing.assert_array_equal(drawn.values[..., :, :3], style.values[..., :, :3])
    tone = Tone.of(style.flat[:, drawn.inside])
    cavity, wall = (np.median(drawn.values[volume.values == value]) for value in (3, 2))
    assert cavity == pytest.approx(tone.grey(np.array(1 / 5 * 2 - 1)), rel=1e-3)
    assert wall == pytest.approx(tone.grey(np.array(2 / 5 * 2 - 1)), rel=0.05)
    assert drawn.surroundings == "style" and drawn.warnings == () and drawn.device == "cpu"


def test_without_a_style_on_the_grid_nothing_is_known_around_the_labels(tmp_path: Path) -> None:
    volume, _ = heart(tmp_path)
    (tmp_path / "other").mkdir()
    _, other = heart(tmp_path / "other", slices=6)
    elsewhere = StyleImage(other.values, other.pixel_mm, "x", False, other.labels)
    painter = Recorder()
    for style in (None, elsewhere):
        drawn = LearnedSynthesiser("spade", painter, 64, 1.4).draw(volume, style, np.random.default_rng(0))
        assert drawn.surroundings == "nothing" and set(painter.given[-1][0].unique().tolist()) == {0, 1, 2}
    assert painter.given[0][1] is None and painter.given[1][1].shape == (6, 64, 64)


def test_a_slice_alone_is_drawn_as_among_the_others(tmp_path: Path) -> None:
    volume, style = heart(tmp_path)
    method = LearnedSynthesiser("spade", Recorder(), 64, 1.4)
    whole = method.draw(volume, style, np.random.default_rng(0)).values
    alone = method.draw(volume, style, np.random.default_rng(0), 2).values
    assert alone.shape == (1, 1, *whole.shape[2:])
    np.testing.assert_array_equal(alone[0, 0], whole[0, 2])


def test_a_style_of_one_grey_about_the_heart_is_refused(tmp_path: Path) -> None:
    volume, style = heart(tmp_path)
    inside = LearnedSynthesiser("spade", Recorder(), 64, 1.4).draw(volume, style, np.random.default_rng(0)).inside
    style.values[..., inside] = 7
    with pytest.raises(InputError, match=r"style style.nii.gz is 7 everywhere about the heart: give an image of it"):
        LearnedSynthesiser("spade", Recorder(), 64, 1.4).draw(volume, style, np.random.default_rng(0))


def test_labels_beyond_the_square_are_told(tmp_path: Path) -> None:
    volume, _ = heart(tmp_path)
    drawn = LearnedSynthesiser("spade", Recorder(), 32, 1.4).draw(volume, None, np.random.default_rng(0))
    assert ["reach beyond the 45 mm" in warning for warning in drawn.warnings] == [True]


def test_many_slices_are_painted_in_parts_with_their_own_noise(tmp_path: Path) -> None:
    volume, _ = heart(tmp_path, slices=20)
    painter = Recorder()
    told: list[float] = []
    LearnedSynthesiser("spade", painter, 32, 4.0).draw(volume, None, np.random.default_rng(0), told=told.append)
    assert [len(classes) for classes, _ in painter.given] == [16, 4] and told == [0.8, 1.0]


def test_too_little_memory_of_the_device_leads_to_the_cpu(tmp_path: Path) -> None:
    volume, _ = heart(tmp_path)
    painter = Recorder()
    painter.net.to("meta")
    plain = painter.paint

    def paint(classes: torch.Tensor, style: torch.Tensor | None, noise: dict) -> torch.Tensor:
        if classes.device.type == "meta":
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        return plain(classes, style, noise)

    painter.paint = paint
    painter.net.to = lambda device: None
    drawn = LearnedSynthesiser("spade", painter, 32, 4.0).draw(volume, None, np.random.default_rng(0))
    moved = []
    painter.net.to = moved.append
    again = LearnedSynthesiser("spade", painter, 32, 4.0, device=torch.device("meta"))
    assert again.draw(volume, None, np.random.default_rng(0)).device == "cpu"
    assert moved == [torch.device("meta"), "cpu"], "the next image may fit: its device is tried first"
    assert drawn.device == "cpu" and any("memory of the device meta did not suffice" in w for w in drawn.warnings)


def test_a_volume_has_one_style_and_its_slices_share_their_noise() -> None:
    found = style_of_volume(lambda x: SimpleNamespace(mu=x, log_sigma=2 * x), torch.tensor([[1.0, 2.0], [3.0, 6.0]]))
    assert found.mu.tolist() == [[2.0, 4.0]] and found.log_sigma.tolist() == [[4.0, 8.0]]
    net = SimpleNamespace(dimensions=4, latent_size=32)
    noise = DiffusionPainter(net, 2.0).noise(6, np.random.default_rng(0))["latents"]
    assert noise.std() == pytest.approx(1, abs=0.03)
    alike = np.corrcoef(noise.flatten(1).numpy())
    assert alike[np.triu_indices(6, 1)].mean() == pytest.approx(SHARED, abs=0.01)


def test_a_style_is_drawn_as_the_styles_of_training_images_are_spread() -> None:
    torch.manual_seed(0)
    spread = torch.tensor([[2.0, 0.0], [1.0, 0.5]])
    mu = torch.tensor([3.0, -1.0]) + torch.randn(4000, 2) @ spread.T
    styles = StyleGaussian.of(DiagonalGaussian(mu, torch.full_like(mu, 0.5).log()))
    torch.testing.assert_close(styles.mean, torch.tensor([3.0, -1.0]), atol=0.1, rtol=0)
    expected = spread @ spread.T + 0.25 * torch.eye(2)
    torch.testing.assert_close(styles.factor @ styles.factor.T, expected, atol=0.2, rtol=0)
    painter = GeneratorPainter(lambda classes, z: z, styles)
    painter.net.style = 2
    noise = {"style": torch.tensor([[1.0, -2.0]])}
    z = painter.paint(torch.zeros(3, 4, 4), None, noise)
    torch.testing.assert_close(z, (styles.mean + styles.factor @ noise["style"][0]).expand(3, 2))


def test_bundles_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    bundle = write_images_bundle(tmp_path / "spade", "spade")
    assert load_synthesiser(bundle).size == 32
    with pytest.raises(InputError, match=r"has the networks of spade, and method is cgan"):
        method_of("cgan", load_synthesiser(bundle))
    with pytest.raises(InputError, match="kind heart-segmentation-uncertainty"):
        load_synthesiser(write_uncertainty_bundle(tmp_path / "other"))
    for told, fault in (({"classes": ["a"]}, "classes or pixels"), ({"grid_mm": "x"}, "settings are not those")):
        with pytest.raises(InputError, match=fault):
            load_synthesiser(write_images_bundle(tmp_path / "broken", "spade", **told))
