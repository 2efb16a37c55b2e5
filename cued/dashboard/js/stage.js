/* What is read from three metres away: phase, direction, step rate, stride, stability, last cue.
   Colour is never the only sign: every verdict has words and a shape as well. */
"use strict";

const text = (element, value) => {
  if (element.textContent !== value) element.textContent = value;
};
const data = (element, name, value) => {
  if (element.dataset[name] !== value) element.dataset[name] = value;
};
const attribute = (element, name, value) => {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
};
const icon = (element, name) => attribute(element, "href", `#i-${name}`);

const Stage = (() => {
  const el = (id) => document.getElementById(id);
  const DIRECTIONS = { forward: "Forward", backward: "Backward" };
  const LEVELS = { steady: "Steady", unsteady: "Unsteady", unknown: "Not known" };
  const LOW_PERCENT = 20; // of a battery
  const GAUGE = 3; // half-widths of the own band to either side

  function draw(station, at) {
    phase(station, at);
    plan(station, at);
    end(station, at);
    heading(station, at);
    const cadence = station.value("cadence_spm", at);
    text(el("cadence"), Words.number(cadence, 0));
    stride(station, at);
    stability(station, at);
    cue(station, at);
    belt(station, at);
    sensors(station, at);
  }

  function phase(station, at) {
    const { phase: name, remaining_s: all } = station.known(at);
    const left = station.remaining(at);
    text(el("phase"), name ? Words.phase(name) : Words.NONE);
    text(el("remaining"), left === null ? "" : Words.clock(left));
    text(el("remaining-label"), left === null ? "" : left > 0 ? "left" : "over");
    el("phase-part").hidden = left === null;
    if (left !== null) el("phase-part").value = Math.min(1, Math.max(0, 1 - left / all));
  }

  /* Who, what comes next, how long already, and the belt speed that the coach asks for. */
  function plan(station, at) {
    const { runner, next, asked_m_s: asked, phase: name } = station.known(at);
    const elapsed = station.elapsed(at);
    const parts = {
      "plan-who": runner ? `Runner ${runner}` : "",
      "plan-next": next && name !== "idle" ? Words.phase(next) : "",
      "plan-elapsed": elapsed === null ? "" : Words.clock(elapsed),
      "plan-belt": typeof asked === "number"
        ? `${Words.number(asked, 2)} m/s, ${Words.number(asked * 3.6, 1)} km/h` : "",
    };
    for (const [id, value] of Object.entries(parts)) {
      text(el(id), value);
      el(id).parentElement.hidden = value === "";
    }
    el("plan").hidden = Object.values(parts).every((value) => value === "");
  }

  /* What the session was, against the one before, until the next begins. */
  const FACTS = [
    ["Backward", (s) => s.backward_s, (v) => Words.clock(v)],
    ["Short step held", (s) => s.details?.time_to_drift_s, (v) => Words.clock(v)],
    ["Carried over", (s) => s.details?.carried_percent, (v) => `${Words.number(v, 0)} %`],
    ["Cues", (s) => s.cues, (v) => Words.number(v, 0)],
    ["Stumbles", (s) => s.stumbles, (v) => Words.number(v, 0)],
    ["In all", (s) => s.duration_s, (v) => Words.clock(v)],
  ];

  function end(station, at) {
    const { summary, before } = station;
    const over = station.known(at).phase === "idle" && summary !== null;
    el("end").hidden = !over;
    if (!over) return;
    const known = FACTS.filter(([, read]) => Number.isFinite(read(summary)));
    Details.pairs(el("end-facts"), known.map(([name, read, write]) => {
      const then = before && Number.isFinite(read(before)) ? ` (last time ${write(read(before))})` : "";
      return [name, `${write(read(summary))}${then}`];
    }));
  }

  function heading(station, at) {
    const known = station.known(at);
    const direction = station.moving(at) ? known.direction ?? "unknown" : "unknown";
    data(el("heading"), "direction", direction);
    icon(el("heading-icon"), direction in DIRECTIONS ? direction : "unknown");
    const still = known.mode === "standing";
    text(el("direction"), still ? "Standing" : DIRECTIONS[direction] ?? "Not known");
    text(el("mode"), still ? "" : known.mode === "unknown" ? "" : known.mode ?? "");
    if (still) icon(el("heading-icon"), "pause");
  }

  function stride(station, at) {
    const length = station.value("stride_length_m", at);
    const time = station.value("stride_time_s", at);
    const byTime = length === null && time !== null; // without a belt there is only the time
    text(el("stride"), Words.number(byTime ? time : length, 2));
    text(el("stride-unit"), byTime ? "s" : "m");
    const band = station.fresh(at) ? station.band() : null;
    const [verdict, words] = judged(length, band);
    data(el("stride-tile"), "verdict", verdict);
    icon(el("stride-icon"), { inside: "steady", long: "long", short: "short" }[verdict] ?? "unknown");
    text(el("stride-verdict"), words);
    if (band && length !== null) gauge(length, band);
  }

  function judged(length, band) {
    if (!band) return ["unknown", length === null ? "not known" : "your own stride is not known yet"];
    const [low, high] = band;
    const own = `${Words.number(low, 2)}–${Words.number(high, 2)}\u00a0m`;
    if (length === null) return ["unknown", `your own: ${own}`];
    const over = (by, end) => `${Words.number((100 * by) / end, 0)} %`;
    if (length > high) return ["long", `${over(length - high, high)} longer than your ${own}`];
    if (length < low) return ["short", `${over(low - length, low)} shorter than your ${own}`];
    return ["inside", `within your own ${own}`];
  }

  function gauge(length, [low, high]) {
    const half = (high - low) / 2 || 0.01;
    const part = (length - (low + high) / 2) / (GAUGE * half);
    const mark = document.querySelector(".gauge .mark");
    mark.style.left = `${50 + 50 * Math.min(1, Math.max(-1, part))}%`;
  }

  function stability(station, at) {
    const level = station.level(at);
    data(el("stability-tile"), "level", level);
    icon(el("stability-icon"), level in LEVELS ? level : "unknown");
    text(el("stability"), LEVELS[level] ?? Words.sentence(level));
    text(el("score"), level === "unknown" && station.moving(at) ? "not enough strides yet" : "");
  }

  function cue(station, at) {
    const { cue: last, withheld } = station;
    text(el("cue"), last ? said(last.cue) : "None yet");
    text(el("cue-age"), last ? Words.ago(station.now(at) - last.t) : "");
    text(el("cue-why"), last ? Words.because(last.cue.because) : "");
    el("muted").hidden = !station.known(at).muted;
    data(el("cue-card"), "fresh", String(last !== null && station.now(at) - last.t < 6));
    text(el("cue-withheld"), withheld ? `Not said: ${said(withheld.cue)} (${Words.shown(withheld.cue.verdict)})` : "");
  }

  function belt(station, at) {
    const now = station.belt(at);
    text(el("belt-line"), now
      ? `Belt ${Words.number(now.speed_m_s, 2)} m/s, incline ${Words.number(now.incline_percent, 1)} %`
      : "Belt not known");
  }

  /* The sensor that is worst off, or that all is well. */
  function sensors(station, at) {
    const { link = {}, battery = {} } = station.known(at);
    const worst = ["lost", "late"].flatMap((state) =>
      Object.keys(link).filter((name) => link[name] === state).map((name) => [name, state]));
    const low = Object.keys(battery).filter((name) => battery[name] < LOW_PERCENT);
    const count = Object.keys(link).length;
    const [name, state] = worst[0] ?? [];
    data(el("sensor-line"), "state", state ?? (low.length ? "late" : "up"));
    if (state) text(el("sensor-line"), `${Words.sentence(name)} ${state}`);
    else if (low.length) text(el("sensor-line"), `${Words.sentence(low[0])} battery ${Words.number(battery[low[0]], 0)} %`);
    else text(el("sensor-line"), count ? `${count} ${count === 1 ? "sensor" : "sensors"} connected` : "");
  }

  const said = (cue) => (cue.text ? `“${cue.text}”` : Words.sentence(cue.tone || cue.key || "–"));

  return { draw, said, DIRECTIONS, LOW_PERCENT };
})();
