# SPDX-License-Identifier: Apache-2.0
import pytest
from pydantic import ValidationError

from notices import Declaration, FactsMissing, Kind, declaration
from tests.notices.conftest import some_facts


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_is_declared_with_title_clauses_and_words(kind: Kind) -> None:
    declared = declaration(kind)
    assert declared.kind is kind
    assert declared.title.zh
    assert declared.title.en
    assert declared.basis
    assert declared.paragraphs


def test_every_kind_has_a_word_of_its_own_in_the_number() -> None:
    assert len({declaration(kind).word for kind in Kind}) == len(Kind)


@pytest.mark.parametrize("kind", [Kind.REFUSED, Kind.NOT_PERMITTED, Kind.JURISDICTION, Kind.REVOCATION_DECLINED])
def test_a_refusal_that_is_silent_about_review_and_court_is_not_a_declaration(kind: Kind) -> None:
    entry = declaration(kind).model_dump() | {"has_rights": False}
    with pytest.raises(ValidationError, match="review and court"):
        Declaration.model_validate(entry)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("nothing", [None, "", []])
def test_a_fact_that_nobody_gave_is_named(kind: Kind, nothing: object) -> None:
    for name in sorted(declaration(kind).facts):
        with pytest.raises(FactsMissing) as refused:
            declaration(kind).checked(some_facts(kind, **{name: nothing}))
        assert refused.value.facts == {"missing": name}


def test_facts_that_the_document_does_not_tell_are_not_kept() -> None:
    told = declaration(Kind.FILED).checked(some_facts(Kind.FILED, phone="13800000000"))
    assert "phone" not in told
    assert told == some_facts(Kind.FILED)
