# SPDX-License-Identifier: Apache-2.0
"""The live session as it is spoken over HTTP: what is sent wrongly gets a sentence, and is never a pass."""

import io
import json
import random
from dataclasses import replace
from typing import Any

import httpx
import pytest
from PIL import Image

from demonstration.applicant import Applicant
from demonstration.sitting import APART_MS
from identity import evidence_of
from identity.liveness.session import LiveSession
from reference.synthesis.films import films, lively
from tests.journeys.conftest import Service

Told = dict[str, Any]


def ready(service: Service) -> tuple[Applicant, dict[str, str]]:
    person = service.applicant()
    person.start("sole-trader")
    person.photograph_card(service.card)
    person.choose("agree")
    return person, {"x-csrf-token": person.token(person.path("consent")), "accept": "application/json"}


def begun(person: Applicant, headers: dict[str, str]) -> Told:
    answer = person.client.post(person.path("live"), headers=headers)
    assert answer.status_code == 201
    phase: Told = answer.json()["phase"]
    return phase


def send(
    person: Applicant, headers: dict[str, str], phase: Told, frames: list[bytes], **changed: str
) -> httpx.Response:
    times = [place * APART_MS for place in range(len(frames))]
    form = {"token": phase["token"], "first": str(phase["first"]), "taken": json.dumps(times), **changed}
    files = [("frames", (f"{place}.jpg", frame, "image/jpeg")) for place, frame in enumerate(frames)]
    where = f"{person.path('live')}/{phase['session']}/frames"
    return person.client.post(where, data=form, files=files or None, headers=headers)


@pytest.fixture(scope="module")
def looking(_service: Service) -> list[bytes]:
    return lively(films(_service.live)["look"][:5], random.Random(3))  # noqa: S311


def told(answer: httpx.Response, status: int, words: str) -> None:
    assert answer.status_code == status, answer.text
    assert words in answer.json()["detail"]


def test_only_the_present_phase_is_told_and_the_next_one_when_its_frames_have_come(
    service: Service, looking: list[bytes]
) -> None:
    person, headers = ready(service)
    phase = begun(person, headers)
    assert (phase["kind"], phase["step"], phase["first"]) == ("look", 1, 0)
    assert "colours" not in phase
    answer = send(person, headers, phase, looking)
    following = answer.json()["phase"]
    assert following["kind"] in ("left", "right", "up", "down", "mouth")
    assert following["token"] != phase["token"]
    assert following["first"] == 5
    again = send(person, headers, phase, looking)  # the answer was lost: it is given again
    assert again.json()["phase"]["token"] == following["token"]
    told(send(person, headers, phase, looking[:4]), 409, "已经过去")
    told(send(person, headers, {**following, "first": 3}, looking[:2]), 409, "顺序不对")
    ahead = person.client.post(
        f"{person.path('live')}/{phase['session']}/intent", data={"token": following["token"]}, headers=headers
    )
    told(ahead, 409, "还没有开始")


def test_frames_that_are_missing_huge_broken_or_black_are_told(service: Service, looking: list[bytes]) -> None:
    person, headers = ready(service)
    phase = begun(person, headers)
    told(send(person, headers, phase, []), 422, "没有收到画面")
    told(send(person, headers, phase, looking, taken="[0]"), 422, "没有收到画面")
    told(send(person, headers, phase, looking, taken="none"), 422, "没有收到画面")
    told(send(person, headers, phase, [b"\xff\xd8\xff" + b"x" * 400_000]), 413, "画面太大")
    told(send(person, headers, phase, [looking[0][:2000]]), 422, "图片不完整")
    told(send(person, headers, phase, [b"MZ programme"]), 422, "不是可用的图片")
    dark = io.BytesIO()
    Image.new("RGB", (480, 640), (3, 3, 3)).save(dark, "JPEG")
    black = send(person, headers, phase, [dark.getvalue()] * 2)
    assert "光线太暗" in black.json()["hint"]
    assert black.json()["phase"]["kind"] == "look"


def test_a_session_of_another_person_device_or_time_is_refused_in_words(service: Service, looking: list[bytes]) -> None:
    person, headers = ready(service)
    phase = begun(person, headers)
    stranger, their = ready(service)
    where = f"{stranger.path('live')}/{phase['session']}/frames"
    form = {"token": phase["token"], "first": "0", "taken": "[0]"}
    files = {"frames": ("0.jpg", looking[0], "image/jpeg")}
    told(stranger.client.post(where, data=form, files=files, headers=their), 404, "没有找到这次拍摄")
    elsewhere = {"authorization": f"Bearer {person.client.cookies['approval_session']}", "accept": "application/json"}
    laptop = replace(person, client=service.client())
    told(send(laptop, elsewhere, phase, looking), 403, "另一台设备")


def test_without_consent_no_session_begins_and_with_it_only_three_a_day(service: Service, looking: list[bytes]) -> None:
    person, headers = ready(service)
    for _ in range(3):
        send(person, headers, begun(person, headers), looking)
    told(person.client.post(person.path("live"), headers=headers), 429, "12345")
    person.choose("decline")
    told(person.client.post(person.path("live"), headers=headers), 403, "单独告知")
    with service.database.reading() as session:
        evidence = evidence_of(session, person.application)
        assert (evidence.band, evidence.liveness, evidence.is_complete) == (None, None, True)
        assert session.query(LiveSession).filter_by(application_id=person.application).count() == 3


def test_leaving_the_page_deletes_the_frames(service: Service, looking: list[bytes]) -> None:
    person, headers = ready(service)
    phase = begun(person, headers)
    send(person, headers, phase, looking)
    where = f"{person.path('live')}/{phase['session']}/abandon"
    assert person.client.post(where, data={"csrf_token": headers["x-csrf-token"]}).status_code == 200
    with service.database.reading() as session:
        row = session.get_one(LiveSession, phase["session"])
        assert (row.state, row.pictures, row.measures) == ("abandoned", [], None)
    told(send(person, headers, phase, looking), 409, "已经结束")
