"""The report as a page: self-contained, escaped, readable without colours and without a mouse."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from made_reports import request, result, swept

from fake_ims.sweeping.report import Swept
from fake_ims.sweeping.report.page import as_page

ATTACK = "</script><script>alert(1)</script><img src=x onerror=alert(1)>'\"&<!--"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


class Page(HTMLParser):
    """The elements of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def attacked() -> Swept:
    hostile = request(operation=ATTACK, line=ATTACK, site=ATTACK, planted=[ATTACK], sent=ATTACK,
                      got=ATTACK)
    return swept(
        result(why=ATTACK, site=ATTACK, traceback=ATTACK, again=ATTACK, requests=[hostile]),
        result("1:images.upload:503+2:images.upload:503", why=ATTACK),
        test=ATTACK, note=ATTACK, gone=[ATTACK], requests=[hostile])


def test_texts_of_others_are_no_html() -> None:
    text = as_page([attacked()], ATTACK)
    page = Page(text)
    assert page.all("img") == []
    # The data and our own script.
    assert [one.get("type") for one in page.all("script")] == ["application/json", None]
    assert not [name for _, attributes in page.elements for name in attributes
                if name.startswith("on")]
    data = re.search(r"<script type=application/json id=data>(.*?)</script>", text, re.DOTALL)
    assert data is not None
    (one,) = json.loads(data[1])
    assert one["results"][0]["requests"][0]["got"] == ATTACK
    assert "innerHTML" not in text


def test_the_policy_allows_our_own_script_and_style_only() -> None:
    text = as_page([swept(result())], 0)
    page = Page(text)
    (policy,) = [one["content"] for one in page.all("meta") if one.get("http-equiv")]
    assert str(policy).startswith("default-src 'none'; ")
    for element in ("style", "script"):
        (content,) = re.findall(f"<{element}>(.*?)</{element}>", text, re.DOTALL)
        digest = b64encode(sha256(content.encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in str(policy)
    assert not any("style" in attributes for _, attributes in page.elements)


def test_nothing_is_loaded_and_our_own_code_is_small() -> None:
    text = as_page([swept(result())], 0)
    page = Page(text)
    assert {"src", "srcset", "action"}.isdisjoint(
        name for _, attributes in page.elements for name in attributes)
    assert all(str(one["href"]).startswith("#") for one in page.all("a"))
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|https?://", text)
    assert len(as_page([], 0)) < 150_000


def test_the_matrix_is_a_table_with_headers_and_named_cells() -> None:
    page = Page(as_page([swept(
        result("1:images.upload:503"), result("1:images.upload:503-lasting", kind="lasting"),
        result("1:images.upload:404", known="later"),
        result("1:images.upload:429", word="survived", rule=""),
        left_out=["1:images.upload:500"])], 0))
    scopes = [one.get("scope") for one in page.all("th")]
    assert scopes == ["colgroup", "colgroup", "colgroup", *["col"] * 6, "row"]
    assert [one["colspan"] for one in page.all("th") if one.get("scope") == "colgroup"] == [
        "3", "1", "1"]
    labels = [one["aria-label"] for one in page.all("button") if "sign" in str(one["class"])]
    assert labels == [
        "images.upload, 404: wrong, but known from the baseline (orphan)",
        "images.upload, 429: survived", "images.upload, 503: wrong (orphan)",
        "images.upload, 503-lasting: wrong (orphan)"]
    assert len(page.all("caption")) == 1


def test_verdicts_differ_by_their_signs_too() -> None:
    text = as_page([swept(*(
        result(f"1:images.upload:{400 + number}", word=word, rule="")
        for number, word in enumerate(("wrong", "should have survived", "cannot be seen",
                                       "failed well", "survived", "not reached"))))], 0)
    signs = re.findall(r"title='images.upload, \d+: [^']*'>(.)</button>", text)
    assert len(signs) == len(set(signs)) == 6


def test_runs_with_several_failures_are_a_list() -> None:
    text = as_page([swept(result("1:images.upload:503+2:images.upload:503"))], 0)
    assert "class=matrix" not in text
    assert "<code>1:images.upload:503+2:images.upload:503</code>" in text


def test_what_the_script_looks_for_is_in_the_page() -> None:
    text = as_page([swept(result())], 0)
    page = Page(text)
    ids = {one["id"] for _, one in page.elements if "id" in one}
    asked = set(re.findall(r'getElementById\("([\w-]+)"\)', text))
    assert asked
    assert asked <= ids


@pytest.mark.skipif(CHROMIUM is None, reason="requires Chromium")
def test_a_browser_shows_a_run_beside_the_clean_run(tmp_path: Path) -> None:
    report = tmp_path / "sweep.html"
    clean = [request(1, "images.create", line="POST -> 201"), request(2, line="PUT -> 204")]
    failed = [request(1, "images.create", line="POST -> 201"),
              request(2, line="PUT -> 503", status=503, planted=["503"], sent=ATTACK, got="503 no"),
              request(3, line="again PUT -> 204")]
    report.write_text(as_page([swept(result(
        "2:images.upload:503", requests=failed, sent=3, traceback=ATTACK), requests=clean)], 0),
        encoding="utf-8")
    shown = subprocess.run(
        [str(CHROMIUM), "--headless", "--disable-gpu", "--no-sandbox", "--dump-dom",
         f"--user-data-dir={tmp_path / 'profile'}", f"{report.as_uri()}#run-0-0"],
        capture_output=True, text=True, check=True, timeout=120, env={
            **os.environ, "HOME": str(tmp_path)}).stdout
    page = Page(shown)
    (dialog,) = page.all("dialog")
    assert "open" in dialog
    assert page.all("img") == []
    assert "wrong (orphan): 2:images.upload:503" in shown
    rows = re.findall(r"<tr(?: class=\"([\w ]*)\")?><td>(.*?)</td><td>(.*?)</td></tr>", shown,
                      re.DOTALL)
    assert [row[0] for row in rows] == ["", "differs failed", "differs"]
    assert "PUT -&gt; 204" in rows[1][1]
    assert "failure: 503" in rows[1][2]
    assert "not sent" in rows[2][1]
