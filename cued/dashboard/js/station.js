/* What is known of one station, from its topics alone. Draws nothing.

   Times: `t` is the daemon's session clock where messages carry it, else the daemon's wall clock
   (`time`), else the moment of arrival. `now()` goes on between messages. */
"use strict";

const Station = (() => {
  const SILENT_MS = 4000; // metrics come every second while somebody moves
  const LOGGED = 200;
  const MARKED = 2000;
  const STRIDES = 60; // single ones, newest first
  const NO_METRIC = new Set([
    "t", "time", "units", "type", "known_t", "stability", "score", "stability_score", "belt_m_s",
    "belt_speed_m_s", "belt_source", "belt_doubt", "incline_percent", "belt_incline_percent", "stride_band_m",
    "strides",
  ]);

  return class Station {
    constructor(name) {
      this.name = name;
      this.availability = "unknown";
      this.state = {};
      this.metrics = {};
      this.units = {};
      this.samples = new Series.Samples(["length", "low", "high", "cadence", "score"]);
      this.heardAt = -Infinity;
      this.metricsAt = -Infinity;
      this.clock = { t: 0, at: 0, rate: 1 };
      this.anchor = null;
      this.wallAhead = 0;
      this.forget();
    }

    /* What was said and measured so far is of another run, whose clock was another. */
    forget() {
      this.cue = null;
      this.withheld = null;
      this.stumbleAt = null;
      this.fall = null;
      this.summary = null;
      this.before = null;
      this.log = [];
      this.marks = [];
      this.strides = [];
      this.samples.clear();
      this.began = null;
    }

    /* Take a message; "" or the kind of news it brought. */
    take(topic, body, at) {
      this.heardAt = at;
      if (topic === "availability") {
        this.availability = body;
        return "availability";
      }
      body = Shapes.checked(topic, body);
      if (body === null) return "";
      if (typeof body.time === "number") this.wallAhead = body.time - Date.now() / 1000;
      switch (topic) {
        case "state": return this.takeState(body, at);
        case "metrics": return this.takeMetrics(body, at);
        case "cue": return this.takeCue(body, at);
        case "event": return this.takeEvent(body, at);
        case "session": return this.takeSession(body);
        default: return "";
      }
    }

    takeState(body, at) {
      if (body.t < this.state.t) this.forget(); // a clock that went back: the daemon began anew
      this.state = body;
      this.stamp(body, at);
      if (body.alarm) this.fall = { stage: body.alarm, at: this.fall?.at ?? at };
      else if (body.alarm === null && body.phase !== "fallen") this.fall = null;
      else if (body.phase === "fallen") this.fall ??= { stage: "confirmed", at };
      else if (this.fall && at - this.fall.at > 3000) this.fall = null;
      return "state";
    }

    takeMetrics(body, at) {
      const t = this.stamp(body, at);
      this.metrics = body;
      Object.assign(this.units, body.units);
      this.metricsAt = at;
      this.strides = [...(body.strides ?? [])].reverse().concat(this.strides).slice(0, STRIDES);
      this.began ??= t;
      const [low, high] = this.band() ?? [null, null];
      this.samples.add(t, {
        length: body.stride_length_m, low, high, cadence: body.cadence_spm, score: this.score(),
      });
      return "metrics";
    }

    takeCue(body, at) {
      const t = this.stamp(body, at);
      const entry = { kind: "cue", t, at, cue: body };
      if (body.verdict === "given") {
        this.cue = entry;
        this.withheld = null;
        this.mark({ t, kind: "cue", text: body.text || body.key });
      } else this.withheld = entry;
      this.note(entry);
      return body.verdict === "given" ? "cue" : "withheld";
    }

    takeEvent(body, at) {
      const t = this.stamp(body, at);
      if (body.type === "stumble") {
        this.stumbleAt = at;
        this.mark({ t, kind: "stumble", text: Words.say("plots.stumble") });
      } else if (body.type === "fall") {
        this.fall = { stage: body.stage, at };
      } else if (body.type === "phase") this.enter(body, t);
      else if (body.code === "fall_acknowledged") this.fall = null;
      this.note({ kind: body.type, t, at, event: body });
      return body.type ?? "";
    }

    /* The last session and the one before it: the end card compares them. */
    takeSession(body) {
      if (this.summary && this.summary.t !== body.t) this.before = this.summary;
      this.summary = body;
      return "session";
    }

    enter(phase, t) {
      if (phase.from === "idle") {
        this.samples.clear();
        this.marks = [];
        this.began = t;
      }
      this.state = {
        ...this.state, phase: phase.name, since_t: t, since: phase.time,
        remaining_s: phase.remaining_s, workout_s: phase.workout_s,
      };
      this.mark({ t, kind: "phase", text: Words.phase(phase.name) });
    }

    /* Take what the daemon kept: rows of the same columns as `samples`, marks and events. */
    recall({ t = [], columns = {}, marks = [], began = null, events = [] }) {
      const live = this.samples;
      this.samples = new Series.Samples(live.names);
      const row = (from, n) => Object.fromEntries(live.names.map((name) => [name, from[name]?.[n]]));
      t.forEach((at, n) => this.samples.add(at, row(columns, n)));
      live.t.forEach((at, n) => this.samples.add(at, row(live.columns, n)));
      const last = marks.at(-1)?.t ?? -Infinity;
      this.marks = [...marks, ...this.marks.filter((mark) => mark.t > last)];
      this.began = began ?? this.began;
      const known = new Set(this.log.map((entry) => entry.t));
      for (const event of events.filter((one) => !known.has(one.t))) {
        const entry = event.type === "cue" ? { cue: event } : { event };
        this.note({ kind: event.type, t: event.t, ...entry });
        if (event.verdict === "given" && event.t > (this.cue?.t ?? -Infinity)) this.cue = this.log[0];
      }
      this.log.sort((a, b) => b.t - a.t);
    }

    /* Read a message's time and set the clock by it. */
    stamp(body, at) {
      if (typeof body.t !== "number") return this.clock.at ? this.now(at) : body.time ?? at / 1000;
      const anchor = this.anchor;
      if (!anchor || body.t < anchor.t) this.anchor = { t: body.t, at };
      else if (at - anchor.at > 5000) {
        const rate = (body.t - anchor.t) / ((at - anchor.at) / 1000);
        this.clock.rate = Math.abs(rate - 1) < 0.25 ? 1 : rate; // a simulation may run faster
        this.anchor = { t: body.t, at };
      }
      this.clock = { t: body.t, at, rate: this.clock.rate };
      return body.t;
    }

    now(at) {
      return this.clock.t + ((at - this.clock.at) / 1000) * this.clock.rate;
    }

    mark(mark) {
      this.marks.push(mark);
      if (this.marks.length > MARKED) this.marks.shift();
    }

    note(entry) {
      this.log.unshift(entry);
      this.log.length = Math.min(this.log.length, LOGGED);
    }

    online() {
      return this.availability !== "offline";
    }

    /* Whether anything is known of now; `at` is infinite while there is no connection. */
    current(at) {
      return Number.isFinite(at) && this.online();
    }

    /* The state as far as it is known to be so now. */
    known(at) {
      return this.current(at) ? this.state : {};
    }

    /* Nothing older than this is shown as if it were so now. */
    fresh(at) {
      return this.current(at) && at - this.metricsAt < SILENT_MS;
    }

    moving(at) {
      return ["walking", "running"].includes(this.known(at).mode);
    }

    value(name, at) {
      return this.fresh(at) ? this.metrics[name] ?? null : null;
    }

    band() {
      const band = this.metrics.stride_band_m;
      return Array.isArray(band) && band.every(Number.isFinite) ? band : null;
    }

    /* Steps a minute that make strides of the own band at the belt's speed; or null. */
    ownRate(at) {
      const band = this.fresh(at) ? this.band() : null;
      const speed = this.belt(at)?.speed_m_s;
      return band && speed > 0 ? band.map((length) => (120 * speed) / length).reverse() : null;
    }

    score() {
      return this.metrics.score ?? this.metrics.stability_score ?? null;
    }

    level(at) {
      if (!this.fresh(at)) return "unknown";
      return this.metrics.stability ?? this.state.stability ?? "unknown";
    }

    belt(at) {
      const { belt } = this.known(at);
      if (belt) return belt;
      const m = this.fresh(at) ? this.metrics : {};
      const speed = m.belt_m_s ?? m.belt_speed_m_s ?? null;
      const incline = m.incline_percent ?? m.belt_incline_percent ?? null;
      return speed === null ? null : { speed_m_s: speed, incline_percent: incline };
    }

    /* Seconds since the session began, or null. */
    elapsed(at) {
      const { began_t: began } = this.known(at);
      return typeof began === "number" && this.clock.at ? this.now(at) - began : null;
    }

    /* Seconds left of the phase, and of the workout as the coach reckons it; or null. */
    remaining(at) {
      return this.left("remaining_s", at);
    }

    workoutLeft(at) {
      return this.left("workout_s", at);
    }

    left(name, at) {
      const { [name]: all, since_t: sinceT, since } = this.known(at);
      if (typeof all !== "number") return null;
      if (typeof sinceT === "number" && this.clock.at) return all - (this.now(at) - sinceT);
      if (typeof since !== "number") return null;
      return all - (Date.now() / 1000 + this.wallAhead - since);
    }

    /* Everything measured that has no place of its own: whatever it is, by name and unit. */
    others() {
      return Object.keys(this.metrics).filter((name) => !NO_METRIC.has(name));
    }

    /* Why somebody should look here, or "". */
    care(at) {
      if (!this.online()) return "";
      if (this.fall || this.state.phase === "fallen") {
        return Words.say(this.fall?.stage === "possible" ? "alarm.fall_possible" : "alarm.fall_confirmed");
      }
      const { phase, stability, link = {} } = this.known(at);
      if (phase === "blind") return Words.say("alarm.blind");
      if (this.stumbleAt !== null && at - this.stumbleAt < 10_000) return Words.say("alarm.stumble");
      if (stability === "unsteady") return Words.say("value.unsteady");
      const lost = Object.entries(link).filter(([, state]) => state === "lost");
      const names = lost.map(([name]) => Words.sensor(name)).join(", ");
      return names && Words.say("care.lost", { names });
    }
  };
})();
