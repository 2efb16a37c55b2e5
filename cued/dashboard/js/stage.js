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
  const DIRECTIONS = ["forward", "backward"];
  const LEVELS = ["steady", "unsteady", "unknown"];
  const LOW_PERCENT = 20; // of a battery
  const GAUGE = 3; // half-widths of the own band to either side

  function draw(station, at) {
    phase(station, at);
    plan(station, at);
    end(station, at);
    heading(station, at);
    const cadence = station.value("cadence_spm", at);
    text(el("cadence"), Words.number(cadence, 0));
    const own = station.ownRate(at);
    const [least, most] = (own ?? []).map((rate) => Words.number(rate, 0));
    text(el("cadence-own"), own ? Words.say("stage.own", { least, most }) : "");
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
    text(el("remaining-label"), left === null ? "" : Words.say(left > 0 ? "stage.left" : "stage.over"));
    el("phase-part").hidden = left === null;
    if (left !== null) el("phase-part").value = Math.min(1, Math.max(0, 1 - left / all));
  }

  /* Who, which workout, what comes next, how long still, and the belt speed that is asked for. */
  function plan(station, at) {
    const { runner, profile, next, asked_m_s: asked, phase: name } = station.known(at);
    const elapsed = station.elapsed(at);
    const left = station.workoutLeft(at);
    const who = runner ? Words.say("plan.who", { name: runner }) : "";
    const parts = {
      "plan-who": [who, profile ? Words.say(`setup.profile_${profile}`) : ""].filter(Boolean).join(" · "),
      "plan-left": left > 0 ? Words.say("plan.about", { n: Words.number(Math.ceil(left / 60), 0) }) : "",
      "plan-next": next && name !== "idle" ? Words.phase(next) : "",
      "plan-elapsed": elapsed === null ? "" : Words.clock(elapsed),
      "plan-belt": typeof asked === "number" ? Words.measure(asked, "m/s") : "",
    };
    for (const [id, value] of Object.entries(parts)) {
      text(el(id), value);
      el(id).parentElement.hidden = value === "";
    }
    el("plan").hidden = Object.values(parts).every((value) => value === "");
  }

  /* What the session was, against the one before, until the next begins. */
  const FACTS = [
    ["end.backward", (s) => s.backward_s, (v) => Words.clock(v)],
    ["end.held", (s) => s.details?.held_s, (v) => Words.clock(v)],
    ["end.carried", (s) => s.details?.carried_percent, (v) => Words.measure(v, "%", 0)],
    ["end.cues", (s) => s.cues, (v) => Words.number(v, 0)],
    ["end.helped", (s) => (s.details?.cues_judged > 0 ? s.details.cues_worked : null), helped],
    ["end.stumbles", (s) => s.stumbles, (v) => Words.number(v, 0)],
    ["end.in_all", (s) => s.duration_s, (v) => Words.clock(v)],
  ];

  function helped(worked, { details: { cues_judged: judged } }) {
    return Words.say("end.of", { n: Words.number(worked, 0), judged: Words.number(judged, 0) });
  }

  /* The session before as it was heard here, else as far as the summary tells of it. */
  function earlier({ summary: { details = {} }, before }) {
    return before ?? { backward_s: details.before_backward_s, details: { held_s: details.before_held_s } };
  }

  function end(station, at) {
    const { summary } = station;
    const over = station.known(at).phase === "idle" && summary !== null;
    el("end").hidden = !over;
    if (!over) return;
    const before = earlier(station);
    const known = FACTS.filter(([, read]) => Number.isFinite(read(summary)));
    Details.pairs(el("end-facts"), known.map(([name, read, write]) => {
      const now = write(read(summary), summary);
      const then = Number.isFinite(read(before)) ? write(read(before), before) : null;
      return [Words.say(name), then === null ? now : Words.say("end.before", { now, then })];
    }));
  }

  function heading(station, at) {
    const known = station.known(at);
    const direction = station.moving(at) ? known.direction ?? "unknown" : "unknown";
    data(el("heading"), "direction", direction);
    icon(el("heading-icon"), DIRECTIONS.includes(direction) ? direction : "unknown");
    const still = known.mode === "standing";
    text(el("direction"), Words.say(`direction.${still ? "standing" : DIRECTIONS.includes(direction) ? direction : "unknown"}`));
    text(el("mode"), still || (known.mode ?? "unknown") === "unknown" ? "" : Words.shown(known.mode));
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
    if (!band) return ["unknown", Words.say(length === null ? "stride.unknown" : "stride.no_band")];
    const [low, high] = band;
    const own = `${Words.number(low, 2)}–${Words.measure(high, "m", 2)}`;
    if (length === null) return ["unknown", Words.say("stride.own", { own })];
    const over = (by, end) => ({ own, by: Words.measure((100 * by) / end, "%", 0) });
    if (length > high) return ["long", Words.say("stride.long", over(length - high, high))];
    if (length < low) return ["short", Words.say("stride.short", over(low - length, low))];
    return ["inside", Words.say("stride.inside", { own })];
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
    icon(el("stability-icon"), LEVELS.includes(level) ? level : "unknown");
    text(el("stability"), Words.say(`level.${level}`));
    const { link = {} } = station.known(at);
    const few = level === "unknown" && station.moving(at) && !Object.values(link).includes("lost");
    text(el("score"), few ? Words.say("stage.few") : "");
  }

  function cue(station, at) {
    const { cue: last, withheld } = station;
    text(el("cue"), last ? said(last.cue) : Words.say("cue.none"));
    text(el("cue-age"), last ? Words.ago(station.now(at) - last.t) : "");
    text(el("cue-why"), last ? Words.because(last.cue.because) : "");
    el("muted").hidden = !station.known(at).muted;
    data(el("cue-card"), "fresh", String(last !== null && station.now(at) - last.t < 6));
    text(el("cue-withheld"), withheld ? notSaid(withheld.cue) : "");
  }

  function notSaid(cue) {
    const told = Words.say("cue.why", { cue: said(cue), why: Words.shown(cue.verdict) });
    return Words.say("cue.withheld", { cue: told });
  }

  function belt(station, at) {
    const now = station.belt(at);
    const { belt_typed: typed } = station.known(at);
    text(el("belt-line"), now
      ? Words.say(typed ? "stage.belt_typed" : "stage.belt", {
        speed: Words.measure(now.speed_m_s, "m/s"), incline: Words.measure(now.incline_percent, "%", 1),
      })
      : Words.say("stage.no_belt"));
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
    if (state) text(el("sensor-line"), linked(name, state));
    else if (low.length) text(el("sensor-line"), emptying(low[0], battery[low[0]]));
    else text(el("sensor-line"), count ? Words.count("stage.sensors", count) : "");
  }

  const linked = (name, state) =>
    Words.say("stage.sensor", { name: Words.sensor(name), state: Words.shown(state) });
  const emptying = (name, charge) =>
    Words.say("stage.battery", { name: Words.sensor(name), percent: Words.measure(charge, "%", 0) });

  const said = (cue) => (cue.text ? Words.say("cue.quoted", { cue: cue.text }) : Words.sentence(Words.shown(cue.key || null)));

  return { draw, linked, said, DIRECTIONS, LOW_PERCENT };
})();
