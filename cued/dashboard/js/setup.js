/* Set-up on a phone: shows the step that the machine asks, and sends what was answered.

   The machine knows the steps, checks the answers and keeps them; this file draws fields by the kind
   of their value. The key that the digits gave stays in this tab. */
"use strict";

(() => {
  const el = (id) => document.getElementById(id);
  const PLACES = ["lower_back", "waist", "chest", "foot_left", "foot_right", "shank_left", "shank_right", "treadmill", "heart_rate", "skip"];
  const TRIALS = { // by step: [name of the words, request, what goes with it]
    sensors: [["setup.try_listen", "listen", {}]],
    voice: [["setup.try_say", "say", {}]],
    motors: [["setup.try_left", "buzz", { side: "left" }], ["setup.try_right", "buzz", { side: "right" }]],
  };
  const LIMITS = { belt_kmh: [0, 20, 0.1], volume: [0.05, 1, 0.05] };
  let view = null;
  let found = [];
  let key = kept();

  async function begin() {
    const config = await fetch("config.json", { cache: "no-store" }).then((answer) => answer.json());
    await Words.load(config);
    el("speak").addEventListener("click", speak);
    el("door").addEventListener("submit", (event) => { event.preventDefault(); enter(); });
    el("step").addEventListener("submit", (event) => { event.preventDefault(); next(); });
    el("back").addEventListener("click", () => go("back"));
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
    tell(heard ? "" : why ?? Words.say("setup.unheard"));
    return el("digits").focus();
  }

  async function enter() {
    const { status, key: given, left, why } = await ask("enter", { digits: el("digits").value });
    el("digits").value = "";
    if (status !== 200) return tell(status === 403 ? Words.say("setup.wrong", { left }) : why);
    keep(given);
    return go("show");
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
    } else tell(why ?? Words.say("setup.lost"));
  }

  async function next() {
    if (view.step !== "done") return go("answer", { values: values() });
    const { status, why, runs } = await ask("write");
    if (status !== 200) return tell(why ?? Words.say("setup.lost"));
    el("step").hidden = true;
    return tell(Words.say(runs ? "setup.written" : "setup.no_sensor"));
  }

  function draw(shown) {
    const other = shown.step !== view?.step;
    view = shown;
    if (other) found = [];
    el("door").hidden = true;
    el("step").hidden = false;
    el("where").textContent = Words.say("setup.step", view);
    el("title").textContent = Words.say(`setup.step_${view.step}`);
    const noted = ["sensors", "belt", "mqtt", "done"].includes(view.step);
    el("note").textContent = noted ? Words.say(`setup.note_${view.step}`) : "";
    el("back").hidden = view.number === 1;
    el("next").textContent = Words.say(view.step === "done" ? "setup.write" : "setup.next");
    el("fields").replaceChildren(...Object.entries(view.fields).map(([name, value]) => field(name, value)));
    el("trials").replaceChildren(...(TRIALS[view.step] ?? []).map(trial));
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
      [input.min, input.max, input.step] = LIMITS[name];
      input.type = name === "volume" ? "range" : "number";
      input.value = value;
    } else {
      input.type = name.endsWith("password") ? "password" : "text";
      input.autocapitalize = "none";
      input.value = value;
    }
    return labelled(name, input);
  }

  const optionName = (name, one) => (name === "language"
    ? new Intl.DisplayNames(one, { type: "language" }).of(one)
    : Words.say(`setup.profile_${one}`));

  function choice(name, choices, value, word) {
    const select = document.createElement("select");
    select.name = name;
    for (const one of choices) select.append(new Option(word(one), one, false, one === value));
    return select;
  }

  function labelled(name, input, text = Words.say(`setup.field_${name}`)) {
    const label = document.createElement("label");
    const words = document.createElement("span");
    words.textContent = text;
    const flag = input.type === "checkbox";
    label.classList.toggle("flag", flag);
    label.append(...(flag ? [input, words] : [words, input]));
    return label;
  }

  const place = (one) => Words.say(`place.${one}`);

  /* What is configured, and of each that was heard where it is worn. */
  function sensors(configured) {
    const box = document.createElement("div");
    const now = document.createElement("p");
    const names = configured.map((one) => `${one.device} (${place(one.placement)})`).join(", ");
    now.textContent = names ? Words.say("setup.configured", { sensors: names }) : "";
    box.append(now);
    for (const one of found) {
      const before = configured.find((other) => other.address === one.address)?.placement;
      const usual = one.devices[0] === "ftms" ? "treadmill" : "lower_back";
      const select = choice(one.address, PLACES, before ?? usual, place);
      box.append(labelled("", select, Words.say("setup.where", { name: one.name || one.address })));
    }
    return box;
  }

  function trial([word, request, more]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "key";
    button.textContent = Words.say(word);
    button.addEventListener("click", async () => {
      if (button.dataset.busy === "true") return;
      button.dataset.busy = "true";
      tell(Words.say("setup.trying"));
      const answer = await ask(request, { ...more, values: values() });
      button.dataset.busy = "false";
      tried(request, answer);
    });
    return button;
  }

  function tried(request, { status, why, found: heard }) {
    if (status === 403) return go("show");
    if (why) return tell(why);
    if (request !== "listen") return tell(Words.say("setup.worked"));
    found = heard;
    draw(view);
    return tell(found.length ? "" : Words.say("setup.none"));
  }

  /* The answers of the step; sensors only where some were heard, or what is configured stays. */
  function values() {
    if (view.step === "sensors") return found.length ? { sensors: worn() } : {};
    const given = {};
    for (const input of el("fields").querySelectorAll("input, select")) {
      if (input.type === "checkbox") given[input.name] = input.checked;
      else if (input.type === "number" || input.type === "range") given[input.name] = Number(input.value);
      else if (input.type !== "password" || input.value) given[input.name] = input.value.trim();
    }
    return given;
  }

  const worn = () => found
    .map(({ address, devices: [device] }) => ({ device, address, placement: el("fields").querySelector(`[name="${CSS.escape(address)}"]`).value }))
    .filter(({ placement }) => placement !== "skip");

  function tell(text) {
    el("said").textContent = text;
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
