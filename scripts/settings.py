# SPDX-License-Identifier: Apache-2.0
"""Settings as a table (配置表): every variable of the environment, its default and what it decides. I/O: one file.

python -m scripts.settings    # writes docs/settings.md
"""

from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from kit.settings import Settings

PAGE = Path("docs/settings.md")
HEAD = """<!-- SPDX-License-Identifier: Apache-2.0; written by `python -m scripts.settings` -->
# Settings 配置

Variables of the environment, or lines of a file `.env`. Secrets come from nowhere else. An unsafe configuration does
not start and says why in one sentence each ([operations](operations.md)). An empty default of a secret means that what
it opens stays shut.

| variable | if nothing is said | what it decides |
|---|---|---|
"""


def row(name: str, field: FieldInfo) -> str:
    """One line of the table. Raises ValueError for a setting that nobody explains."""
    if not field.description:
        raise ValueError(f"kit/settings.py: {name} has no description")
    value = field.default
    is_secret = isinstance(value, SecretStr)
    told = "–" if is_secret or value in (None, "") else f"`{value}`"
    return f"| `{name.upper()}`{' (secret)' if is_secret else ''} | {told} | {field.description} |"


def page() -> str:
    return HEAD + "".join(f"{row(name, field)}\n" for name, field in Settings.model_fields.items())


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
