/* Belt, sensors, whatever else is measured, and what happened. */
"use strict";

const Details = (() => {
  const el = (id) => document.getElementById(id);
  const LINKS = ["up", "late", "lost"];

  function draw(station, at) {
    belt(station, at);
    sensors(station, at);
    measured(station, at);
    log(station, at);
  }

  /* Make a list's rows match `rows`; each is made by `make` and filled by `fill`. */
  function rows(list, wanted, make, fill) {
    while (list.children.length > wanted.length) list.lastElementChild.remove();
    while (list.children.length < wanted.length) list.append(make());
    wanted.forEach((row, n) => fill(list.children[n], row, n));
  }

  function pair() {
    const box = document.createElement("div");
    box.append(document.createElement("dt"), document.createElement("dd"));
    return box;
  }

  const pairs = (list, wanted) => rows(list, wanted, pair, (box, [name, value]) => {
    text(box.firstElementChild, name);
    text(box.lastElementChild, value);
  });

  function belt(station, at) {
    const now = station.belt(at);
    pairs(el("belt"), now
      ? [
        [Words.say("details.speed"), Words.measure(now.speed_m_s, "m/s")],
        [Words.say("details.incline"), Words.measure(now.incline_percent, "%", 1)],
      ]
      : ["speed", "incline"].map((name) => [Words.say(`details.${name}`), Words.say("details.unknown")]));
  }

  function sensor() {
    const row = document.createElement("li");
    row.innerHTML = '<svg aria-hidden="true"><use/></svg><span class="name"></span>'
      + '<span class="link"></span><span class="charge"></span><span class="front"></span>';
    return row;
  }

  function sensors(station, at) {
    const { link: links = {}, battery: batteries = {} } = station.state;
    const { link = {}, battery = {}, front = {} } = station.known(at);
    const names = [...new Set([...Object.keys(links), ...Object.keys(batteries)])].sort();
    rows(el("sensors"), names, sensor, (row, name) => {
      const state = link[name] ?? "unknown";
      data(row, "link", state);
      icon(row.querySelector("use"), LINKS.includes(state) ? state : "unknown");
      text(row.querySelector(".name"), Words.sensor(name));
      text(row.querySelector(".link"), Words.shown(state));
      const percent = battery[name];
      const low = percent < Stage.LOW_PERCENT;
      const charge = Words.measure(percent, "%", 0);
      const told = low ? Words.say("details.low", { percent: charge }) : charge;
      text(row.querySelector(".charge"), percent === undefined ? "" : told);
      data(row, "low", String(low));
      text(row.querySelector(".front"), name in front ? Words.say(`details.front.${front[name]}`) : "");
    });
  }

  function measured(station, at) {
    const fresh = station.fresh(at);
    pairs(el("measured"), station.others().map((name) => {
      const { label, unit } = Words.read(name, station.units[name]);
      return [Words.sentence(label), fresh ? Words.shown(station.metrics[name], unit) : Words.NONE];
    }));
  }

  function entry() {
    const row = document.createElement("li");
    row.innerHTML = "<time></time><span class=\"what\"></span><span class=\"why\"></span>";
    return row;
  }

  function log(station, at) {
    const zero = station.began ?? 0;
    rows(el("log"), station.log.slice(0, 60), entry, (row, item) => {
      const [what, why] = told(item);
      data(row, "kind", item.kind === "cue" && item.cue.verdict !== "given" ? "withheld" : item.kind);
      text(row.children[0], item.t >= zero ? Words.clock(item.t - zero) : "");
      text(row.children[1], what);
      text(row.children[2], why);
    });
  }

  function told({ kind, cue, event }) {
    if (kind === "cue") {
      const why = Words.because(cue.because);
      return cue.verdict === "given"
        ? [Stage.said(cue), why]
        : [Words.say("cue.withheld", { cue: Stage.said(cue) }), [Words.shown(cue.verdict), why].filter(Boolean).join("; ")];
    }
    switch (kind) {
      case "phase": return [Words.say("log.phase", { phase: Words.phase(event.name) }), Words.shown(event.why)];
      case "stumble": return [Words.say("alarm.stumble"), ""];
      case "fall": return [Words.say("log.fall", { stage: Words.shown(event.stage) }), Words.because(event.because)];
      case "link": return [Stage.linked(event.sensor, event.state), ""];
      case "notice": return notice(event);
      default: return [Words.sentence(kind ?? "event"), ""];
    }
  }

  /* What the catalogue knows is in the viewer's language, with the machine's own line beside it. */
  function notice({ code, text, level }) {
    if (Words.known(`notice.${code}`)) return [Words.say(`notice.${code}`), level === "info" ? "" : Words.own(text)];
    return [text || Words.sentence(code), level === "info" ? "" : Words.shown(level)];
  }

  return { draw, pairs, rows };
})();
