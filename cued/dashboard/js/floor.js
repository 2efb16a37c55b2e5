/* All stations at a glance: a card for each, and those that need a look at the top. Cards stay
   where they are, sorted by name, so that nothing moves under a finger. */
"use strict";

const Floor = (() => {
  const el = (id) => document.getElementById(id);
  const cards = new Map();
  const NEAR_MS = 30000;
  let wanted = "";
  let near = []; // stations of this network with a broker of their own, as mDNS finds them

  el("floor-filter").addEventListener("input", (event) => {
    wanted = event.target.value.trim().toLowerCase();
    for (const [name, card] of cards) card.box.hidden = !name.includes(wanted);
  });

  function card(name) {
    const box = document.createElement("li");
    box.hidden = !name.includes(wanted);
    box.innerHTML = '<a><span class="name"></span>'
      + '<span class="go"><svg aria-hidden="true"><use href="#i-unknown"/></svg>'
      + '<span class="rate"></span></span>'
      + '<span class="phase"></span><span class="status"></span></a>';
    const link = box.firstElementChild;
    link.href = `#station/${encodeURIComponent(name)}`;
    const part = (of) => link.querySelector(of);
    text(part(".name"), name);
    return {
      box, link, use: part("use"), rate: part(".rate"), phase: part(".phase"), status: part(".status"),
    };
  }

  function place(name) {
    const made = card(name);
    cards.set(name, made);
    const after = [...cards.keys()].filter((other) => order(other, name) > 0).sort(order)[0];
    el("floor-list").insertBefore(made.box, after ? cards.get(after).box : null);
    return made;
  }

  const order = (a, b) => a.localeCompare(b, "en", { numeric: true });

  function draw(stations, at) {
    let moving = 0;
    const care = [];
    for (const [name, { box }] of cards) {
      if (!stations.has(name) && cards.delete(name)) box.remove();
    }
    for (const station of stations.values()) {
      const made = cards.get(station.name) ?? place(station.name);
      const why = station.care(at);
      if (why) care.push([station.name, why]);
      if (station.moving(at)) moving += 1;
      try {
        fill(made, station, why, at);
      } catch (error) {
        console.error(station.name, error); // a card fails alone
      }
    }
    link([...near].filter(({ name }) => !stations.has(name)));
    const counted = Words.count("floor.stations", stations.size);
    text(el("floor-sum"), Words.say("floor.sum", { stations: counted, moving, care: care.length }));
    el("floor-care").hidden = care.length === 0;
    look(care.sort(([a], [b]) => order(a, b)).slice(0, 12));
  }

  function fill(made, station, why, at) {
    const online = station.online();
    const known = station.known(at);
    const moving = station.moving(at);
    const direction = moving ? known.direction ?? "unknown" : "unknown";
    const still = known.mode === "standing";
    data(made.link, "state", !online ? "offline" : why ? "care" : moving ? "moving" : "still");
    icon(made.use, !online ? "lost" : still ? "pause" : direction);
    const rate = station.value("cadence_spm", at);
    text(made.rate, rate === null ? Words.NONE : Words.say("floor.rate", { n: Words.number(rate, 0) }));
    const left = station.remaining(at);
    const phase = known.phase ? Words.phase(known.phase) : "";
    text(made.phase, [phase, left > 0 ? Words.clock(left) : ""].filter(Boolean).join(" "));
    const going = Words.say(bearing(still, direction, moving || rate !== null));
    const steady = station.level(at) === "steady" ? Words.say("floor.steady", { going }) : going;
    text(made.status, online ? Words.sentence(why) || steady : Words.say("floor.offline"));
  }

  function bearing(still, direction, moves) {
    if (still) return "floor.still";
    if (Stage.DIRECTIONS.includes(direction)) return `direction.${direction}`;
    return moves ? "floor.direction_unknown" : "direction.unknown";
  }

  function look(care) {
    const list = el("floor-care").querySelector("ul");
    while (list.children.length > care.length) list.lastElementChild.remove();
    while (list.children.length < care.length) {
      const row = document.createElement("li");
      row.append(document.createElement("a"));
      list.append(row);
    }
    care.forEach(([name, why], n) => {
      const link = list.children[n].firstElementChild;
      attribute(link, "href", `#station/${encodeURIComponent(name)}`);
      text(link, `${name}: ${why}`);
    });
  }

  function link(others) {
    el("floor-near").hidden = others.length === 0;
    const list = el("floor-near").querySelector("ul");
    if (list.dataset.told === JSON.stringify(others)) return;
    list.dataset.told = JSON.stringify(others);
    list.replaceChildren(...others.map(({ name, page }) => {
      const row = document.createElement("li");
      const way = document.createElement("a");
      Object.assign(way, { href: page, rel: "noreferrer", textContent: name });
      row.append(way);
      return row;
    }));
  }

  /* Look for other stations, now and again and again. */
  async function seek() {
    try {
      const answer = await fetch("stations.json", { cache: "no-store" });
      if (answer.ok) near = await answer.json();
    } catch {
      /* those that were found stay */
    }
    setTimeout(seek, NEAR_MS);
  }

  return { draw, seek, near: () => near.length };
})();
