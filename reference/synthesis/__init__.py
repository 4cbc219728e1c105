# SPDX-License-Identifier: Apache-2.0
"""Synthesis (合成演示): one photograph made to turn, nod and open its mouth, for demonstration, tests and benchmarks.

It is what an attacker with a program would inject, and is used as such in `tests/identity/liveness/attacks.py`. Its
heads are shaped by formula, not by the model that measures them. `films` is the door; `head` loads image libraries.
"""
