"""Write the report as one HTML file without scripts and without external fonts or pictures."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import Any

from cued import __version__, words
from cued.model import Cue, Priority
from cued.report import pictures, weeks
from cued.report.digest import Digest
from cued.report.drawing import Draw, svg
from cued.report.facts import (
    Fact,
    band_text,
    carry_facts,
    opening,
    runner_facts,
    session_facts,
    sides_text,
)
from cued.report.paces import STEP_KM_H, Pace, paces
from cued.report.palette import DARK, LIGHT, Palette, roles
from cued.report.visit import Visit

WIDE_IN = 9.0  # at this width letters of SVG_LETTERS_PT are as large as the page's own
STYLE = """
:root{color-scheme:light dark;LIGHT}
@media (prefers-color-scheme:dark){:root{DARK}}
body{margin:0;background:var(--paper);color:var(--ink);
 font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:58rem;margin:auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.9rem;line-height:1.2;margin:.5rem 0 .2rem}
h2{font-size:1.2rem;margin:2.4rem 0 .3rem}
.first{font-size:1.25rem}
p{max-width:42rem;margin:.4rem 0}
.facts{display:grid;gap:.8rem;margin:1.2rem 0;
 grid-template-columns:repeat(auto-fit,minmax(8rem,1fr))}
.facts div{border-top:3px solid var(--ahead);padding-top:.35rem}
.facts b{display:block;font-size:1.6rem;font-variant-numeric:tabular-nums;line-height:1.2}
.facts .back{border-color:var(--back)}.facts .warn{border-color:var(--warn)}
figure{margin:.8rem 0;overflow-x:auto}svg{width:100%;height:auto;min-width:34rem}
svg text{font-family:system-ui,sans-serif}
table{border-collapse:collapse;width:100%;font-size:.95rem}
th,td{text-align:left;padding:.35rem .6rem .35rem 0;border-bottom:1px solid var(--faint);
 vertical-align:top}
td.n{font-variant-numeric:tabular-nums;white-space:nowrap}
footer{margin-top:3rem;font-size:.85rem;opacity:.75}
@media screen and (max-width:36rem){figure::before{content:"SWIPE";
 font-size:.8rem;opacity:.75;position:sticky;left:0}}
@page{margin:13mm}
@media print{:root{color-scheme:light;font-size:12px;LIGHT}body{font-size:9.5pt}
 main{max-width:none;padding:0}h1{margin:0}p{max-width:none}
 h2{margin:1rem 0 .2rem;break-after:avoid}p{break-after:avoid;break-inside:avoid}
 figure,.facts,tr,footer{break-inside:avoid}thead{display:table-header-group}
 svg{min-width:0}figure{margin:.4rem 0}footer{margin-top:.6rem;break-before:avoid}
 .facts{grid-template-columns:repeat(auto-fit,minmax(5rem,1fr));margin:.7rem 0}
 .facts b{font-size:1.25rem}}
"""


def session_page(
    name: str, digests: Sequence[Digest], notes: Sequence[str], before: Visit | None
) -> str:
    """Make the report of a session; ``before`` is the runner's previous session, if known."""
    body = [f'<p class="first">{html.escape(opening(digests[-1], before))}</p>']
    for d in digests:
        if len(digests) > 1:
            body.append(f"<h1>{d.words.date(d.when)}</h1>")
        body += _part(d)
    for note in notes:
        body.append(f"<p>{html.escape(note)}</p>")
    # With the time of day, which tells a day's sessions apart.
    w = digests[0].words
    return _page(f"{digests[0].runner}, {w.date(digests[0].when)}", name, body, w)


def runner_page(runner: str, visits: Sequence[Visit], notes: Sequence[str]) -> str:
    """Make the report of a runner over all sessions, which are ordered by time."""
    w = words.Words(visits[-1].language)
    drawn = _figure(
        w, "trend", weeks.height_in(visits, w), lambda on, p: weeks.trend(on, visits, p, w)
    )
    body = [
        _facts(runner_facts(visits, w)),
        _section(w, "weeks", f"<p>{w.say('report.weeks_text')}</p>{drawn}"),
        *(f"<p>{html.escape(note)}</p>" for note in notes),
    ]
    return _page(f"{runner}, {w.count('report.sessions', len(visits))}", runner, body, w)


def _section(w: words.Words, name: str, content: str) -> str:
    return f"<section><h2>{w.say(f'report.{name}')}</h2>{content}</section>"


def _table(w: words.Words, columns: Sequence[str], rows: str) -> str:
    titles = (w.say(f"report.{c}", unit=w.speed_unit) if c else "" for c in columns)
    head = "".join(f"<th>{text}</th>" for text in titles)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _part(d: Digest) -> list[str]:
    body, w = [_facts(session_facts(d))], d.words
    if not d.strides:
        return [*body, f"<p>{w.say('report.no_stride')}</p>"]
    text = w.say("report.session_text", band=band_text(d))
    body.append(_section(w, "session", f"<p>{text}</p>{_drawn(d, pictures.timeline, 7.6)}"))
    body += _phases(d) + _paces(d) + _carry(d)
    if any(s.side in ("left", "right") for s in d.strides):
        drawn = _drawn(d, pictures.sides, 2.6)
        body.append(_section(w, "sides", f"<p>{sides_text(d)}</p>{drawn}"))
    return body + _cues(d)


def _phases(d: Digest) -> list[str]:
    """List the phases with their times and what to do in each."""
    w = d.words
    spans = [s for s in d.phase_spans() if w.does(s.name)]
    if not spans:
        return []
    rows = "".join(
        f'<tr><td class="n">{words.clock(60.0 * s.start)}</td><td>{w.phase(s.name)}</td>'
        f'<td>{w.does(s.name)}</td><td class="n">{words.clock(60.0 * (s.end - s.start))}'
        "</td></tr>"
        for s in spans
    )
    columns = ("at", "phase", "what", "long")
    text = f"<p>{w.say('report.phases_text')}</p>"
    return [_section(w, "phases", text + _table(w, columns, rows))]


def _paces(d: Digest) -> list[str]:
    """Tabulate the median stride of each direction, gait and speed."""
    rows = "".join(_pace_row(p, d.words) for p in paces(d))
    if not rows:
        return []
    w = d.words
    columns = ("facing", "gait", "belt", "strides", "stride_length", "steps_a_minute")
    text = f"<p>{w.say('report.stride_text', step=w.speed(STEP_KM_H / 3.6))}</p>"
    return [_section(w, "stride", text + _table(w, columns, rows))]


def _pace_row(p: Pace, w: words.Words) -> str:
    unknown = w.say("report.unknown")
    belt = unknown if p.km_h is None else w.number(p.km_h / 3.6 * w.speed_factor, 1)
    length = unknown if p.length_m is None else w.number(p.length_m, 2)
    return (
        f"<tr><td>{w.value(p.direction)}</td><td>{w.value(p.mode)}</td>"
        f'<td class="n">{belt}</td><td class="n">{p.strides}</td>'
        f'<td class="n">{length}</td><td class="n">{p.steps_a_minute:.0f}</td></tr>'
    )


def _carry(d: Digest) -> list[str]:
    facts = carry_facts(d)
    if not facts and not d.imprints:
        return []
    text = f"<p>{d.words.say('report.left_behind_text')}</p>{_facts(facts) if facts else ''}"
    drawn = _drawn(d, pictures.carried, 2.8) if d.imprints else ""
    return [_section(d.words, "left_behind", text + drawn)]


def _cues(d: Digest) -> list[str]:
    heard, w = [c for c in d.cues if c.priority != Priority.PHASE], d.words
    if not heard:
        return [_section(w, "cues", f"<p>{w.say('report.no_cues')}</p>")]
    fates = _fates(d)
    rows = "".join(_cue_row(d, c, fates.get(id(c), "")) for c in heard)
    worked = sum(x.worked for x in d.effects)
    text = (
        w.count("report.cues_worked", len(d.effects), worked=worked)
        if d.effects
        else w.say("report.cues_unjudged")
    )
    columns = ("at", "said", "because", "")
    return [_section(w, "cues", f"<p>{text}</p>{_table(w, columns, rows)}")]


def _fates(d: Digest) -> dict[int, str]:
    """Map the ``id`` of each judged cue to a word on whether it helped."""
    out: dict[int, str] = {}
    given = [c for c in d.cues if c.verdict == "given"]
    for effect in d.effects:
        same = [c for c in given if (c.key, c.text) == (effect.key, effect.text)]
        before = [c for c in same if c.t < effect.t] or [c for c in same if c.t == effect.t]
        if before:
            out[id(before[-1])] = d.words.say(
                "report.helped" if effect.worked else "report.no_help"
            )
    return out


def _cue_row(d: Digest, cue: Cue, fate: str) -> str:
    reasons = [d.words.because(k, v) for k, v in cue.because.items() if v is not None]
    because = ", ".join(reasons)
    if cue.verdict != "given":
        fate = d.words.say("report.withheld", why=d.words.value(cue.verdict))
    said = html.escape(cue.text or f"({d.words.value(cue.key)})")
    return (
        f'<tr><td class="n">{words.clock(cue.t - d.start_t)}</td><td>{said}</td>'
        f"<td>{html.escape(because)}</td><td>{html.escape(fate)}</td></tr>"
    )


def _drawn(d: Digest, picture: Callable[[Any, Digest, Palette], None], high_in: float) -> str:
    name = f"{picture.__name__}{d.began}"
    return _figure(d.words, name, high_in, lambda on, palette: picture(on, d, palette))


def _figure(w: words.Words, name: str, high_in: float, draw: Draw) -> str:
    return f"<figure>{svg(draw, (WIDE_IN, high_in), name, w.point)}</figure>"


def _facts(facts: Sequence[Fact]) -> str:
    cells = "".join(
        f'<div class="{f.kind}"><b>{html.escape(f.value)}</b>{html.escape(f.text)}</div>'
        for f in facts
    )
    return f'<div class="facts">{cells}</div>'


def _page(title: str, name: str, body: Sequence[str], w: words.Words) -> str:
    light, dark = (
        ";".join(f"--{role}:{colour}" for role, colour in roles(colours).items())
        for colours in (LIGHT, DARK)
    )
    style = STYLE.replace("LIGHT", light).replace("DARK", dark)
    style = style.replace("SWIPE", w.say("report.swipe"))
    footer = w.say("report.footer", name=html.escape(name), version=__version__)
    return (
        f'<!doctype html>\n<html lang="{w.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{style}</style></head><body><main>"
        f"<h1>{html.escape(title)}</h1>{''.join(body)}"
        f"<footer>{footer}</footer></main></body></html>\n"
    )
