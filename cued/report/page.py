"""The report as one HTML file: no script, no font and no picture from elsewhere."""

from __future__ import annotations

import html
from collections.abc import Sequence

from cued import __version__, words
from cued.model import Cue, Priority
from cued.report import pictures, weeks
from cued.report.digest import Digest
from cued.report.drawing import svg
from cued.report.facts import (
    Fact,
    band_text,
    carry_facts,
    opening,
    runner_facts,
    session_facts,
    sides_text,
)
from cued.report.paces import paces
from cued.report.palette import DARK, LIGHT, roles
from cued.report.visit import Visit

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
@media screen and (max-width:36rem){figure::before{content:"↔ wider than the screen: swipe";
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
    name: str,
    digests: Sequence[Digest],
    notes: Sequence[str] = (),
    before: Visit | None = None,
) -> str:
    """Make the report of a session; ``before`` is the runner's session before it, if known."""
    body = [f'<p class="first">{html.escape(opening(digests[-1], before))}</p>']
    for d in digests:
        if len(digests) > 1:
            body.append(f"<h1>{d.when:%d %B %Y, %H:%M}</h1>")
        body += _part(d)
    for note in notes:
        body.append(f"<p>{html.escape(note)}</p>")
    # With the time of day: two sessions of a day are two.
    return _page(f"{digests[0].runner}, {digests[0].when:%d %B %Y, %H:%M}", name, body)


def runner_page(runner: str, visits: Sequence[Visit], notes: Sequence[str] = ()) -> str:
    """Make the report of a runner over all sessions, in the order of time."""
    drawn = svg(
        lambda figure, p: weeks.trend(figure, visits, p), (9.0, weeks.height_in(visits)), "trend"
    )
    text = (
        "Each dot is a session (two of a day are two dots), in the week that it was in; a week "
        "without one is left empty, so that a break shows. Where a figure has no dot, nothing "
        "could be known. Cues called for are those about your stride, said or "
        "left out on purpose to see what stays."
    )
    body = [
        _facts(runner_facts(visits)),
        f"<section><h2>Over the weeks</h2><p>{text}</p><figure>{drawn}</figure></section>",
        *(f"<p>{html.escape(note)}</p>" for note in notes),
    ]
    return _page(f"{runner}, {words.counted(len(visits), 'session')}", runner, body)


def _part(d: Digest) -> list[str]:
    body = [_facts(session_facts(d))]
    if not d.strides:
        return [*body, "<p>No stride was seen, so there is nothing to draw.</p>"]
    body.append(
        "<section><h2>The session</h2><p>Read it from left to right. Dots are single strides, "
        "round forward, diamonds backward, crosses where the way you faced is not known. "
        f"{band_text(d)} A filled triangle is a cue about the workout or your "
        "stride, a hollow red one is about a limit or your safety. A cue that helped is followed "
        "by dots back in the band.</p>"
        f"<figure>{_timeline(d)}</figure></section>"
    )
    body += _phases(d) + _paces(d) + _carry(d)
    if any(s.side in ("left", "right") for s in d.strides):
        body.append(
            f"<section><h2>Left and right</h2><p>{sides_text(d)}</p>"
            f"<figure>{_sides(d)}</figure></section>"
        )
    return body + _cues(d)


def _phases(d: Digest) -> list[str]:
    """Say of each phase when it was, and what one does in it."""
    spans = [s for s in d.phase_spans() if words.does(s.name)]
    if not spans:
        return []
    rows = "".join(
        f'<tr><td class="n">{words.clock(60.0 * s.start)}</td><td>{words.phase(s.name)}</td>'
        f'<td>{words.does(s.name)}</td><td class="n">{words.clock(60.0 * (s.end - s.start))}'
        "</td></tr>"
        for s in spans
    )
    head = "<thead><tr><th>at</th><th>phase</th><th>what it is</th><th>long</th></tr></thead>"
    return [
        "<section><h2>The phases</h2><p>Times are minutes and seconds.</p>"
        f"<table>{head}<tbody>{rows}</tbody></table></section>"
    ]


def _paces(d: Digest) -> list[str]:
    """Give the usual stride of each direction and speed; no mean is taken over two of them."""
    rows = "".join(
        f"<tr><td>{p.direction}</td><td>{p.mode}</td>"
        f'<td class="n">{"not known" if p.km_h is None else f"{p.km_h:.1f}"}</td>'
        f'<td class="n">{p.strides}</td>'
        f'<td class="n">{"not known" if p.length_m is None else f"{p.length_m:.2f}"}</td>'
        f'<td class="n">{p.steps_a_minute:.0f}</td></tr>'
        for p in paces(d)
    )
    if not rows:
        return []
    head = (
        "<thead><tr><th>facing</th><th>gait</th><th>belt, km/h</th><th>strides</th>"
        "<th>stride length, m</th><th>steps a minute</th></tr></thead>"
    )
    text = (
        "A stride is two steps. Each row is one direction at one speed of the belt, to half a "
        "kilometre an hour, with at least eight strides; figures are the middle one (median)."
    )
    table = f"<table>{head}<tbody>{rows}</tbody></table>"
    return [f"<section><h2>Your stride</h2><p>{text}</p>{table}</section>"]


def _carry(d: Digest) -> list[str]:
    told = carry_facts(d)
    if not told and not d.imprints:
        return []
    out = [
        "<section><h2>What backward left behind</h2><p>Backward steps are shorter and quicker. "
        "These figures say how much of that stayed when you faced forward again. They compare you "
        "with yourself at the same speed, and with nobody else.</p>",
        _facts(told) if told else "",
    ]
    if d.imprints:
        out.append(f"<figure>{_carried(d)}</figure>")
    return [*out, "</section>"]


def _cues(d: Digest) -> list[str]:
    heard = [c for c in d.cues if c.priority != Priority.PHASE]
    if not heard:
        return ["<section><h2>Cues</h2><p>Nothing but the workout's own prompts.</p></section>"]
    fates = _fates(d)
    rows = "".join(_cue_row(d, c, fates.get(id(c), "")) for c in heard)
    worked = sum(x.worked for x in d.effects)
    text = (
        f"{worked} of {words.counted(len(d.effects), 'cue')} about your stride "
        f"{'was' if worked == 1 else 'were'} followed by strides back in range."
        if d.effects
        else "None of them was about your stride in a way that could be judged."
    )
    head = "<thead><tr><th>at</th><th>said</th><th>because</th><th></th></tr></thead>"
    table = f"<table>{head}<tbody>{rows}</tbody></table>"
    return [f"<section><h2>Cues</h2><p>{text}</p>{table}</section>"]


def _fates(d: Digest) -> dict[int, str]:
    """Say of each cue that was judged, by its identity, whether it helped."""
    out: dict[int, str] = {}
    given = [c for c in d.cues if c.verdict == "given"]
    for effect in d.effects:
        same = [c for c in given if (c.key, c.text) == (effect.key, effect.text)]
        before = [c for c in same if c.t < effect.t] or [c for c in same if c.t == effect.t]
        if before:
            out[id(before[-1])] = "helped" if effect.worked else "did not help"
    return out


def _cue_row(d: Digest, cue: Cue, fate: str) -> str:
    reasons = [words.because(k, v) for k, v in cue.because.items() if v is not None]
    because = ", ".join(reasons)
    if cue.verdict != "given":
        fate = f"withheld: {words.value(cue.verdict)}"
    said = html.escape(cue.text or f"({cue.key.replace('_', ' ')})")
    return (
        f'<tr><td class="n">{words.clock(cue.t - d.start_t)}</td><td>{said}</td>'
        f"<td>{html.escape(because)}</td><td>{html.escape(fate)}</td></tr>"
    )


def _timeline(d: Digest) -> str:
    return svg(lambda figure, p: pictures.timeline(figure, d, p), (9.0, 7.6), f"timeline{d.began}")


def _sides(d: Digest) -> str:
    return svg(lambda figure, p: pictures.sides(figure, d, p), (9.0, 2.6), f"sides{d.began}")


def _carried(d: Digest) -> str:
    return svg(lambda figure, p: pictures.carried(figure, d, p), (9.0, 2.8), f"carried{d.began}")


def _facts(facts: Sequence[Fact]) -> str:
    cells = "".join(
        f'<div class="{f.kind}"><b>{html.escape(f.value)}</b>{html.escape(f.text)}</div>'
        for f in facts
    )
    return f'<div class="facts">{cells}</div>'


def _page(title: str, name: str, body: Sequence[str]) -> str:
    light, dark = (
        ";".join(f"--{role}:{colour}" for role, colour in roles(colours).items())
        for colours in (LIGHT, DARK)
    )
    style = STYLE.replace("LIGHT", light).replace("DARK", dark)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{style}</style></head><body><main>"
        f"<h1>{html.escape(title)}</h1>{''.join(body)}"
        f"<footer>{html.escape(name)}. Made by cued {__version__}. Not a medical device; what the "
        "sensors could not tell is left out or called not known.</footer></main></body></html>\n"
    )
