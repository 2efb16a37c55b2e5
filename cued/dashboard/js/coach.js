/* For whoever stands beside the runner: strides and steps by side, cues to have said, notes. Why each
   cue was given or not is in the log, which this view shows large. */
"use strict";

const Coach = (() => {
  const el = (id) => document.getElementById(id);
  const ROWS = 8;
  const SIDES = ["left", "right"];
  const VALUES = ["duration_s", "step_s", "length_m"];

  function draw(station, at) {
    const newest = station.strides[0];
    const shown = station.strides.filter((one) => one.direction === newest.direction);
    const [left, right] = SIDES.map((side) => shown.filter((one) => one.side === side));
    const rows = Array.from({ length: Math.min(ROWS, Math.max(left.length, right.length)) }, (_, n) => [left[n], right[n]]);
    const middle = [left, right].map((strides) => Object.fromEntries(
      VALUES.map((name) => [name, median(strides.map((one) => one[name]))])));
    Details.rows(el("sides"), rows.length ? [middle, ...rows] : [], row, (made, [l, r], n) => {
      text(made.firstElementChild, n ? "" : Words.say("coach.middle"));
      [l, r].flatMap((one) => VALUES.map((name) => one?.[name])).forEach((value, cell) =>
        text(made.children[cell + 1], Words.number(value, 2)));
      data(made, "middle", String(n === 0));
    });
    text(el("sides-of"), newest
      ? Words.say("coach.newest", { direction: Words.say(`direction.${newest.direction}`), ago: Words.ago(station.now(at) - newest.t) })
      : Words.say("coach.none"));
  }

  function row() {
    const made = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    made.append(head, ...SIDES.flatMap(() => VALUES.map(() => document.createElement("td"))));
    return made;
  }

  function median(values) {
    const known = values.filter(Number.isFinite).sort((a, b) => a - b);
    return known.length ? (known[(known.length - 1) >> 1] + known[known.length >> 1]) / 2 : null;
  }

  /* `press(key, command, words, value)` asks the station; `phrases` are its cues by key. */
  function begin(phrases, press) {
    el("say-key").append(...Object.entries(phrases).map(([key, words]) => new Option(words, key)));
    const wire = (id, command, value) => el(id).addEventListener("click", () =>
      press(el(id), command, Words.say(`key.${command}`), value()));
    wire("say", "say", () => el("say-key").value);
    wire("note", "mark", () => el("note-text").value.trim() || "mark");
  }

  return { begin, draw };
})();
