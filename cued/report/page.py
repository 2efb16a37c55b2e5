"""The report as one HTML file: no script, no font and no picture from elsewhere."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from statistics import median

from cued import __version__
from cued.model import Cue, Priority
from cued.report import pictures
from cued.report.digest import Digest

STYLE = """
:root{color-scheme:light dark;LIGHT}
@media (prefers-color-scheme:dark){:root{DARK}}
@media print{:root{LIGHT}section{break-inside:avoid}main{max-width:none;padding:0}}
body{margin:0;background:var(--paper);color:var(--ink);
 font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:58rem;margin:auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.9rem;line-height:1.2;margin:.5rem 0 .2rem}
h2{font-size:1.2rem;margin:2.4rem 0 .3rem}
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
"""
UNITS = {"m_s": "m/s", "percent": "%", "deg": "°", "spm": "a minute", "s": "s", "m": "m"}
REASONS = {
    "refractory": "just said", "muted": "muted", "feedback": "not this time, to see what stays",
}  # fmt: skip
MEASURED = {
    "carried_percent": ("carried over", "%", "of the backward change was still in your forward "
                        "stride after turning round"),
    "time_to_drift_s": ("until the old stride came back", "s", "after turning round"),
    "recovery_s": ("to find it again", "s", "after the old stride had come back"),
    "retention_percent": ("kept since last time", "%", "of easy strides were as short as those "
                          "you left with"),
}  # fmt: skip


def session_page(name: str, digests: Sequence[Digest], notes: Sequence[str] = ()) -> str:
    """Make the report of a session."""
    body: list[str] = []
    for d in digests:
        body += _part(d)
    for note in notes:
        body.append(f"<p>{html.escape(note)}</p>")
    return _page(f"{digests[0].runner}, {digests[0].when:%d %B %Y}", name, body)


def runner_page(runner: str, digests: Sequence[Digest]) -> str:
    """Make the report of a runner over all sessions."""
    ordered = sorted(digests, key=lambda d: d.began)
    xs = [f"{d.when:%d %b}" for d in ordered]
    rows = [
        ("backward, minutes", [d.ending.backward_s / 60 for d in ordered], pictures.BACK),
        ("stage of the ladder", [_detail(d, "stage") for d in ordered], pictures.AHEAD),
        ("kept since the session before, %", _last(ordered, "retention_percent"), pictures.AHEAD),
        ("carried over, %", _last(ordered, "carried_percent"), pictures.AHEAD),
        ("cues in ten minutes", [_cue_rate(d) for d in ordered], pictures.INK),
    ]
    known = [row for row in rows if not all(math.isnan(v) for v in row[1])]
    facts = [
        (str(len(ordered)), "sessions", ""),
        (_minutes(sum(d.length_s for d in ordered)), "in all", ""),
        (_minutes(sum(d.ending.backward_s for d in ordered)), "backward", "back"),
        (str(sum(d.ending.stumbles for d in ordered)), "stumbles", "warn"),
    ]
    text = (
        "Each dot is a session, oldest on the left. Where there is no dot, nothing could be known."
    )
    body = [_facts(facts), f"<section><h2>Over the weeks</h2><p>{text}</p>"]
    body.append(f"<figure>{pictures.trend(xs, known)}</figure></section>")
    return _page(f"{runner}, {len(ordered)} sessions", runner, body)


def _part(d: Digest) -> list[str]:
    e = d.ending
    facts = [
        (_minutes(d.length_s), "recorded", ""),
        (str(e.strides), "strides", ""),
        (_minutes(e.backward_s), "backward", "back"),
        (_usual_rate(d), "steps a minute", ""),
        (str(e.cues), "cues", ""),
        (str(e.stumbles), "stumbles" if not e.falls else f"stumbles, {e.falls} falls", "warn"),
    ]
    body = [_facts(facts)]
    if not d.strides:
        return [*body, "<p>No stride was seen, so there is nothing to draw.</p>"]
    body.append(
        "<section><h2>The session</h2><p>Read it from left to right. Dots are single strides; "
        "where they leave their band, something changed. A cue that helped is followed by dots "
        f"back in the band.</p><figure>{pictures.timeline(d)}</figure></section>"
    )
    body += _carry(d)
    if any(s.side in ("left", "right") for s in d.strides):
        body.append(
            f"<section><h2>Left and right</h2><p>{_sides_text(d)}</p>"
            f"<figure>{pictures.sides(d)}</figure></section>"
        )
    return body + _cues(d)


def _carry(d: Digest) -> list[str]:
    told = [
        (f"{m.value:.0f} {unit}", f"{title}: {words}", "back")
        for name, (title, unit, words) in MEASURED.items()
        for m in d.measured.get(name, [])[-1:]
        if m.value is not None
    ]
    if not told and not d.imprints:
        return []
    out = [
        "<section><h2>What backward left behind</h2><p>Backward steps are shorter and quicker. "
        "These figures say how much of that stayed when you faced forward again. They compare you "
        "with yourself at the same speed, and with nobody else.</p>",
        _facts(told) if told else "",
    ]
    if d.imprints:
        out.append(f"<figure>{pictures.carried(d)}</figure>")
    return [*out, "</section>"]


def _cues(d: Digest) -> list[str]:
    heard = [c for c in d.cues if c.priority != Priority.PHASE]
    if not heard:
        return ["<section><h2>Cues</h2><p>Nothing but the workout's own prompts.</p></section>"]
    judged = {(x.key, x.text): x for x in d.effects}
    rows = "".join(_cue_row(d, c, judged.get((c.key, c.text)) is not None) for c in heard)
    worked = sum(x.worked for x in d.effects)
    text = (
        f"{worked} of {len(d.effects)} cues about your stride were followed by strides back in "
        "range."
        if d.effects
        else "None of them was about your stride in a way that could be judged."
    )
    head = "<tr><th>min</th><th>said</th><th>because</th><th></th></tr>"
    return [f"<section><h2>Cues</h2><p>{text}</p><table>{head}{rows}</table></section>"]


def _cue_row(d: Digest, cue: Cue, judged: bool) -> str:
    because = ", ".join(_because(k, v) for k, v in cue.because.items() if v is not None)
    worked = next((x.worked for x in d.effects if x.key == cue.key and x.t >= cue.t), None)
    fate = "" if cue.verdict == "given" else f"withheld: {REASONS.get(cue.verdict, cue.verdict)}"
    if cue.verdict == "given" and judged and worked is not None:
        fate = "helped" if worked else "did not help"
    said = html.escape(cue.text or f"({cue.key.replace('_', ' ')})")
    return (
        f'<tr><td class="n">{d.at(cue.t):.1f}</td><td>{said}</td>'
        f"<td>{html.escape(because)}</td><td>{html.escape(fate)}</td></tr>"
    )


def _because(name: str, value: float | str) -> str:
    """Put a measurement as a person would: ``speed_m_s`` 0.4 as speed 0.4 m/s."""
    unit = next((u for u in UNITS if name.endswith(f"_{u}")), "")
    words = name.removesuffix(f"_{unit}").replace("_", " ")
    number = f"{value:.3g}" if isinstance(value, float) else str(value).replace("_", " ")
    return f"{words} {number} {UNITS.get(unit, '')}".rstrip()


def _sides_text(d: Digest) -> str:
    middles: dict[str, float] = {}
    for side in ("left", "right"):
        stances = [s.stance_s for s in d.strides if s.side == side and s.stance_s is not None]
        if stances:
            middles[side] = median(stances)
    if len(middles) < 2:
        return "Only one foot could be told apart."
    gap = 100.0 * (middles["left"] / middles["right"] - 1.0)
    longer = "left" if gap > 0 else "right"
    return (
        f"Your {longer} foot stayed on the belt {abs(gap):.1f} % longer than the other. "
        "A few percent are usual; what matters is a change."
    )


def _facts(facts: Sequence[tuple[str, str, str]]) -> str:
    cells = "".join(
        f'<div class="{kind}"><b>{html.escape(value)}</b>{html.escape(text)}</div>'
        for value, text, kind in facts
    )
    return f'<div class="facts">{cells}</div>'


def _page(title: str, name: str, body: Sequence[str]) -> str:
    light, dark = (
        ";".join(f"--{role}:{colour}" for role, colour in colours.items())
        for colours in (pictures.LIGHT, pictures.DARK)
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


def _minutes(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def _usual_rate(d: Digest) -> str:
    rates = [m.value for m in d.measured.get("cadence_spm", []) if m.value is not None]
    return f"{median(rates):.0f}" if rates else "not known"


def _detail(d: Digest, name: str) -> float:
    value = d.summaries[-1].details.get(name) if d.summaries else None
    return float(value) if isinstance(value, int | float) else math.nan


def _last(digests: Sequence[Digest], name: str) -> list[float]:
    out: list[float] = []
    for d in digests:
        values = [m.value for m in d.measured.get(name, []) if m.value is not None]
        out.append(values[-1] if values else math.nan)
    return out


def _cue_rate(d: Digest) -> float:
    return 600.0 * d.ending.cues / d.length_s if d.length_s else math.nan
