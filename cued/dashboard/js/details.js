/* Belt, sensors, whatever else is measured, and what happened. */
"use strict";

const Details = (() => {
  const el = (id) => document.getElementById(id);
  const LINKS = { up: "connected", late: "late", lost: "lost" };

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
    wanted.forEach((row, n) => fill(list.children[n], row));
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
        ["Speed", `${Words.number(now.speed_m_s, 2)} m/s`],
        ["", `${Words.number(now.speed_m_s * 3.6, 1)} km/h`],
        ["Incline", `${Words.number(now.incline_percent, 1)} %`],
      ]
      : [["Speed", "not known"], ["Incline", "not known"]]);
  }

  function sensor() {
    const row = document.createElement("li");
    row.innerHTML = '<svg aria-hidden="true"><use/></svg><span class="name"></span>'
      + '<span class="link"></span><span class="charge"></span>';
    return row;
  }

  function sensors(station, at) {
    const { link: links = {}, battery: batteries = {} } = station.state;
    const { link = {}, battery = {} } = station.known(at);
    const names = [...new Set([...Object.keys(links), ...Object.keys(batteries)])].sort();
    rows(el("sensors"), names, sensor, (row, name) => {
      const state = link[name] ?? "unknown";
      data(row, "link", state);
      icon(row.querySelector("use"), state in LINKS ? state : "unknown");
      text(row.querySelector(".name"), Words.sentence(name));
      text(row.querySelector(".link"), LINKS[state] ?? "not known");
      const percent = battery[name];
      const low = percent < Stage.LOW_PERCENT;
      text(row.querySelector(".charge"), percent === undefined ? "" : `${Words.number(percent, 0)} %${low ? " low" : ""}`);
      data(row, "low", String(low));
    });
  }

  function measured(station, at) {
    const fresh = station.fresh(at);
    pairs(el("measured"), station.others().map((name) => {
      const { label, unit } = Words.read(name, station.units[name]);
      return [label, fresh ? Words.shown(station.metrics[name], unit) : Words.NONE];
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
        : [`Not said: ${Stage.said(cue)}`, [Words.shown(cue.verdict), why].filter(Boolean).join("; ")];
    }
    switch (kind) {
      case "phase": return [`Phase: ${Words.phase(event.name)}`, Words.shown(event.why)];
      case "stumble": return ["Stumble", ""];
      case "fall": return [`Fall, ${Words.shown(event.stage)}`, Words.because(event.because)];
      case "link": return [`${Words.sentence(event.sensor)} ${LINKS[event.state] ?? event.state}`, ""];
      case "notice": return [event.text || Words.sentence(event.code), event.level === "info" ? "" : event.level];
      default: return [Words.sentence(kind ?? "event"), ""];
    }
  }

  return { draw, pairs };
})();
