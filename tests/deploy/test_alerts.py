# SPDX-License-Identifier: Apache-2.0
"""The alerts are rules that Prometheus can read, and ask for measures that the service gives."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

RULES = Path("deploy/prometheus/alerts.yml")
DECLARED = "".join(Path(path).read_text("utf-8") for path in ("kit/measures.py", "web/pages/health.py"))


def rules() -> Iterator[dict[str, object]]:
    for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"]:
        assert set(group) == {"name", "rules"}
        yield from group["rules"]


def test_each_alert_says_when_how_urgent_and_what() -> None:
    names = []
    for rule in rules():
        assert set(rule) - {"for"} == {"alert", "expr", "labels", "annotations"}
        assert rule["labels"] in ({"severity": "page"}, {"severity": "ticket"})
        assert re.fullmatch(r"\d+[smh]", str(rule.get("for", "0s")))
        expression = str(rule["expr"])
        assert [expression.count(left) for left in "([{"] == [expression.count(right) for right in ")]}"]
        names.append(rule["alert"])
    assert len(names) == len(set(names)) >= 7


def test_an_alert_asks_only_for_measures_that_there_are() -> None:
    for rule in rules():
        asked = re.findall(r"approval_[a-z_]+", str(rule["expr"]))
        assert asked
        for name in asked:
            declared = re.sub(r"_(bucket|count|sum|total)$", "", name)
            assert f'"{declared}"' in DECLARED, name


def test_a_limit_of_a_bucket_is_one_of_the_buckets() -> None:
    limits = re.findall(r'le="([\d.]+)"', RULES.read_text("utf-8"))
    buckets = re.search(r"_REQUEST_BUCKETS = \((.+)\)", DECLARED)
    assert limits
    assert buckets is not None
    assert set(limits) <= set(buckets[1].split(", "))
