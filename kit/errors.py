# SPDX-License-Identifier: Apache-2.0
"""Errors (错误): the one root of everything that may be refused. Hides how a class gets its code. Pure.

Each error class stands above the rule that raises it; status and wording stand in `web.errors`.
"""

import re
from typing import Any, ClassVar


class DomainError(Exception):
    """A request that a rule refuses. `facts` fill the sentence shown and never hold personal data."""

    code: ClassVar[str] = "domain_error"

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.code)
        self.facts = facts

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (type(self), self.facts)  # errors come back from worker processes with their facts

    def __str__(self) -> str:
        return f"{self.code} {self.facts}" if self.facts else self.code


def _rebuilt(kind: type[DomainError], facts: dict[str, Any]) -> DomainError:
    return kind(**facts)
