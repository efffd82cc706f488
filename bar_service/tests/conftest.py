from __future__ import annotations

from typing import Any

import pytest

from bar_service.tests.bar import Saloon


@pytest.fixture
def saloon(house: Any) -> Saloon:
    return Saloon.build(house)
