# SPDX-License-Identifier: Apache-2.0
"""A worker in a process of its own shows what it counted, on this machine only."""

import httpx
import pytest

from console.keeping import measured
from demonstration.run import free_port
from kit import measures


def test_a_worker_shows_its_counts_while_it_runs_and_not_afterwards() -> None:
    port = free_port()
    with measured(port, "worker-1"):
        measures.STEPS.labels("probe", "done").inc()
        told = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
        assert 'approval_steps_total{outcome="done",step="probe"} 1.0' in told
        with pytest.raises(OSError, match="in use"), measured(port, "worker"):
            pytest.fail("two processes under one number")
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False)


def test_several_of_one_machine_stand_one_behind_the_other_and_none_by_default() -> None:
    port = free_port()
    with measured(port - 1, "worker-2"):
        assert httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).status_code == 200
    with measured(0, "worker-1"):
        pass
