"""The folder of a station's sessions."""

from __future__ import annotations

import pytest


@pytest.fixture
def there(tmp_path):
    return tmp_path / "sessions"
