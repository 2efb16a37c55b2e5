/* Words, numbers, units and times as people write them in the viewer's language.

   Everything that is read comes from one catalogue a language, words/<language>.json: a translator
   edits that and nothing else. The language is the first of the browser's that there is a catalogue
   for, else the station's. A name that no catalogue foresaw is read by its own rules: the last part
   of knee_flexion_deg is its unit. */
"use strict";

const Words = (() => {
  const NONE = "–";
  const UNITS = [ // suffix of a name, unit; longest first
    ["_m_s", "m/s"], ["_percent", "%"], ["_spm", "spm"], ["_bpm", "bpm"],
    ["_deg", "°"], ["_min", "min"], ["_ms", "ms"], ["_hz", "Hz"], ["_cm", "cm"], ["_kg", "kg"], ["_m", "m"],
    ["_s", "s"],
  ];
  const ATTRIBUTES = { "data-word-label": "aria-label", "data-word-title": "title" };
  const TOLD = { deg: "°", percent: "%" };
  const SPEEDS = { "m/s": 1, "km/h": 3.6, mph: 3600 / 1609.344 };

  let words = {};
  let sentences = []; // what the machine says in English, as [expression, key]
  let locale = "en"; // the browser's own, such as de-CH, which writes its decimals with a point
  let speedUnit = "km/h";
  let plurals = new Intl.PluralRules(locale);

  /* Read the catalogue; `language` and `speed_unit` are the station's, `languages` those that there are. */
  async function load({ language = "en", speed_unit: unit, languages } = {}) {
    speedUnit = unit ?? speedUnit;
    for (const tag of [...navigator.languages, language, "en"]) {
      const found = languages && !languages.includes(short(tag)) ? null : await catalogue(short(tag));
      if (!found) continue;
      [locale, words] = [tag, found];
      break;
    }
    plurals = new Intl.PluralRules(locale);
    const english = short(locale) === "en" ? {} : (await catalogue("en")) ?? {};
    sentences = Object.entries(english).filter(([key]) => key.startsWith("why.") && key !== "why.machine").map(pattern);
    document.documentElement.lang = short(locale);
    place(document);
  }

  const short = (tag) => tag.slice(0, 2).toLowerCase();

  /* The words of a language, or null: then names are read by their own rules. */
  async function catalogue(language) {
    try {
      const answer = await fetch(`words/${language}.json`);
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  /* Fill what the markup names: data-word is a text, the others are attributes. */
  function place(root) {
    for (const box of root.querySelectorAll("[data-word]")) box.textContent = say(box.dataset.word);
    for (const [mark, name] of Object.entries(ATTRIBUTES)) {
      for (const box of root.querySelectorAll(`[${mark}]`)) box.setAttribute(name, say(box.getAttribute(mark)));
    }
  }

  const known = (key) => Object.hasOwn(words, key);

  function say(key, blanks = {}) {
    const wording = known(key) ? words[key] : sentence(key.split(".").at(-1));
    return wording.replaceAll(/\{(\w+)\}/g, (_, name) => blanks[name] ?? "");
  }

  const count = (key, n) => say(`${key}.${plurals.select(n) === "one" ? "one" : "other"}`, { n: number(n, 0) });

  function pattern([key, english]) {
    const plain = english.replaceAll(/[.*+?^$()|[\]\\]/g, "\\$&");
    return [new RegExp(`^${plain.replaceAll(/\{(\w+)\}/g, "(?<$1>.+)")}$`, "s"), key];
  }

  /* A sentence of the machine's in the viewer's language; one that no catalogue has, as it is. */
  function own(text) {
    for (const [english, key] of sentences) {
      const found = english.exec(text);
      if (found) return say(key, Object.fromEntries(Object.entries(found.groups ?? {}).map(filled)));
    }
    return sentences.length > 0 && text ? say("why.machine", { text }) : text;
  }

  function filled([name, text]) {
    if (name === "phase") return [name, phase(text)];
    if (name === "trigger") return [name, shown(text)];
    if (name === "why") return [name, own(text)];
    return [name, /^\d+\.\d+( |$)/.test(text) ? text.replace(".", point()) : text];
  }

  const point = () => new Intl.NumberFormat(locale).formatToParts(0.5)[1].value;

  const spaced = (name) => String(name).replaceAll("_", " ").trim();
  const sentence = (name) => {
    const text = spaced(name);
    return text.charAt(0).toUpperCase() + text.slice(1);
  };

  /* The parts of a name: what it is called, and its unit (told, or from the name, or ""). */
  function read(name, told) {
    const found = UNITS.find(([suffix]) => name.endsWith(suffix) && name.length > suffix.length);
    const bare = found ? name.slice(0, -found[0].length) : name;
    const unit = told === undefined ? (found ? found[1] : "") : (TOLD[told] ?? told);
    const own = [name, bare].find((one) => known(`name.${one}`));
    return { label: own ? say(`name.${own}`) : spaced(bare), unit };
  }

  function number(value, digits) {
    if (typeof value !== "number" || !Number.isFinite(value)) return NONE;
    const places = digits ?? (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
    const style = { minimumFractionDigits: places, maximumFractionDigits: places, useGrouping: false };
    const rounded = Number(value.toFixed(places)) || 0; // no minus before a nought
    return new Intl.NumberFormat(locale, style).format(rounded).replace("-", "−");
  }

  /* A value with its unit. Speeds are in the station's unit for them, whatever they came in. */
  function measure(value, unit, digits) {
    if (typeof value !== "number" || !Number.isFinite(value)) return NONE;
    if (unit in SPEEDS) return `${number((value / SPEEDS[unit]) * SPEEDS[speedUnit], digits ?? 1)}\u00a0${speedUnit}`;
    if (unit === "%") return percent(number(value, digits));
    if (unit === "°") return `${number(value, digits)}°`;
    return unit ? `${number(value, digits)}\u00a0${unitName(unit)}` : number(value, digits);
  }

  /* Speeds in the unit that holds now, which set-up may change. */
  const inSpeed = (unit) => { speedUnit = unit; };
  const inUnit = (mPerS) => mPerS * SPEEDS[speedUnit];
  const inMetres = (value) => value / SPEEDS[speedUnit];

  /* Some languages put a space before the sign, and some have another kind of space. */
  function percent(text) {
    const parts = new Intl.NumberFormat(locale, { style: "percent" }).formatToParts(0);
    return parts.map(({ type, value }) => (type === "integer" ? text : value)).join("");
  }

  const unitName = (unit) => (known(`unit.${unit}`) ? say(`unit.${unit}`) : unit);

  /* Any value of a payload. */
  function shown(value, unit = "") {
    if (value === null || value === undefined) return NONE;
    if (typeof value === "number") return measure(value, unit);
    if (Array.isArray(value)) return value.map((v) => shown(v, unit)).join(` ${say("number.to")} `);
    if (typeof value === "object") return JSON.stringify(value);
    return known(`value.${value}`) ? say(`value.${value}`) : spaced(value);
  }

  function clock(seconds) {
    if (!Number.isFinite(seconds)) return NONE;
    const s = Math.max(0, Math.ceil(seconds));
    const two = (n) => String(n).padStart(2, "0");
    return s < 3600
      ? `${Math.floor(s / 60)}:${two(s % 60)}`
      : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  }

  function ago(seconds) {
    if (!Number.isFinite(seconds)) return "";
    if (seconds < 2) return say("ago.now");
    if (seconds < 90) return say("ago.s", { n: number(seconds, 0) });
    return seconds < 5400
      ? say("ago.min", { n: number(seconds / 60, 0) })
      : say("ago.h", { n: number(seconds / 3600, 0) });
  }

  /* Decimals of a reason's number, as words.py writes it: what is estimated is worth fewer. */
  function places(name, value) {
    if (Number.isInteger(value)) return name.endsWith("_m_s") ? undefined : 0;
    if (/_(s|m)$/.test(name)) return name.endsWith("_s") && Math.abs(value) >= 10 ? 0 : undefined;
    return Math.abs(value) >= 5 ? 0 : 1;
  }

  /* What a cue or event rests on, in its own order. */
  function because(reasons) {
    return Object.entries(reasons ?? {})
      .filter(([, value]) => value !== null && value !== "")
      .map(([name, value]) => {
        const { label, unit } = read(name);
        if (typeof value === "number") return `${label} ${measure(value, unit, places(name, value))}`;
        return `${label} ${name === "phase" ? phase(value) : shown(value, unit)}`;
      })
      .join(", ");
  }

  /* A sensor that is called by where it is worn has a word; any other is called as its owner did. */
  const sensor = (name) => sentence(known(`place.${name}`) ? say(`place.${name}`).split(",")[0] : name);

  const phase = (name) => say(`phase.${name ?? ""}`);

  return {
    NONE, ago, because, clock, count, inMetres, inSpeed, inUnit, known, load, measure, number, own, percent, phase, read, say, sensor, sentence, shown, spaced, unitName,
  };
})();
