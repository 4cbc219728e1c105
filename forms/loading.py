# SPDX-License-Identifier: Apache-2.0
"""Form declarations (表单声明): read every file of `declarations/`. I/O: files of the package.

What many forms share stands once in `declarations/parts/`. A page takes a part with `include`, gives it words of its
own where it wants, and adds fields; among its fields, `{ include = "scope" }` stands for the fields of that part.
"""

import re
from functools import partial
from pathlib import Path
from typing import Any

from forms.form import Form
from forms.rules import known_rules
from kit.declared import Location, declared, fault, read_toml

DECLARATIONS = Path(__file__).parent / "declarations"
PARTS = DECLARATIONS / "parts"


def load_forms(folder: Path = DECLARATIONS, parts: Path = PARTS) -> dict[tuple[str, int], Form]:
    """All forms by code and version. Raises Refused for a form that does not fit together."""
    shared = {file.stem: read_toml(file) for file in sorted(parts.glob("*.toml"))}
    forms: dict[tuple[str, int], Form] = {}
    for file in sorted(folder.glob("*.toml")):
        tables = read_toml(file)
        written = [dict(page) for page in tables.get("pages", [])]
        tables["pages"] = [_page(file, index, page, shared) for index, page in enumerate(tables.get("pages", []))]
        form = declared(
            file,
            Form,
            tables,
            partial(_spoken_of, pages=written),
            partial(_moved, pages=written, shared=shared),
        )
        if unknown := set(form.rules) - set(known_rules()):
            raise fault(file, ("rules",), f"nobody knows the rules {sorted(unknown)}")
        if (form.code, form.version) in forms:
            raise fault(file, ("version",), f"another file declares {form.code} in version {form.version}")
        forms[form.code, form.version] = form
    return forms


def _spoken_of(reason: str, pages: list[dict[str, Any]]) -> Location:
    """The page or field that a fault of the whole form speaks of; of a field that comes from a part, the whole form."""
    named = re.search(r"\b(page|field) ([a-z][a-z_-]*)", reason)
    if named is None:
        return ("code",)
    for index, page in enumerate(pages):
        if named[1] == "page" and named[2] in (page.get("name"), page.get("include")):
            return ("pages", index)
        for place, field in enumerate(page.get("fields", [])):
            if named[1] == "field" and field.get("name") == named[2]:
                return ("pages", index, "fields", place)
    return ("code",)


def _moved(where: Location, pages: list[dict[str, Any]], shared: dict[str, dict[str, Any]]) -> Location:
    """The place in the file of a field that parts have pushed on; of one that a part brought, where it is included."""
    if len(where) < 4 or where[0] != "pages" or where[2] != "fields":
        return where
    page = pages[int(where[1])]
    brought = len(shared[page["include"]]["fields"]) if "include" in page else 0
    at = int(where[3]) - brought
    if at < 0:
        return where[:2]
    for place, field in enumerate(page.get("fields", [])):
        size = len(shared[field["include"]]["fields"]) if "include" in field else 1
        if at < size:
            return (*where[:3], place, *(where[4:] if "include" not in field else ()))
        at -= size
    return where[:2]


def _page(file: Path, index: int, page: dict[str, Any], shared: dict[str, dict[str, Any]]) -> dict[str, Any]:
    own = [one for field in page.get("fields", []) for one in _fields(file, index, field, shared)]
    part = page.pop("include", None)
    if part is None:
        return {**page, "fields": own} if "fields" in page else page
    return {**_part(file, index, part, shared), **page, "fields": [*_part(file, index, part, shared)["fields"], *own]}


def _fields(file: Path, index: int, field: dict[str, Any], shared: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The field itself, or those of the part that it names; words given beside `include` replace those of its first."""
    if "include" not in field:
        return [field]
    words = {name: value for name, value in field.items() if name != "include"}
    first, *rest = _part(file, index, field["include"], shared)["fields"]
    return [{**first, **words}, *rest]


def _part(file: Path, index: int, part: str, shared: dict[str, dict[str, Any]]) -> dict[str, Any]:
    if part not in shared:
        raise fault(file, ("pages", index), f"there is no part {part}")
    return shared[part]
