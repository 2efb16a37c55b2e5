/* Names, numbers and times as people read them. A name that nobody foresaw is read by its own
   rules: the last part of cadence_spm or stride_time_s is its unit. */
"use strict";

const Words = (() => {
  const NONE = "–";
  const UNITS = [ // suffix of a name, unit; longest first
    ["_m_s", "m/s"], ["_percent", "%"], ["_spm", "steps/min"], ["_bpm", "beats/min"],
    ["_deg", "°"], ["_ms", "ms"], ["_hz", "Hz"], ["_cm", "cm"], ["_kg", "kg"], ["_m", "m"],
    ["_s", "s"],
  ];
  const PHASES = {
    idle: "Ready", check_in: "Check in", settle: "Warm up", turn_back: "Turn round, backward",
    backward_walk: "Backward walk", backward_uphill: "Backward uphill", backward_jog: "Backward jog",
    backward_rest: "Easy backward", turn_front: "Turn to the front", carry: "Keep the short step",
    cool_down: "Cool down", free_run: "Free run", paused: "Paused", blind: "No sensor", fallen: "Fall",
  };
  const KEYS = {
    start_program: "Start", again: "Start again", pause: "Pause", resume: "Resume", mute: "Mute",
    unmute: "Unmute", skip: "Skip", mark: "Mark", stop: "Stop", sure: "Stop? Press again",
    faster: "Belt +", slower: "Belt −", something_wrong: "Something is wrong", more: "More",
    acknowledge: "All is well",
  };
  const CODES = { alarm_confirmed: "Are you all right?", alarm_possible: "Hold the rail" };
  const SPOKEN = { spm: "steps/min", deg: "°", percent: "%", bpm: "beats/min" };

  const sentence = (name) => {
    const words = String(name).replaceAll("_", " ").trim();
    return words.charAt(0).toUpperCase() + words.slice(1);
  };

  /* The parts of a name: what it is called, and its unit (told, or from the name, or ""). */
  function read(name, told) {
    const found = UNITS.find(([suffix]) => name.endsWith(suffix) && name.length > suffix.length);
    const bare = found ? name.slice(0, -found[0].length) : name;
    const unit = told === undefined ? (found ? found[1] : "") : (SPOKEN[told] ?? told);
    return { label: sentence(bare), unit };
  }

  function number(value, digits) {
    if (typeof value !== "number" || !Number.isFinite(value)) return NONE;
    const places = digits ?? (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
    const text = value.toFixed(places);
    return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
  }

  const joined = (value, unit) =>
    unit === "°" ? `${value}°` : unit ? `${value}\u00a0${unit}` : value;

  /* Any value of a payload. */
  function shown(value, unit = "") {
    if (value === null || value === undefined) return NONE;
    if (typeof value === "number") return joined(number(value), unit);
    if (typeof value === "boolean") return value ? "yes" : "no";
    if (Array.isArray(value)) return value.map((v) => shown(v)).join(" to ") + (unit && ` ${unit}`);
    if (typeof value === "object") return JSON.stringify(value);
    return String(value).replaceAll("_", " ");
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
    if (seconds < 2) return "just now";
    if (seconds < 90) return `${Math.round(seconds)} s ago`;
    return seconds < 5400 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3600)} h ago`;
  }

  /* What a cue or event rests on, in its own order. */
  function because(reasons) {
    return Object.entries(reasons ?? {})
      .filter(([, value]) => value !== null && value !== "")
      .map(([name, value]) => {
        const { label, unit } = read(name);
        return `${label.toLowerCase()} ${shown(value, unit)}`;
      })
      .join(", ");
  }

  const phase = (name) => PHASES[name] ?? sentence(name ?? "");

  return { CODES, KEYS, phase, NONE, read, number, joined, shown, clock, ago, because, sentence };
})();
