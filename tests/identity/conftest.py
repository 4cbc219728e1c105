# SPDX-License-Identifier: Apache-2.0
"""The real matcher and real photographs, once for all tests of the package."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from identity.card import PREPARE
from identity.face import DlibMatcher
from identity.workers import Workers
from reference import bureau, idcard, photographs


@pytest.fixture(scope="session")
def pictures() -> photographs.Photographs:
    try:
        return photographs.fetch()
    except photographs.PhotographsUnavailable as error:
        pytest.skip(str(error))


def a_card_of(photograph: Path) -> bytes:
    name, number = bureau.CLEAN
    return idcard.draw(photograph.read_bytes(), idcard.Holder(name, number, "南京市栖霞区样例路 1 号"))


@pytest.fixture(scope="session")
def card(pictures: photographs.Photographs) -> bytes:
    return a_card_of(pictures.accept_portrait)


@pytest.fixture(scope="session")
def matcher() -> Iterator[DlibMatcher]:
    made = DlibMatcher(Workers(1, prepare=(PREPARE,)))
    yield made
    made.close()
