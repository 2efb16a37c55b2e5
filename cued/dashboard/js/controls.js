/* Buttons for what the station says it accepts. They end the coaching, never the belt. */
"use strict";

const Controls = (() => {
  const KEYS = [ // command, words, icon, when it makes sense
    ["start_program", "Start", "resume", (s) => s.phase === "idle" || s.phase === "free_run"],
    ["pause", "Pause", "pause", (s) => !["idle", "paused", "fallen"].includes(s.phase)],
    ["resume", "Resume", "resume", (s) => s.phase === "paused"],
    ["mute", "Mute", "muted", (s) => !s.muted],
    ["unmute", "Unmute", "voice", (s) => s.muted],
    ["skip", "Skip", "skip", (s) => !["idle", "paused", "fallen", "blind"].includes(s.phase)],
    ["mark", "Mark", "mark", (s) => s.phase !== "idle"],
    ["stop", "Stop", "stop", (s) => s.phase !== "idle"],
  ];
  const SHOWN_MS = 5000;

  return class Controls {
    constructor(ask) {
      this.ask = ask;
      this.nav = document.getElementById("controls");
      this.answer = document.getElementById("answer");
      this.keys = KEYS.map(([command, words, symbol, sensible]) => {
        const key = document.createElement("button");
        key.type = "button";
        key.className = "key";
        key.dataset.command = command;
        key.innerHTML = `<svg aria-hidden="true"><use href="#i-${symbol}"/></svg><span>${words}</span>`;
        if (command === "stop") key.title = "Ends the session; the belt goes on";
        key.addEventListener("click", () => this.press(key, command, words));
        return { key, command, sensible };
      });
      document.getElementById("keys").append(...this.keys.map(({ key }) => key));
    }

    draw(station, allowed, open) {
      const accepted = Array.isArray(station?.state.commands) ? station.state.commands : [];
      const usable = Boolean(station) && allowed && accepted.length > 0;
      this.nav.hidden = !usable;
      if (!usable) return;
      const live = open && station.online();
      const held = this.keys.find(({ key }) => key === document.activeElement)?.key;
      for (const { key, command, sensible } of this.keys) {
        key.hidden = !accepted.includes(command) || !sensible(station.state);
        key.disabled = !live;
      }
      if (held?.hidden || held?.disabled) this.nav.focus(); // or the keyboard is back at the top
    }

    /* Once at a time; not disabled meanwhile, or the keyboard would lose its place. */
    async press(key, command, words) {
      if (key.dataset.busy === "true") return;
      key.dataset.busy = "true";
      const { ok, why } = await this.ask(command);
      key.dataset.busy = "false";
      const told = ok ? `${words}: done` : `${words}: refused, ${why || "no reason given"}`;
      this.answer.textContent = told;
      this.answer.dataset.ok = String(ok);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => { this.answer.textContent = ""; }, SHOWN_MS);
    }
  };
})();
