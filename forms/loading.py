# SPDX-License-Identifier: Apache-2.0
"""Form declarations (表单声明): read every file of `declarations/`. I/O: files of the package."""

import tomllib
from pathlib import Path

from forms.form import Form
from forms.rules import known_rules

DECLARATIONS = Path(__file__).parent / "declarations"


def load_forms(folder: Path = DECLARATIONS) -> dict[tuple[str, int], Form]:
    """All forms by code and version. Raises ValueError for a form that does not fit together."""
    forms = [Form.model_validate(tomllib.loads(file.read_text("utf-8"))) for file in sorted(folder.glob("*.toml"))]
    for form in forms:
        if unknown := set(form.rules) - known_rules():
            raise ValueError(f"{form.code}: unknown rules {sorted(unknown)}")
    return {(form.code, form.version): form for form in forms}
