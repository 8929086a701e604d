"""Domains by name."""

from __future__ import annotations

import pytest

from GenerativeModelsLib.errors import InputError
from GenerativeModelsLib.synthesis.translate.domains import DOMAINS, MODALITIES, SIMULATED, require_domain


def test_every_domain_is_of_a_known_modality_and_found_by_its_name() -> None:
    assert {domain.modality for domain in DOMAINS.values()} <= set(MODALITIES)
    assert require_domain(SIMULATED) is DOMAINS[SIMULATED]


def test_an_unknown_domain_names_those_that_exist() -> None:
    with pytest.raises(InputError, match="to is 'ct': give one of simulated-ultrasound, hc18-ultrasound, or name a"):
        require_domain("ct")
