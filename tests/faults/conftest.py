# SPDX-License-Identifier: Apache-2.0
"""What takes longer than a few seconds runs in `make faults` (FAULTS=1) only; the rest runs with every other test."""

import os

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("FAULTS"):
        return
    left = [item for item in items if item.get_closest_marker("nightly")]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in set(left)]
