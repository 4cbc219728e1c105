# SPDX-License-Identifier: Apache-2.0
"""Whatever goes wrong gets its own clear sentence and a way on, and nothing typed is lost."""

import io

import pytest
from PIL import Image

from credit import HttpBureau
from demonstration.applicant import COMPANY, SOLE_TRADER, said
from reference import bureau
from tests.identity.test_images import a_png_of
from tests.journeys.conftest import Service


def upload_card(service: Service, data: bytes, name: str = "card.jpg") -> str:
    person = service.applicant()
    person.start("sole-trader")
    where = person.path("idcard")
    answer = person.send(where, {}, shown_on=where, files={"photo": (name, data, "image/jpeg")})
    assert answer.status_code == 422
    assert "待完成" in person.page(person.path())
    return said(answer.text)


def jpeg(size: tuple[int, int] = (600, 400)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (150, 140, 130)).save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "没有收到照片"),
        (b"MZ disguised program", "这不是可用的图片"),
        (jpeg(), "没有认出身份证"),
        (a_png_of(10_000, 5_000), "图片太大"),
    ],
)
def test_each_bad_card_has_its_own_sentence(service: Service, data: bytes, sentence: str) -> None:
    assert sentence in upload_card(service, data)


def test_a_truncated_card_and_two_faces_without_a_card(service: Service) -> None:
    assert "图片不完整" in upload_card(service, service.card[: len(service.card) // 2])
    face, other = (Image.open(io.BytesIO(data)).convert("RGB") for data in (service.live, service.other))
    both = Image.new("RGB", (face.width + other.width, max(face.height, other.height)))
    both.paste(face, (0, 0))
    both.paste(other, (face.width, 0))
    out = io.BytesIO()
    both.save(out, "JPEG", quality=90)
    assert "没有认出身份证" in upload_card(service, out.getvalue())


def test_a_wrong_code_is_told_and_the_right_one_still_works(service: Service) -> None:
    person = service.applicant()
    person.client.cookies.clear()
    person.expect(person.send("/signin", {"phone": "13712345678", "next": "/"}, shown_on="/signin"))
    right = person.code()
    wrong = "000000" if right != "000000" else "111111"
    answer = person.send("/signin/code", {"code": wrong, "next": "/"}, shown_on="/signin/code")
    assert "验证码不对" in answer.text
    assert person.send("/signin/code", {"code": right, "next": "/"}, shown_on="/signin/code").url.path == "/"


def test_somebody_elses_application_does_not_exist(service: Service) -> None:
    owner, stranger = service.applicant(), service.applicant()
    owner.start("sole-trader")
    for path in (owner.path(), owner.path("form/operator"), owner.path("check"), f"/cases/{owner.application}"):
        assert stranger.client.get(path).status_code == 404
    assert service.staff("clerk").client.get(f"/review/{owner.application}").status_code == 404


def test_a_broken_check_digit_is_told_and_what_was_typed_stays(service: Service) -> None:
    person = service.applicant()
    person.start("sole-trader")
    number = bureau.CLEAN[1]
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    where = person.path("form/operator")
    form = {**SOLE_TRADER["operator"], "operator_name": "林清和", "operator_id": wrong, "operator_address": "某处 1 号"}
    form |= {f"asked-{name}": "1" for name in form}
    answer = person.send(where, form, shown_on=where)
    assert answer.status_code == 422
    assert "号码校验不通过" in answer.text
    assert wrong in person.page(where)
    assert "某处 1 号" in person.page(where)


def test_a_second_submit_is_answered_with_the_receipt_and_changes_nothing(service: Service) -> None:
    person = service.filled_in("decline")
    person.sign_and_submit()
    token = {"csrf_token": person.token("/verify"), "agree": "yes", "code": "000000"}
    again = person.client.post(person.path("sign"), data=token)
    assert again.status_code == 303
    assert again.headers["location"] == person.path("receipt")
    assert person.page(person.path("receipt")).count("受理编号") == 1


def test_an_unfinished_application_is_not_submitted(service: Service) -> None:
    person = service.applicant()
    person.start("sole-trader")
    page = person.page(person.path("check"))
    assert "去签名" not in page
    assert "请选择“组成形式”" in page
    person.expect(person.send(person.path("sign/code"), {}, shown_on=person.path("sign")))
    form = {"agree": "yes", "code": person.code(), "read": person.read_texts()}
    answer = person.send(person.path("sign"), form, shown_on=person.path("sign"))
    assert answer.status_code == 422
    assert "还有内容没有填完" in answer.text


def test_another_face_is_asked_to_try_again_and_may_go_to_a_clerk(service: Service) -> None:
    person = service.applicant()
    person.start("sole-trader")
    person.answer(SOLE_TRADER)
    person.photograph_card(service.card)
    person.choose("agree")
    told = person.look_into_camera(service.other)
    assert told["state"] == "retry"
    assert "工作人员" in str(told["message"])
    assert told["attempts_left"] == 4
    person.choose("decline")
    person.sign_and_submit()


def test_no_face_is_compared_without_consent(service: Service) -> None:
    person = service.applicant()
    person.start("sole-trader")
    person.photograph_card(service.card)
    headers = {"x-csrf-token": person.token("/verify"), "accept": "application/json"}
    answer = person.client.post(person.path("face"), files={"frames": ("f.jpg", service.live)}, headers=headers)
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_uploaded_picture_goes_to_a_person_never_through(service: Service) -> None:
    person = service.applicant()
    person.start("sole-trader")
    person.answer(SOLE_TRADER)
    person.photograph_card(service.card)
    person.choose("agree")
    where = person.path("face")
    person.expect(person.send(where, {}, shown_on=where, files={"frames": ("me.jpg", service.live, "image/jpeg")}))
    person.sign_and_submit()
    assert person.wait("registered", "in_review") == "in_review"


def test_an_unreachable_bureau_sends_the_case_to_a_person(service: Service) -> None:
    person = service.filled_in()
    service.use(bureau=HttpBureau("http://127.0.0.1:9", "nobody listens there"))
    person.sign_and_submit()
    assert person.wait("registered", "in_review") == "in_review"
    assert "CR-15" in service.staff("clerk").page(f"/review/{person.application}")


def test_a_form_from_elsewhere_is_refused(service: Service) -> None:
    person = service.applicant()
    answer = person.client.post("/apply", data={"item": "sole-trader", "csrf_token": "0" * 64})
    assert answer.status_code == 403
    assert "页面已失效" in answer.text


def test_an_enormous_body_is_cut_off(service: Service) -> None:
    person = service.applicant()
    person.start("sole-trader")
    headers = {"x-csrf-token": person.token("/verify")}
    answer = person.client.post(person.path("idcard"), content=b"x" * (13 * 2**20), headers=headers)
    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["/nowhere", "/items/nothing", "/apply/nothing", "/v/nothing"])
def test_what_is_not_there_says_so_and_shows_a_way_on(service: Service, path: str) -> None:
    answer = service.applicant().client.get(path)
    assert answer.status_code == 404
    assert 'href="/' in answer.text


def test_every_page_carries_the_strict_headers(service: Service) -> None:
    headers = service.client().get("/").headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_an_organisation_is_named_by_its_code_from_the_bureau(service: Service) -> None:
    person, known = service.applicant(), bureau.CLEAN_FIRM
    person.start("company")
    rows = {**COMPANY["shareholders"], "shareholders-0-name": "林清和", "shareholders-0-number": bureau.CLEAN[1]}
    rows |= {"shareholders-1-name": "", "shareholders-1-number": known.number, "asked-shareholders": "1"}
    where, lookup = person.path("form/shareholders"), person.path("lookup/shareholders-1-number")
    person.expect(person.send(where, {**rows, "asked-capital": "1"}, shown_on=where), 422)
    assert 'name="lookup-shareholders-1-number"' in person.page(where)
    found = person.send(where, {**rows, "lookup-shareholders-1-number": "1"}, shown_on=where)
    assert known.name in found.text, said(found.text)
    assert bureau.SOURCE in found.text
    filled = person.expect(person.send(lookup, {}, shown_on=lookup))
    assert f'value="{known.name}"' in filled.text
    assert "名称已按信用数据库填入" in filled.text
    assert service.applicant().client.get(lookup).status_code == 404
    assert person.client.get(person.path("lookup/capital")).status_code == 422
