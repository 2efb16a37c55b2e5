"""The examples in docstrings do what they show."""

from __future__ import annotations

import doctest

import pytest

from cued import engine
from cued.coach.strides import step_change
from cued.coach.voice import arbiter
from cued.signal import clock, grid

MODULES = [arbiter, clock, engine, grid, step_change]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_the_example_of_a_module_gives_what_it_says(module):
    done = doctest.testmod(module)
    assert done.attempted
    assert done.failed == 0
