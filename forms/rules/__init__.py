# SPDX-License-Identifier: Apache-2.0
"""Rules (规则): what the law asks of answers taken together, one module for each kind of business. Pure."""

from forms.rules import (
    agents,
    changes,
    company,
    cooperative,
    endings,
    individual,
    moving,
    names,
    owners,
    partnership,
    sole,
)
from forms.rules.registry import Rule, apply_rule, known_rules

__all__ = ["Rule", "apply_rule", "known_rules"]
_MODULES = (agents, changes, company, cooperative, endings, individual, moving, names, owners, partnership, sole)
