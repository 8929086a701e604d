"""Warnings that the scale or the age of a head cannot be right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import hypot, log, pi

from GenerativeModelsLib.errors import SCALE, Caution
from GenerativeModelsLib.language import listed, said
from GenerativeModelsLib.skull.growth.ages import fitting_age, weeks_and_days, z_with_error
from GenerativeModelsLib.skull.growth.registry import Chart

__all__ = ["MOST_Z", "Measured", "age_cautions", "proportion_cautions"]

MOST_Z = 3.0
"""Largest distance of a measurement from what is expected, in standard deviations of heads and measurement together."""
CEPHALIC_INDEX = 79.5, 4.6
"""Mean and SD of the cephalic index in per cent, of the 999 annotations of HC18 (van den Heuvel et al. 2018)."""
LOG_FILLING = log(0.860), 0.0665
"""Mean and SD of ln(volume / (pi / 6 (BPD OFD)^1.5)) over the heads of `skull/population`, of any age."""
_SHORT = {"hc": "HC", "bpd": "BPD", "ofd": "OFD"}


@dataclass(frozen=True)
class Measured:
    """A measurement and its standard deviation, 0 where that is unknown."""

    value: float
    sd: float = 0.0


def age_cautions(chart: Chart, sizes: Mapping[str, Measured], weeks: float | None) -> list[Caution]:
    """A warning where HC, BPD or OFD do not fit the age, or where HC fits no age.

    Parameters
    ----------
    chart
        Growth chart.
    sizes
        By quantity "hc", "bpd", "ofd", in mm, outer to outer.
    weeks
        The given age; None without one. Beyond the chart only what its nearest age rules out as well is warned of: a
        head that is too large for the first age of the chart, or too small for the last.
    """
    curves = {name: curve for name, curve in chart.curves.items() if name in sizes}
    if weeks is not None:
        first, last = chart.weeks
        nearest = min(max(weeks, first), last)
        far = [
            _distance(name, float(curve.z_score(sizes[name].value, nearest)), None if chart.covers(weeks) else nearest)
            for name, curve in curves.items()
            if _too_far(z_with_error(curve, sizes[name].value, sizes[name].sd, nearest), weeks, chart)
        ]
        if far:
            given = {"far_list": listed(far), "age": weeks_and_days(weeks), "chart": chart.title}
            fits = _fits(chart, sizes)
            sentence = (
                said(
                    "{far_list} does not fit the given age of {age} on the {chart} chart ({fits}): check the pixel "
                    "spacing or the age.",
                    **given,
                    fits=fits,
                )
                if len(far) == 1
                else said(
                    "{far_list} do not fit the given age of {age} on the {chart} chart ({fits}): check the pixel "
                    "spacing or the age.",
                    **given,
                    fits=fits,
                )
            )
            return [Caution(sentence, SCALE)]
    last, hc = chart.weeks[1], sizes["hc"]
    if z_with_error(curves["hc"], hc.value, hc.sd, last) > MOST_Z:
        score = float(curves["hc"].z_score(hc.value, last))
        return [
            Caution(
                said(
                    "HC of {hc:.0f} mm fits no age of the {chart} chart (z {z:+.1f} at {weeks:g} weeks): check the "
                    "pixel spacing.",
                    hc=hc.value,
                    chart=chart.title,
                    z=score,
                    weeks=last,
                ),
                SCALE,
            )
        ]
    return []


def _too_far(z: float, weeks: float, chart: Chart) -> bool:
    """Whether a z-score at the age of the chart nearest to `weeks` does not go with `weeks`."""
    first, last = chart.weeks
    return (z > MOST_Z and weeks <= last) or (z < -MOST_Z and weeks >= first)


def proportion_cautions(
    chart: Chart, sizes: Mapping[str, Measured], index: Measured, volume: Measured
) -> list[Caution]:
    """Warnings where the measurements of one head do not go together, at whatever age.

    Parameters
    ----------
    chart, sizes
        As in `age_cautions`.
    index
        Cephalic index in per cent.
    volume
        Head volume in ml.
    """
    found = []
    apart = _apart(chart, sizes)
    mean, sd = CEPHALIC_INDEX
    strange = abs(index.value - mean) > MOST_Z * hypot(sd, index.sd)
    if apart or strange:
        what = (
            said("{apart_list}, further apart than their 90 % intervals allow", apart_list=apart)
            if apart
            else said("The cephalic index of {index:.0f} % is one that heads of no age have", index=index.value)
        )
        sentence = (
            said(
                "{what}: check the pixel spacing, of rows and of columns; otherwise this head is unusually long.",
                what=what,
            )
            if index.value < mean
            else said(
                "{what}: check the pixel spacing, of rows and of columns; otherwise this head is unusually round.",
                what=what,
            )
        )
        found.append(Caution(sentence, SCALE))
    mean, sd = LOG_FILLING
    filling = log(1000 * volume.value / (pi / 6 * (sizes["bpd"].value * sizes["ofd"].value) ** 1.5))
    if abs(filling - mean) > MOST_Z * hypot(sd, volume.sd / volume.value):
        found.append(
            Caution(
                said(
                    "The head volume of {volume:.0f} ml does not go with a BPD of {bpd:.0f} mm and an OFD of "
                    "{ofd:.0f} mm: check the pixel spacing of every plane.",
                    volume=volume.value,
                    bpd=sizes["bpd"].value,
                    ofd=sizes["ofd"].value,
                ),
                SCALE,
            )
        )
    return found


def _apart(chart: Chart, sizes: Mapping[str, Measured]) -> str:
    """The pair of measurements whose ages' 90 % intervals do not meet, in words; "" if all do."""
    ages = {
        name: fitting_age(curve, sizes[name].value, sizes[name].sd)
        for name, curve in chart.curves.items()
        if name in sizes
    }
    order = [name for name in ("bpd", "ofd", "hc") if name in ages]
    for one, other in combinations(order, 2):
        first, second = ages[one], ages[other]
        if first.high < second.low or second.high < first.low:
            return listed([_age(chart, _SHORT[name], ages[name]) for name in (one, other)])
    return ""


def _distance(name: str, z: float, nearest: float | None) -> str:
    """A measurement and its z-score, at the age of the chart nearest to the given one."""
    if nearest is None:
        return said("{name} (z {z:+.1f})", name=_SHORT[name], z=z)
    return said("{name} (z {z:+.1f} at {weeks:g} weeks)", name=_SHORT[name], z=z, weeks=nearest)


def _age(chart: Chart, name: str, age) -> str:
    if age.outside == "below":
        return said("{name} is below the {chart} chart", name=name, chart=chart.title)
    if age.outside:
        return said("{name} is above the {chart} chart", name=name, chart=chart.title)
    return said("{name} fits {age}", name=name, age=weeks_and_days(age.weeks))


def _fits(chart: Chart, sizes: Mapping[str, Measured]) -> str:
    age = fitting_age(chart.curves["hc"], sizes["hc"].value, None)
    if age.outside == "below":
        return said("HC is below the chart at every age")
    if age.outside:
        return said("HC is above the chart at every age")
    return said("HC fits {age}", age=weeks_and_days(age.weeks))
