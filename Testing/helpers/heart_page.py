"""The pages of the left ventricle as a test drives them."""

from __future__ import annotations

from Testing.helpers.web_tab import WebTab

__all__ = ["HeartPage"]


class HeartPage(WebTab):
    """A tab with the pages of the left ventricle."""

    anatomy = "heart"

    @property
    def drawn(self) -> str:
        """The latent point whose shape is drawn."""
        return self.page.get_attribute("[data-shape-at]", "data-shape-at") or ""

    def wait_for_shape(self, before: str = "") -> str:
        """Wait until the shape of another point is drawn; the point."""
        self.page.wait_for_function(
            "before => (document.querySelector('[data-shape-at]')?.dataset.shapeAt ?? before) !== before", arg=before
        )
        return self.drawn

    def wait_for_the_patient(self) -> None:
        """Wait until the shape of the patient is drawn and the explored point lies on it."""
        self.page.wait_for_function(
            """() => {
                const [own, z] = ["own", "z"].map((name) => window.trame.state.get(`heart__Explored__${name}`));
                const drawn = (document.querySelector("[data-shape-at]")?.dataset.shapeAt ?? "").split(",").map(Number);
                const near = (a, b) => a.length > 1 && own.every((value, k) => Math.abs(a[k] - b[k]) < 1e-3);
                return own.length && near(z, own) && near(drawn, own);
            }"""
        )

    @property
    def handle(self):
        """The explored point in the plot."""
        return self.page.locator("[data-gm-handle][data-gm-axes=xy]")

    def readings(self) -> dict[str, str]:
        """The numbers of the explored shape by their labels."""
        rows = self.page.locator(".gm-readings div").all()
        return {row.locator("dt").inner_text(): row.locator("dd").inner_text() for row in rows}
