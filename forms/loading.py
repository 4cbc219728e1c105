# SPDX-License-Identifier: Apache-2.0
"""Form declarations (表单声明): read every file of `declarations/`. I/O: files of the package.

A page that many forms share stands once in `declarations/parts/`; a form takes it with `include`, gives it words of its
own where it wants, and adds fields.
"""

from pathlib import Path
from typing import Any

from forms.form import Form
from forms.rules import known_rules
from kit.declared import Refused, declared, fault, read_toml

DECLARATIONS = Path(__file__).parent / "declarations"
PARTS = DECLARATIONS / "parts"


def load_forms(folder: Path = DECLARATIONS, parts: Path = PARTS) -> dict[tuple[str, int], Form]:
    """All forms by code and version. Raises Refused for a form that does not fit together."""
    shared = {file.stem: read_toml(file) for file in sorted(parts.glob("*.toml"))}
    forms: dict[tuple[str, int], Form] = {}
    for file in sorted(folder.glob("*.toml")):
        tables = read_toml(file)
        tables["pages"] = [_page(file, index, page, shared) for index, page in enumerate(tables.get("pages", []))]
        form = declared(file, Form, tables)
        if unknown := set(form.rules) - known_rules():
            raise fault(file, ("rules",), f"nobody knows the rules {sorted(unknown)}")
        if (form.code, form.version) in forms:
            raise Refused(f"{file.name}: another file declares {form.code} in version {form.version}")
        forms[form.code, form.version] = form
    return forms


def _page(file: Path, index: int, page: dict[str, Any], shared: dict[str, dict[str, Any]]) -> dict[str, Any]:
    part = page.pop("include", None)
    if part is None:
        return page
    if part not in shared:
        raise fault(file, ("pages", index), f"there is no part {part}")
    return {**shared[part], **page, "fields": [*shared[part]["fields"], *page.get("fields", [])]}
