/* Set-up on a phone: shows the step that the machine asks, and sends what was answered.

   The machine knows the steps, checks the answers and keeps them; this file draws fields by the kind
   of their value. The key that the digits gave stays in this tab. */
"use strict";

(() => {
  const el = (id) => document.getElementById(id);
  const PLACES = ["lower_back", "waist", "chest", "foot_left", "foot_right", "shank_left", "shank_right", "treadmill", "heart_rate", "skip"];
  const TRIED = { // by what is tried: seconds that it takes
    listen: 8, data: 10, stamp: 10, bow: 15, belt: 10, round: 60, unit: 30, press: 8, walk: 60,
  };
  const OPENS_S = 40;
  const SIDES = { buzz: [{ side: "left" }, { side: "right" }] };
  const LIMITS = { // least, most, step
    belt_m_s: [0, 7, 0.1], belt_length_m: [0, 10, "any"], belt_marks: [1, 60, 1], write_factor: [0, 2, "any"],
    volume: [0.05, 1, 0.05],
  };
  let view = null;
  let found = [];
  let trying = 0;
  let key = kept();

  async function begin() {
    const config = await fetch("config.json", { cache: "no-store" }).then((answer) => answer.json());
    await Words.load(config);
    el("speak").addEventListener("click", speak);
    el("door").addEventListener("submit", (event) => { event.preventDefault(); enter(); });
    el("step").addEventListener("submit", (event) => { event.preventDefault(); next(); });
    el("back").addEventListener("click", () => go("back"));
    el("go").addEventListener("change", () => go("go", { to: el("go").value }));
    el("leave").addEventListener("click", leave);
    el("speak").disabled = false; // a press before now would be lost
    if (key) await go("show");
  }

  async function ask(name, body = {}) {
    try {
      const answer = await fetch(`ask/${name}`, {
        method: "POST", cache: "no-store", body: JSON.stringify(body),
        headers: { "Content-Type": "application/json", "X-Cued-Key": key },
      });
      return { status: answer.status, ...(await answer.json()) };
    } catch {
      return { status: 0, why: Words.say("setup.lost") };
    }
  }

  async function speak() {
    const { status, why, s, heard } = await ask("speak");
    if (status === 429) return tell(why === "closed" ? Words.say("setup.closed") : Words.say("setup.wait", { s: Words.number(s, 0) }));
    if (why === "session") return tell(Words.say("setup.session"));
    tell(heard ? "" : why ? Words.own(why) : Words.say("setup.unheard"));
    return el("digits").focus();
  }

  async function enter() {
    const { status, key: given, left, why } = await ask("enter", { digits: el("digits").value });
    el("digits").value = "";
    if (status === 409) return tell(Words.say("setup.session"));
    if (status !== 200) return tell(status === 403 ? Words.say("setup.wrong", { left }) : Words.own(why));
    keep(given);
    tell(Words.say("setup.opening"));
    for (let left = OPENS_S; left > 0; left -= 1) { // the coach ends first, where it was running
      const { status: now, why: _, ...shown } = await ask("show");
      if (now === 200) {
        tell("");
        return draw(shown);
      }
      await new Promise((done) => { setTimeout(done, 1000); });
    }
    return tell(Words.say("setup.lost"));
  }

  async function go(name, body = {}) {
    const { status, why, ...shown } = await ask(name, { step: view?.step, ...body });
    if (status === 403) {
      keep("");
      el("door").hidden = false;
      el("step").hidden = true;
    } else if (status === 200) {
      tell("");
      draw(shown);
    } else refused(why);
  }

  async function next() {
    if (view.step !== "done") return go("answer", { values: values() });
    const { status, why, runs } = await ask("write");
    if (status !== 200) return refused(why);
    el("step").hidden = true;
    return tell(Words.say(runs ? "setup.written" : "setup.no_sensor"));
  }

  async function leave() {
    const { status } = await ask("leave");
    if (status === 403) return go("show");
    el("step").hidden = true;
    return tell(Words.say("setup.unchanged"));
  }

  function draw(shown) {
    const other = shown.step !== view?.step;
    view = shown;
    Words.inSpeed(view.speed_unit);
    if (other) found = [];
    el("door").hidden = true;
    el("step").hidden = false;
    el("where").textContent = Words.say("setup.step", view);
    el("title").textContent = Words.say(`setup.step_${view.step}`);
    el("go").replaceChildren(...view.steps.map((one) => (
      new Option(Words.say(`setup.step_${one}`), one, false, one === view.step))));
    el("note").textContent = view.noted ? Words.say(`setup.note_${view.step}`) : "";
    el("back").hidden = view.number === 1;
    el("next").textContent = Words.say(view.step === "done" ? "setup.write" : "setup.next");
    el("fields").replaceChildren(...Object.entries(view.fields).map(([name, value]) => field(name, value)));
    el("trials").replaceChildren(...view.trials.flatMap((name) => (SIDES[name] ?? [{}]).map((how) => trial(name, how))));
    if (other) el("title").focus();
  }

  function field(name, value) {
    if (name === "sensors") return sensors(value);
    if (name in view.choices) {
      return labelled(name, choice(name, view.choices[name], value, (one) => optionName(name, one)));
    }
    const input = document.createElement("input");
    input.name = name;
    if (typeof value === "boolean") {
      input.type = "checkbox";
      input.checked = value;
    } else if (name in LIMITS) {
      const [least, most, step] = LIMITS[name];
      Object.assign(input, { type: name === "volume" ? "range" : "number", min: least, step });
      input.max = name === "belt_m_s" ? Words.inUnit(most).toFixed(1) : most;
      input.value = name === "belt_m_s" ? Words.inUnit(value).toFixed(1) : value;
    } else {
      input.type = name.endsWith("password") ? "password" : "text";
      input.autocapitalize = "none";
      input.value = value;
    }
    return labelled(name, input);
  }

  function optionName(name, one) {
    if (name === "language") return new Intl.DisplayNames(one, { type: "language" }).of(one);
    return name === "profile" ? Words.say(`setup.profile_${one}`) : one;
  }

  function choice(name, choices, value, word) {
    const select = document.createElement("select");
    select.name = name;
    for (const one of choices) select.append(new Option(word(one), one, false, one === value));
    return select;
  }

  function labelled(name, input, text = Words.say(`setup.field_${name}`, { unit: view.speed_unit })) {
    const label = document.createElement("label");
    const words = document.createElement("span");
    words.textContent = text;
    const flag = input.type === "checkbox";
    label.classList.toggle("flag", flag);
    label.append(...(flag ? [input, words] : [words, input]));
    return label;
  }

  const place = (one) => Words.say(`place.${one}`);
  const placed = (one) => (one === "waist" ? `${place(one)}, ${Words.say("setup.waist_note")}` : place(one));

  /* What is configured, and of each that was heard where it is worn. */
  function sensors(configured) {
    const box = document.createElement("div");
    const now = document.createElement("p");
    const names = configured.map((one) => `${one.device} (${place(one.placement)})`).join(", ");
    now.textContent = names ? Words.say("setup.configured", { sensors: names }) : "";
    box.append(now);
    for (const one of found) {
      const before = configured.find((other) => other.address === one.address)?.placement;
      const kind = one.device || "stranger"; // may be a treadmill that does not say so
      const usual = { ftms: "treadmill", stranger: "skip" }[kind] ?? "lower_back";
      const select = choice(one.address, one.device ? PLACES : ["treadmill", "skip"], before ?? usual, placed);
      const signal = one.bars ? `, ${Words.say("setup.bars", one)}` : "";
      const label = labelled("", select, Words.say("setup.where", { name: `${one.name}${signal}` }));
      if (one.bars) label.firstChild.prepend(bars(one.bars));
      box.append(label);
    }
    return box;
  }

  function bars(n) {
    const meter = document.createElement("span");
    meter.className = "bars";
    meter.setAttribute("aria-hidden", "true");
    for (let i = 1; i <= 4; i += 1) meter.append(document.createElement(i <= n ? "b" : "i"));
    return meter;
  }

  function trial(name, how) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "key";
    button.textContent = Words.say(`setup.try_${how.side ?? name}`);
    button.addEventListener("click", async () => {
      if (trying) return;
      const given = values();
      trying = countDown(TRIED[name]);
      const answer = await ask("try", { name, how, values: given });
      clearInterval(trying);
      trying = 0;
      tried(name, answer);
    });
    return button;
  }

  function countDown(seconds = 0) {
    let left = seconds;
    const say = () => tell(Words.say(left > 0 ? "setup.seconds" : "setup.trying", { s: left }));
    say();
    return setInterval(() => { left -= 1; say(); }, 1000);
  }

  function tried(name, { status, why, found: findings }) {
    if (status === 403) return go("show");
    if (status !== 200) return refused(why);
    if (name !== "listen") return tell(...findings.map(sentence));
    found = findings.map(({ blanks }) => blanks);
    draw(view);
    return tell(found.length ? "" : Words.say("setup.none"));
  }

  /* A finding in words: speeds in the station's unit, sensors by where they are worn. */
  function sentence({ key: word, blanks }) {
    const shown = Object.entries(blanks).map(([name, value]) => [name, blank(name, value)]);
    return Words.say(word, Object.fromEntries(shown));
  }

  function blank(name, value) {
    if (name === "speed") return Words.measure(value, "m/s");
    if (name === "why") return Words.own(value);
    if (name === "sensor") return PLACES.includes(value) ? place(value) : Words.spaced(value);
    return typeof value === "number" ? Words.number(value, 0) : value;
  }

  /* The answers of the step; sensors only where some were heard, or what is configured stays. */
  function values() {
    if (view.step === "sensors") return found.length ? { sensors: worn() } : {};
    const given = {};
    for (const input of el("fields").querySelectorAll("input, select")) {
      if (input.type === "checkbox") given[input.name] = input.checked;
      else if (input.name === "belt_m_s") given[input.name] = Words.inMetres(Number(input.value));
      else if (input.type === "number" || input.type === "range") given[input.name] = Number(input.value);
      else if (input.type !== "password" || input.value) given[input.name] = input.value.trim();
    }
    return given;
  }

  const worn = () => found
    .map(({ address, device }) => ({ device: device || "ftms", address, placement: el("fields").querySelector(`[name="${CSS.escape(address)}"]`).value }))
    .filter(({ placement }) => placement !== "skip");

  const refused = (why) => tell(why ? Words.own(why) : Words.say("setup.lost"));

  function tell(...texts) {
    el("said").replaceChildren(...texts.filter(Boolean).map((text) => {
      const line = document.createElement("span");
      line.textContent = text;
      return line;
    }));
  }

  function kept() {
    try {
      return sessionStorage.getItem("cued-set-up") ?? "";
    } catch {
      return ""; // storage may be forbidden; then a reload asks again
    }
  }

  function keep(given) {
    key = given;
    try {
      sessionStorage.setItem("cued-set-up", given);
    } catch {
      /* as above */
    }
  }

  begin();
})();
