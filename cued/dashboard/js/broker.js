/* The connection to the broker, and whether it is alive.

   A broker that dies closes the connection or falls silent. Silence is found out by asking: a ping
   goes out every second, and when nothing at all has been heard for SILENT_MS the connection counts
   as lost, is torn down and tried again. */
"use strict";

const Broker = (() => {
  const SILENT_MS = 2400;
  const CHECK_MS = 200;
  const ASLEEP_MS = 1000;
  const RETRY_MS = 1000;
  const ANSWER_MS = 4000;
  const REFUSED = new Set([4, 5, 134, 135]); // CONNACK: bad user or password, not authorised
  const WATCHED = ["availability", "state", "event"];
  const KEPT = ["availability", "state"];
  const OF_ONE = ["metrics", "cue", "session", "command/result"];

  return class Broker {
    constructor(url, root, heard, changed) {
      this.url = url;
      this.root = root;
      this.heard = heard; // (station, topic, body)
      this.changed = changed; // (state, why: a key of the catalogue's broker.*)
      this.state = "waiting";
      this.followed = null;
      this.waiting = new Map();
      this.lastAt = 0;
      this.checkedAt = performance.now();
      this.user = remembered();
      setInterval(() => this.check(), CHECK_MS);
    }

    connect() {
      this.client?.end(true);
      this.client = mqtt.connect(this.url, {
        clientId: `cued-page-${Math.random().toString(36).slice(2, 12)}`,
        keepalive: 1,
        connectTimeout: 4000,
        reconnectPeriod: RETRY_MS,
        resubscribe: false,
        queueQoSZero: false,
        timerVariant: "native", // its other timers are workers made of text, which the CSP forbids
        ...(this.user ?? {}),
      });
      const client = this.client;
      const mine = (act) => (...args) => client === this.client && act(...args);
      client.on("packetreceive", mine(() => { this.lastAt = performance.now(); }));
      client.on("connect", mine(() => this.opened()));
      client.on("close", mine(() => this.lose("gone")));
      client.on("offline", mine(() => this.lose("gone")));
      client.on("error", mine((error) => this.failed(error)));
      client.on("message", mine((topic, payload) => this.message(topic, payload)));
    }

    signIn(username, password) {
      this.user = username ? { username, password } : null;
      try {
        sessionStorage.setItem("cued-user", JSON.stringify(this.user));
      } catch {
        /* storage may be forbidden; then a reload asks again */
      }
      this.to("waiting", "");
      this.connect();
    }

    /* Follow one station closely, or all of them from afar (null). */
    follow(station) {
      const before = this.topics();
      this.followed = station;
      if (this.state !== "open") return;
      const after = this.topics();
      const gone = before.filter((topic) => !after.includes(topic));
      const fresh = after.filter((topic) => !before.includes(topic));
      if (gone.length) this.client.unsubscribe(gone);
      if (fresh.length) this.client.subscribe(fresh);
      if (station !== null) this.recall(station);
    }

    /* Ask for what the broker keeps of a station: RabbitMQ tells it only to who asks by name. */
    recall(station) {
      const kept = KEPT.map((topic) => `${this.root}/${station}/${topic}`);
      this.client.subscribe(kept, () => this.client.unsubscribe(kept));
    }

    topics() {
      const all = WATCHED.map((topic) => `${this.root}/+/${topic}`);
      const close = this.followed === null
        ? [`${this.root}/+/metrics`]
        : OF_ONE.map((topic) => `${this.root}/${this.followed}/${topic}`);
      return [...all, ...close];
    }

    opened() {
      this.client.subscribe(this.topics());
      if (this.followed !== null) this.recall(this.followed);
      this.to("open", "");
    }

    failed(error) {
      if (REFUSED.has(error.code)) {
        this.client.end(true);
        this.to("refused", this.user ? "wrong" : "user");
      } else this.lose("unreachable");
    }

    lose(why) {
      if (this.state === "refused") return;
      for (const answer of this.waiting.values()) answer({ ok: false, why: Words.say("answer.lost") });
      this.waiting.clear();
      this.to(this.state === "waiting" ? "waiting" : "lost", why);
    }

    check() {
      const now = performance.now();
      const asleep = now - this.checkedAt > ASLEEP_MS; // then it was we who did not listen
      this.checkedAt = now;
      if (asleep) this.lastAt = now;
      if (this.state !== "open" || now - this.lastAt < SILENT_MS) return;
      this.lose("silent");
      this.connect();
    }

    to(state, why) {
      if (state === this.state && why === this.why) return;
      this.state = state;
      this.why = why;
      this.changed(state, why);
    }

    message(topic, payload) {
      const path = topic.slice(this.root.length + 1);
      const cut = path.indexOf("/");
      const [station, rest] = [path.slice(0, cut), path.slice(cut + 1)];
      const text = new TextDecoder().decode(payload);
      if (rest === "availability") this.heard(station, rest, text);
      else {
        const body = parsed(text);
        if (rest === "command/result") this.answered(body);
        else this.heard(station, rest, body);
      }
    }

    answered(body) {
      this.waiting.get(body?.id)?.(body);
      this.waiting.delete(body?.id);
    }

    /* Ask a station for something; a promise of its answer. */
    ask(station, command, value) {
      if (this.state !== "open") return Promise.resolve({ ok: false, why: Words.say("answer.no_connection") });
      const id = `page-${Math.random().toString(36).slice(2, 12)}`;
      const body = { command, id, ...(value === undefined ? {} : { value }) };
      return new Promise((resolve) => {
        this.waiting.set(id, resolve);
        setTimeout(() => {
          if (this.waiting.delete(id)) resolve({ ok: false, why: Words.say("answer.none"), silent: true });
        }, ANSWER_MS);
        this.client.publish(`${this.root}/${station}/command`, JSON.stringify(body), { qos: 1 });
      });
    }
  };

  function remembered() {
    try {
      return JSON.parse(sessionStorage.getItem("cued-user"));
    } catch {
      return null;
    }
  }

  function parsed(text) {
    try {
      return JSON.parse(text);
    } catch {
      return null; // rubbish on the topic is nobody's value
    }
  }
})();
