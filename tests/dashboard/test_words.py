"""The catalogues of the page: complete, used, and in each language's notation."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from cued import words
from cued.coach.known import Cap
from cued.coach.voice.phrases import LANGUAGES, load
from cued.coach.workout.phase import Trigger
from cued.coach.workout.phases import PHASES
from cued.model import BeltSource, Direction, Level, LinkState, Mode
from tests.helpers.home import DASHBOARD
from tests.helpers.languages import english_in, words_of
from tests.helpers.world import wait_for

WORDS = {p.stem: json.loads(p.read_text("utf-8")) for p in (DASHBOARD / "words").glob("*.json")}
ENGLISH: dict[str, str] = WORDS["en"]
CODE = "\n".join(
    p.read_text("utf-8") for p in [*DASHBOARD.glob("*.html"), *(DASHBOARD / "js").glob("*.js")]
)
PYTHON = "\n".join(p.read_text("utf-8") for p in DASHBOARD.parent.rglob("*.py"))
VALUES = {"true", "false", "possible", "confirmed", "left", "right", "warning", "error"}
WITHHELD = {  # cued/coach/voice/arbiter.py, and Coach._hold
    "after_stumble", "belt_change", "blind", "busy", "catch_block", "direction", "faded", "fall",
    "far_too_fast", "muted", "other_theme", "outranked", "per_minute", "phase", "phase_start",
    "recovering", "refractory", "spacing", "stale", "unsteady", "wrong",
}  # fmt: skip
NOT_ON_A_PAGE = {  # a page sends only valid values; blanks are 7
    "larger than 7 bytes", "not a command: 7", "the value is not a number", "unknown command7",
}  # fmt: skip
LITERAL_REASON = re.compile(r'"([a-z_]+)": (?:round|known|foot|float|news|facing|\w+\.\w+\()')
GERMAN_CH, BRITISH, ITALIAN = "de-CH", "en-GB", "it-IT"


def bare(name: str) -> str:
    ends = (f"_{unit}" for unit in words.UNITS)
    return next((name.removesuffix(end) for end in ends if name.endswith(end)), name)


def blanks(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", text))


def test_languages_of_the_page_are_languages_of_the_voice() -> None:
    assert {"en", "de", "es", "fr", "it"} <= set(WORDS) <= set(LANGUAGES)


@pytest.mark.parametrize("language", sorted(WORDS))
def test_no_word_is_missing_or_superfluous(language: str) -> None:
    own: dict[str, str] = WORDS[language]
    assert list(own) == list(ENGLISH), "the same keys in the same order"
    assert [key for key, text in own.items() if not text.strip()] == []
    odd = [key for key in own if blanks(own[key]) != blanks(ENGLISH[key])]
    assert odd == [], "blanks that English does not have, or lacks"


def test_every_word_is_used_and_every_used_word_exists() -> None:
    literal = set(re.findall(r"""(?:["'`]|data-word[a-z-]*=")([a-z]+\.[a-z_0-9.]+)["'`]""", CODE))
    literal |= set(
        re.findall(r"""["']((?:trial|notice|ha|report|date)\.[a-z_0-9.]+)["']""", PYTHON)
    )
    families = set(re.findall(r"`([a-z_.]+[._])\$\{", CODE))
    families |= set(re.findall(r'f"([a-z]+\.[a-z_]*)\{', PYTHON)) | {"number."}
    families.discard("report.")  # composed of names that are listed separately
    families.add("why.")  # found by their sentences: below
    composed = {f"report.{name}" for name in re.findall(r'"([a-z_]+)"', PYTHON)}
    counted = {f"{key}.{form}" for key in literal for form in ("one", "other")}
    unused = {k for k in ENGLISH if k not in literal | composed | counted}
    unused = {k for k in unused if not any(k.startswith(f) for f in families)}
    assert unused == set()
    files = {name for name in literal if name.endswith((".html", ".json", ".js", ".css", ".svg"))}
    groups = {key.partition(".")[0] for key in ENGLISH}
    named = {k for k in literal - files if k.partition(".")[0] in groups}
    missing = {k for k in named if k not in ENGLISH and f"{k}.other" not in ENGLISH}
    assert missing <= {"trial.near"}  # devices in reach are drawn as a list, not as a sentence


def sentences_in(path: Path, *ends: type[ast.AST]) -> set[str]:
    """Return the sentences in statements of these kinds, or in all; blanks are 7."""
    tree = ast.parse(path.read_text("utf-8"))
    within = [n for n in ast.walk(tree) if isinstance(n, ends)] if ends else [tree]
    nodes = [below for end in within for below in ast.walk(end)]
    filled = [n for n in nodes if isinstance(n, ast.JoinedStr)]
    parts = {id(v) for n in filled for v in n.values}
    whole = [n for n in nodes if isinstance(n, ast.Constant) and id(n) not in parts]
    out = {n.value for n in whole if isinstance(n.value, str)}
    for node in filled:
        texts = [str(v.value) if isinstance(v, ast.Constant) else "7" for v in node.values]
        out.add("".join(texts))
    return out


def test_every_translated_message_still_exists() -> None:
    said = "\n".join(t for p in DASHBOARD.parent.rglob("*.py") for t in sentences_in(p))
    general = {"why.machine", "why.config"}
    for key in {k for k in ENGLISH if k.startswith("why.")} - general:
        plain = re.sub(r"\\\{\w+\\\}", ".+", re.escape(ENGLISH[key]))
        assert re.search(f"^{plain}$", said, re.MULTILINE), key


def test_every_refusal_shown_by_a_page_is_translated() -> None:
    cued = DASHBOARD.parent
    coach = ("coach.py", "commands.py", "workout/session.py", "workout/belt_requests.py")
    sentences = {t for name in coach for t in sentences_in(cued / "coach" / name, ast.Return)}
    raising = [cued / "sinks/_requests.py", cued / "commands/_setup/real.py"]
    raising += (cued / "commands/_setup/topics").glob("*.py")
    sentences |= {t for path in raising for t in sentences_in(path, ast.Raise)}
    own = words.Words("de").own
    plain = {t for t in sentences if " " in t.strip() and own(t) == t}
    assert plain - NOT_ON_A_PAGE == set()


def test_every_term_of_the_core_is_translated() -> None:
    terms = {*get_args(Mode), *get_args(Direction), *get_args(Level), *get_args(LinkState)}
    terms |= set(get_args(Trigger)) | set(get_args(BeltSource)) | set(get_args(Cap))
    terms |= WITHHELD | VALUES | {"person"}
    wanted = {f"value.{v}" for v in terms}
    wanted |= {f"{what}.{name}" for name in PHASES for what in ("phase", "does")}
    assert wanted - set(ENGLISH) == set()


def test_every_reason_of_a_rule_is_translated() -> None:
    coach = Path(words.__file__).parent / "coach"
    code = "\n".join(
        p.read_text("utf-8") for p in [*coach.glob("rules/*.py"), *coach.glob("strides/*.py")]
    )
    reasons = set(LITERAL_REASON.findall(code))
    assert len(reasons) > 10
    assert {r for r in reasons if {f"name.{r}", f"name.{bare(r)}"}.isdisjoint(ENGLISH)} == set()


def test_page_and_report_read_units_alike() -> None:
    listed = re.search(r"const UNITS = \[(.*?)\n  \];", CODE, re.DOTALL)
    assert listed
    assert {s[1:]: u for s, u in re.findall(r'\["(\w+)", "(.*?)"\]', listed[1])} == words.UNITS
    assert words.read("own_spm") == (ENGLISH["name.own_spm"], ENGLISH["unit.spm"])
    assert words.Words("de").because("stride_length_m", 0.4) == "Schrittlänge 0,40 m"
    assert words.Words("it").because("phase", "carry") == "fase Tenere il passo corto"
    assert words.Words().because("over_percent", 8.2) == "longer by 8%"
    assert words.Words("de").because("own_cv_percent", 2.14) == "deine übliche Schwankung 2,1 %"


SPOKEN = """() => [Words.measure(0.8, "m/s"), Words.measure(14, "%", 0), Words.number(-0.5, 2),
    Words.measure(61.34, "°"), Words.count("floor.stations", 1), Words.measure(104, "spm", 0),
    Words.because({zz_percent: 8.2, zz_s: 1.2386})]"""


@pytest.mark.once
@pytest.mark.parametrize(
    ("locale", "written"),
    [
        (BRITISH, "2.9_km/h  14%  −0.50  61.3°  1 station  104_steps/min  zz 8%, zz 1.24_s"),
        ("de", "2,9_km/h  14_%  −0,50  61,3°  1 Station  104_Schritte/min  zz 8_%, zz 1,24_s"),
        (GERMAN_CH, "2.9_km/h  14%  −0.50  61.3°  1 Station  104_Schritte/min  zz 8%, zz 1.24_s"),
        ("es", "2,9_km/h  14_%  −0,50  61,3°  1 estación  104_pasos/min  zz 8_%, zz 1,24_s"),
        ("fr", "2,9_km/h  14_%  −0,50  61,3°  1 station  104_pas/min  zz 8_%, zz 1,24_s"),
        (ITALIAN, "2,9_km/h  14%  −0,50  61,3°  1 stazione  104_passi/min  zz 8%, zz 1,24_s"),
    ],
)
def test_numbers_and_units_are_as_the_language_writes_them(
    station: Any, visit: Any, locale: str, written: str
) -> None:
    page = visit(station.url, locale=locale)
    page.locator("#phase").wait_for()
    assert "  ".join(page.evaluate(SPOKEN)).replace("\u00a0", "_") == written


@pytest.mark.once
@pytest.mark.parametrize("language", sorted(WORDS))
def test_the_page_speaks_the_browsers_language_and_fits_a_phone(
    station: Any, visit: Any, language: str
) -> None:
    page = visit(station.url, size={"width": 360, "height": 740}, locale=language)
    own = WORDS[language]
    page.locator("#stage, #station").first.wait_for()
    assert page.evaluate("document.documentElement.lang") == language
    assert page.locator("#plots-title").inner_text() == own["plots.title"]
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    if language != "en":
        body = page.locator("body")
        wait_for(lambda: "trunk" in words_of(body.inner_text()), "no sensor is shown")
        spoken = words_of(" ".join(load("en").texts()))  # the station's voice is quoted as it is
        assert english_in(body.inner_text(), language) - spoken == {"trunk"}  # its owner's name


@pytest.mark.once
def test_a_browser_in_another_language_gets_that_of_the_station(station: Any, visit: Any) -> None:
    page = visit(station.url, locale="fi")
    answer = {"language": "de", "languages": sorted(WORDS), "speed_unit": "mph"}
    answer["port"] = station.broker.web
    page.route("**/config.json", lambda route: route.fulfill(json=answer))
    page.reload()
    page.get_by_text(WORDS["de"]["bar.sign_in"]).first.wait_for()
    assert page.evaluate("Words.measure(1.0, 'm/s')") == "2,2\u00a0mph"
