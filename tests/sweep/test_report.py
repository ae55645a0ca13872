"""What a sweep tells: on a terminal, as JSON, as a page."""

from __future__ import annotations

import json

from fake_ims.sweeping.report import Result, Swept, as_json, as_page, lines, merged


def part(*results: tuple[str, str, str], test: str = "t.py::test", left_out: int = 0) -> Swept:
    return Swept(
        test=test, exchanges=["images.create", "images.list", "images.list"],
        results=[Result(case=case, word=word, why=why, again=f"pytest {case}")
                 for case, word, why in results],
        left_out=[f"3:images.list:{number}" for number in range(left_out)], seconds=1.0, note="")


def test_parts_of_one_test_come_together_in_order() -> None:
    (one,) = merged([part(("3:images.list:503", "survived", "passed")),
                     part(("1:images.create:503+2:images.list:503", "wrong", "x"), left_out=1),
                     part(("1:images.create:503", "survived", "passed"))])
    assert [result["case"] for result in one["results"]] == [
        "1:images.create:503", "3:images.list:503", "1:images.create:503+2:images.list:503"]
    assert (one["seconds"], len(one["left_out"])) == (3.0, 1)
    assert len(merged([part(), part(test="u.py::test")])) == 2


def test_lines() -> None:
    swept = part(
        ("1:images.create:503", "survived", "passed"),
        ("2:images.list:garbage", "wrong",
         "raised at http://127.0.0.1:40001/v2/images/11111111-1111-4111-8111-111111111111"),
        ("3:images.list:garbage", "wrong",
         "raised at http://127.0.0.1:40002/v2/images/22222222-2222-4222-8222-222222222222"),
        ("3:images.list:503", "failed well", "SomeError"), left_out=12)
    assert lines(swept) == [
        "t.py::test: 3 requests, 4 runs in 1.0 s: 1 survived, 1 failed well, 2 wrong",
        "  #  request        survived  failed well  wrong  not reached",
        "  1  images.create  1",
        "  2  images.list                           1",
        "  3  images.list              1            1",
        "  WRONG 2:images.list:garbage",
        "    same at request 3",
        "    raised at http://127.0.0.1:40001/v2/images/11111111-1111-4111-8111-111111111111",
        "    repeat: pytest 2:images.list:garbage",
        "  12 left out by the budget: " + ", ".join(
            f"3:images.list:{number}" for number in range(10)) + " and 2 more",
    ]


def test_json_and_page_hold_everything() -> None:
    swept = part(("1:images.create:503", "wrong", "<script>"), left_out=1)
    document = json.loads(as_json([swept], 7))
    assert document["seed"] == 7
    assert document["tests"][0]["counts"] == {"wrong": 1}
    assert document["tests"][0]["left_out"] == ["3:images.list:0"]
    page = as_page([swept], 7)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "pytest 1:images.create:503" in page
    assert "3:images.list:0" in page
