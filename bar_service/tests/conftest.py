from __future__ import annotations

import pytest

from bar_service.tests.bar import Saloon
from complaints.tests.house import House


@pytest.fixture
def saloon(house: House) -> Saloon:
    return Saloon.build(house)
