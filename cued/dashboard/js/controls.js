/* Buttons for what the station says it accepts. They end the coaching, never the belt. */
"use strict";

const Controls = (() => {
  const still = (s) => ["idle", "paused", "fallen", "blind"].includes(s.phase);
  const KEYS = [ // command, icon, when it makes sense
    ["start_program", "resume", (s) => s.phase === "idle" || s.phase === "free_run"],
    ["pause", "pause", (s) => !["idle", "paused", "fallen", "rest"].includes(s.phase)],
    ["resume", "resume", (s) => s.phase === "paused"],
    ["something_wrong", "unsteady", (s) => !["idle", "fallen", "rest"].includes(s.phase)],
    ["slower", "backward", (s) => s.belt_typed === true && s.phase !== "idle"],
    ["faster", "forward", (s) => s.belt_typed === true && s.phase !== "idle"],
    ["mute", "muted", (s) => !s.muted],
    ["unmute", "voice", (s) => s.muted],
    ["skip", "skip", (s) => !still(s) && s.phase !== "free_run"],
    ["mark", "mark", (s) => s.phase !== "idle"],
    ["stop", "stop", (s) => s.phase !== "idle"],
  ];
  const SHOWN_MS = 5000;
  const SURE_MS = 4000; // Stop is asked for twice within this
  const REPEATED = ["slower", "faster"]; // again while they are held
  const HELD_MS = 500, AGAIN_MS = 300; // five commands a second are heard

  return class Controls {
    constructor(ask) {
      this.ask = ask;
      this.nav = document.getElementById("controls");
      this.answer = document.getElementById("answer");
      this.keys = KEYS.map(([command, symbol, sensible]) => {
        const words = Words.say(`key.${command}`);
        const key = document.createElement("button");
        key.type = "button";
        key.className = "key";
        key.dataset.command = command;
        key.innerHTML = `<svg aria-hidden="true"><use href="#i-${symbol}"/></svg><span>${words}</span>`;
        if (command === "stop") key.title = Words.say("controls.stop_note");
        if (REPEATED.includes(command)) this.repeat(key, () => this.press(key, command, words));
        key.addEventListener("click", () => this.pressed(key, command, words));
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
        if (command === "start_program") {
          text(key.lastElementChild, Words.say(station.summary ? "key.again" : "key.start_program"));
        }
      }
      if (held?.hidden || held?.disabled) this.nav.focus(); // or the keyboard is back at the top
    }

    /* Stop asks once, in its own place, so that a second touch there means it. */
    pressed(key, command, words) {
      if (command !== "stop" || key.dataset.sure === "true") {
        key.dataset.sure = "false";
        text(key.lastElementChild, words);
        return this.press(key, command, words);
      }
      key.dataset.sure = "true";
      text(key.lastElementChild, Words.say("key.sure"));
      setTimeout(() => {
        key.dataset.sure = "false";
        text(key.lastElementChild, words);
      }, SURE_MS);
      return null;
    }

    /* A key that is held presses again and again; its click at the end is none more. */
    repeat(key, press) {
      let timer, repeated = false;
      const end = () => clearTimeout(timer);
      const again = () => {
        if (key.hidden || key.disabled) return;
        repeated = true;
        press();
        timer = setTimeout(again, AGAIN_MS);
      };
      key.addEventListener("pointerdown", () => {
        repeated = false;
        end();
        timer = setTimeout(again, HELD_MS);
      });
      for (const over of ["pointerup", "pointerleave", "pointercancel"]) key.addEventListener(over, end);
      key.addEventListener("contextmenu", (event) => event.preventDefault());
      key.addEventListener("click", (event) => {
        if (repeated) event.stopImmediatePropagation();
        repeated = false;
      });
    }

    /* Once at a time; not disabled meanwhile, or the keyboard would lose its place. */
    async press(key, command, words, value) {
      if (key.dataset.busy === "true") return;
      key.dataset.busy = "true";
      const { ok, why, silent = false } = await this.ask(command, value);
      key.dataset.busy = "false";
      this.nav.dataset.locked = String(silent);
      const refused = () => Words.say("answer.refused", { key: words, why: why ? Words.own(why) : Words.say("answer.no_reason") });
      const told = ok ? Words.say("answer.done", { key: words }) : refused();
      this.answer.textContent = told;
      this.answer.dataset.ok = String(ok);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => { this.answer.textContent = ""; }, SHOWN_MS);
    }
  };
})();
