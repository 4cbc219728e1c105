# SPDX-License-Identifier: Apache-2.0
"""What may not stand in the sources: weak algorithms, guessable chance, raw markup, code from data, secrets."""

import ast
import re
from pathlib import Path

import pytest

from kit.settings import Settings

OURS = "addresses approval audit catalogue console credit demonstration forms identity instruments kit licences notices"
PACKAGES = [*OURS.split(), "register", "web", "workflows"]  # not `reference`: stand-ins for others
SOURCES = [*sorted(path for package in PACKAGES for path in Path(package).rglob("*.py")), Path("main.py")]
WEAK = re.compile(r"\b(md5|sha1|SHA1|MD5|ECB|DES|RC4|ARC4|Blowfish|PKCS1v15|PKCS1_v1_5)\b")
CHANCE = re.compile(r"\brandom\.(?!SystemRandom\b|Random\b(?!\())\w+|\bfrom random import")
SAME_EVERY_TIME = {"identity/matching/chips.py"}  # moves a picture a little, by a fixed seed, so that it repeats
RUNS = {"eval", "exec", "compile", "__import__"}
LOADS = {"pickle", "marshal", "shelve", "dill", "jsonpickle", "xml.sax", "telnetlib", "ftplib"}
ENVIRONMENT = {
    *("kit/settings.py", "licences/typeface.py", "main.py", "identity/workers.py", "demonstration/run.py"),
    *("console/starting.py", "kit/tracing.py", "kit/copying.py"),  # debugging, the collector, programmes that are run
    *("web/serving.py", "identity/directories.py"),  # a socket that is handed over, secrets of directories
}
# Each has its reason: what it makes of the data is escaped, or is a drawing of ours.
RAW = {
    ("web/render.py", "Markup"),
}


def named_of(tree: ast.AST) -> set[str]:
    """Modules that a source imports."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


PUBLISHED_SO = "identity/leaked.py"  # lists of stolen passwords hold SHA-1; nothing of ours is kept or signed by it


def calls_of(tree: ast.AST) -> set[str]:
    return {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_a_source_uses_nothing_weak_and_runs_no_data(path: Path) -> None:
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    said = re.sub(r"#.*", "", text)
    if str(path) != PUBLISHED_SO:
        assert not WEAK.search(said), "a weak algorithm"
    if str(path) not in SAME_EVERY_TIME:
        assert not CHANCE.search(said.replace("kit.random", "")), "chance that can be guessed: use kit.random"
    assert not calls_of(tree) & RUNS, "data that is run"
    assert not named_of(tree) & LOADS, "a format that runs what it holds"
    assert "shell=True" not in text
    assert "os.system" not in text
    assert "verify=False" not in text


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_no_statement_is_put_together_from_words(path: Path) -> None:
    """SQL with values in it; those that stand here are constants of ours."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in {
            "text",
            "exec_driver_sql",
        }:
            for argument in node.args[:1]:
                assert not isinstance(argument, ast.BinOp), path
                if isinstance(argument, ast.JoinedStr):
                    inside = {part.value for part in argument.values if isinstance(part, ast.FormattedValue)}
                    ours = {"self._runs"} if path == Path("workflows/durable.py") else set()  # a table of the engine
                    assert all(ast.unparse(value).isupper() or ast.unparse(value) in ours for value in inside), path


def test_markup_is_escaped_everywhere() -> None:
    for template in Path("web/templates").rglob("*.html"):
        text = template.read_text("utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape\s+false|Markup", text), template
    raw = {(str(path), "Markup") for path in SOURCES if re.search(r"\bMarkup\(", path.read_text("utf-8"))}
    assert raw == RAW


def test_scripts_write_text_and_never_markup() -> None:
    for script in Path("web/static/js").rglob("*.js"):
        text = script.read_text("utf-8")
        assert not re.search(r"(inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text), (
            script
        )
        assert not re.search(r"localStorage|sessionStorage|indexedDB|document\.cookie|postMessage", text), script
        assert not re.search(r"https?://(?!www\.w3\.org)", text), script


def test_the_environment_is_read_in_one_place() -> None:
    readers = {str(path) for path in SOURCES if re.search(r"os\.(environ|getenv)", path.read_text("utf-8"))}
    assert readers <= ENVIRONMENT


SECRETS = {"master_key", "old_master_key", "backup_key", "metrics_token", "sms_secret", "kms_secret", "hook_secret"} | {
    f"bureau_{name}" for name in ("token", "secret", "second_token", "second_secret")
}


def test_a_secret_has_no_value_of_its_own_and_is_never_shown() -> None:
    for name in SECRETS:
        field = Settings.model_fields[name]
        assert field.default.get_secret_value() == ""
    shown = repr(Settings.model_validate(dict.fromkeys(SECRETS, "s3cret-" * 9)))
    assert "s3cret" not in shown
    likely = {name for name in Settings.model_fields if re.search(r"key|token|secret|password", name)}
    places = {"keys_url", "master_key_file", "master_key_wrapped", "old_master_key_file", "old_master_key_wrapped"}
    assert likely - SECRETS <= places | {
        "most_passwords",
        "leaked_passwords",
        "log_key_file",
        "witness_key",
        "bureau_certificate_key",
    }


LOOKS_SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{36}"
    r"|(?i:password|secret)\s*=\s*[\"'][^\"'{]{12,}"
)


def test_no_secret_stands_in_the_sources() -> None:
    assert [str(path) for path in SOURCES if LOOKS_SECRET.search(path.read_text("utf-8"))] == []


# Patterns that could take exponential or square time.

PATTERNS = sorted(
    {
        (str(path), node.args[0].value if isinstance(node.args[0].value, str) else node.args[0].value.decode("latin-1"))
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str | bytes)
    }
)
NUMBERS = ("13800000001", "11010519491231002")
PIECES = ("a", "0", "1 ", " ", "-", ".", "一", "、", "号", "a0", "0a", "（", "aA", ",", "/", *NUMBERS)
LENGTH = 1_500


@pytest.mark.parametrize(("path", "pattern"), PATTERNS)
def test_no_pattern_takes_the_square_of_what_it_reads(path: str, pattern: str) -> None:
    import time

    compiled = re.compile(pattern)
    literals = [piece for piece in re.split(r"[^\w\u4e00-\u9fff/<> ]+", pattern) if piece][:4]
    for piece in (*PIECES, *literals):
        for end in ("", "!"):
            text = (piece * (LENGTH // len(piece) + 1))[:LENGTH] + end
            began = time.process_time()
            for ask in (compiled.search, compiled.fullmatch):
                ask(text)
            assert time.process_time() - began < 0.2, (path, piece)


def test_there_are_patterns_to_try() -> None:
    assert len(PATTERNS) > 20
