/* The page: which station is looked at, what is drawn when, and what is said aloud to a reader.

   Messages only change what is known; drawing happens in the next frame, and four times a second
   for what moves by itself (countdown, ages). Plots cost most, so one is drawn a frame, and all of
   them at most four times a second. */
"use strict";

(() => {
  const el = (id) => document.getElementById(id);
  const TICK_MS = 250;
  const FLOOR_MS = 500;
  const PLOTS_MS = 250;
  const DESCRIBE_MS = 10_000;
  const STUMBLE_MS = 8000;
  const KEYS = { fallen: ["acknowledge"], asks: ["same_runner", "new_runner"] }; // of an alarm
  const MQTT_PORT = 9001; // a broker's usual port for WebSocket

  const stations = new Map();
  let plots = [];
  let config = {};
  let broker = null;
  let controls = null;
  let looked = null; // name of the station looked at; null: all
  let lostAt = null;
  let planned = false;
  let plotted = false;
  let plottedAt = -Infinity;
  let toPlot = [];
  let drawnFloorAt = 0;
  let describedAt = -Infinity;
  let missed = false; // something may have been said that was not heard here

  const station = () => stations.get(looked) ?? null;

  async function begin() {
    config = await configured();
    await Words.load(config);
    el("settings").hidden = !config.settings;
    controls = new Controls((command, value) => broker.ask(looked, command, value));
    broker = new Broker(brokerUrl(config), config.root ?? "cued", heard, connection);
    plots = Plots.plots(() => { plotted = false; soon(); });
    window.addEventListener("hashchange", route);
    document.addEventListener("visibilitychange", soon);
    el("theme").addEventListener("click", () => named(Theme.next()));
    el("window").addEventListener("change", () => { plotted = false; soon(); });
    for (const option of el("window").options) {
      if (option.value > 0) text(option, Words.count("plots.minutes", option.value / 60));
    }
    signing();
    telling();
    Coach.begin(config.phrases ?? {}, (key, command, words, value) => controls.press(key, command, words, value));
    staying();
    named(Theme.choice());
    route();
    broker.connect();
    if (!config.plain) Floor.seek();
    setInterval(soon, TICK_MS);
  }

  /* What the server says. A plain file server has the file beside the page: the broker is there. */
  async function configured() {
    try {
      const answer = await fetch("config.json", { cache: "no-store" });
      return answer.ok ? await answer.json() : { plain: true };
    } catch {
      return { plain: true };
    }
  }

  function brokerUrl({ broker: url, port, path = "/mqtt", plain }) {
    if (url) return url;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const host = plain ? location.host : `${location.hostname}:${port ?? MQTT_PORT}`;
    return `${scheme}//${host}${path}`;
  }

  /* #station/NAME is one station, #all the list; /coach behind it is the view of who stands beside. */
  function route() {
    const [, name, view] = location.hash.match(/^#station\/([^/]+)(\/coach)?$/) ?? [];
    const wanted = name ? decodeURIComponent(name) : null;
    const own = location.hash === "" || location.hash === "#" ? config.station ?? null : null;
    data(document.body, "view", view ? "coach" : "");
    look(wanted ?? own);
  }

  function look(name) {
    looked = name;
    describedAt = -Infinity;
    broker.follow(name);
    plotted = false;
    if (name !== null) recall(name);
    soon();
  }

  /* What the daemon kept of this session, so that a page opened late shows all of it. */
  async function recall(name) {
    missed = false;
    if (name !== config.history) return;
    try {
      const answer = await fetch("history.json", { cache: "no-store" });
      if (answer.ok) stationNamed(name).recall(await answer.json());
      plotted = false;
      describedAt = -Infinity;
    } catch {
      /* then the plots begin now */
    }
  }

  function stationNamed(name) {
    if (!stations.has(name)) stations.set(name, new Station(name));
    return stations.get(name);
  }

  function heard(name, topic, body) {
    if (topic === "availability" && body === "" && stations.delete(name)) return soon();
    if (!stations.has(name) && topic === "metrics") broker.recall(name);
    const known = stationNamed(name);
    const news = known.take(topic, body, performance.now());
    if (name === looked) {
      if (news === "metrics" || news === "cue" || news === "phase") plotted = false;
      if (topic === "availability" && body === "offline") missed = true;
      if (news === "state" && missed) recall(name);
      tell(known, news);
    } else if (looked === null && config.station === undefined && stations.size === 1) soon();
    soon();
  }

  /* To a screen reader: changes, not values. */
  function tell(known, news) {
    if (news === "phase") text(el("told"), Words.say("log.phase", { phase: Words.phase(known.state.phase) }));
    else if (news === "cue") text(el("told"), Words.say("log.cue", { cue: known.cue.cue.text || Words.shown(known.cue.cue.key) }));
  }

  const CONNECTIONS = { waiting: "late", open: "steady", lost: "lost", refused: "key" };

  function connection(state, why) {
    if (state === "lost") {
      lostAt ??= performance.now();
      missed = true;
    } else if (state === "open") lostAt = null;
    data(el("connection"), "state", state);
    icon(el("connection").querySelector("use"), CONNECTIONS[state]);
    text(el("connection").querySelector("span"), Words.say(`connection.${state}`));
    text(el("sign-refused"), state === "refused" ? Words.say(`broker.${why}`) : "");
    if (state === "refused") askWho();
    drawAlarm(performance.now());
    soon();
  }

  function soon() {
    if (planned || document.hidden) return;
    planned = true;
    requestAnimationFrame(() => {
      planned = false;
      draw(performance.now());
    });
  }

  function draw(at) {
    const one = station();
    const open = broker.state === "open";
    const all = looked === null && stations.size > 0;
    el("nobody").hidden = Boolean(one) || all;
    el("station").hidden = !one;
    el("floor").hidden = !all;
    coaching(one);
    el("to-floor").hidden = looked === null || stations.size + Floor.near() < (one ? 2 : 1);
    text(el("nobody-why"), why(open));
    document.body.dataset.link = open || !one ? "open" : "lost";
    text(el("where"), one ? one.name : "");
    document.title = one ? `${one.name} · cued` : "cued";
    drawAlarm(at);
    controls.draw(one, config.commands !== false, open);
    if (one) drawOne(one, at, open);
    else if (all && at - drawnFloorAt > FLOOR_MS) {
      drawnFloorAt = at;
      Floor.draw(stations, open ? at : Infinity);
    }
  }

  /* What only the coach's view has, and the keys of what the station accepts. */
  function coaching(one) {
    const viewed = document.body.dataset.view === "coach";
    const may = (command) => config.commands !== false && Boolean(one?.state.commands?.includes(command));
    el("to-coach").hidden = !one;
    if (one) attribute(el("to-coach"), "href", `#station/${encodeURIComponent(one.name)}${viewed ? "" : "/coach"}`);
    attribute(el("to-coach"), "aria-current", viewed ? "page" : "false");
    el("coach").hidden = !viewed;
    el("say-wish").hidden = !may("say") || el("say-key").length === 0;
    el("note-wish").hidden = !may("mark");
    el("wishes").hidden = el("say-wish").hidden && el("note-wish").hidden;
    el("more").hidden = !may("runner");
    el("more-profile-box").hidden = !may("profile") || !one.state.profile;
  }

  /* Why nothing can be shown. */
  function why(open) {
    if (!open) return Words.say(`broker.${broker.why || "waiting"}`);
    return looked === null ? Words.say("broker.no_station") : Words.say("broker.not_yet", { station: looked });
  }

  function drawOne(one, at, open) {
    const then = open ? at : Infinity; // without a connection nothing is known of now
    Stage.draw(one, then);
    if (document.body.dataset.view === "coach") Coach.draw(one, at);
    Details.draw(one, then);
    plot(one, at);
    if (at - describedAt > DESCRIBE_MS && one.samples.length > 0) {
      describedAt = at;
      for (const plot of plots) plot.describe(one);
    }
  }

  function plot(one, at) {
    if (!plotted && at - plottedAt >= PLOTS_MS) {
      plotted = true;
      plottedAt = at;
      toPlot = [...plots];
    }
    toPlot.shift()?.draw(one, Number(el("window").value));
    if (toPlot.length) soon();
  }

  /* The one thing that matters more than the values, if there is one. */
  function drawAlarm(at) {
    const [kind, symbol, head, rest, age = ""] = alarm(at) ?? [];
    const fallen = kind?.startsWith("fall") ?? false;
    data(document.body, "alarm", fallen ? kind : "");
    const box = el("alarm");
    box.hidden = kind === undefined;
    if (kind === undefined) return;
    if (box.dataset.kind !== kind || box.dataset.head !== head) {
      box.dataset.kind = kind;
      box.dataset.head = head;
      box.innerHTML = '<svg aria-hidden="true"><use/></svg><p><strong></strong> '
        + '<span class="age" aria-hidden="true"></span> ' // or it would be read out every second
        + '<span class="rest"></span></p>';
      const strong = box.querySelector("strong");
      text(strong, head);
      if (fallen) { // the stage, with the page's own heading, is gone then
        strong.setAttribute("role", "heading");
        strong.setAttribute("aria-level", "1");
      }
      icon(box.querySelector("use"), symbol);
      box.append(...(KEYS[fallen ? "fallen" : kind] ?? []).map(answer));
    }
    text(box.querySelector(".rest"), rest);
    text(box.querySelector(".age"), age);
  }

  function alarm(at) {
    const one = station();
    if (broker.state === "lost") {
      const age = Words.say("alarm.lost_for", { s: Words.number((at - lostAt) / 1000, 0) });
      const rest = Words.say("alarm.lost_rest", { why: Words.say(`broker.${broker.why}`) });
      return ["lost", "lost", Words.say("alarm.lost"), rest, age];
    }
    if (broker.state === "refused") return ["lost", "key", Words.say("alarm.refused"), Words.say(`broker.${broker.why}`)];
    if (!one) return null;
    if (!one.online()) return ["lost", "lost", Words.say("alarm.offline"), Words.say("alarm.offline_rest")];
    if (one.fall || one.state.phase === "fallen") {
      const stage = one.fall?.stage === "possible" ? "possible" : "confirmed";
      const head = `alarm.fall_${stage}`;
      return [`fall-${stage}`, "unsteady", Words.say(head), Words.say(`${head}_rest`), ""];
    }
    if (one.state.phase === "blind") {
      return ["blind", "lost", Words.say("alarm.blind"), Words.say("alarm.blind_rest")];
    }
    if (one.stumbleAt !== null && at - one.stumbleAt < STUMBLE_MS) {
      return ["stumble", "unsteady", Words.say("alarm.stumble"), "", Words.ago((at - one.stumbleAt) / 1000)];
    }
    if (one.state.asks === "new_runner") {
      return ["asks", "steady", Words.say("alarm.new_runner"), Words.say("alarm.new_runner_rest")];
    }
    return null;
  }

  function answer(command) {
    const key = document.createElement("button");
    key.type = "button";
    key.className = "key";
    key.textContent = Words.say(`key.${command}`);
    key.hidden = !(config.commands !== false && station()?.state.commands?.includes(command));
    key.addEventListener("click", () => controls.press(key, command, key.textContent));
    return key;
  }

  function named(choice) {
    const name = Words.say(`theme.${choice}`);
    text(el("theme").querySelector("span"), name);
    el("theme").setAttribute("aria-label", Words.say("theme.change", { choice: name }));
    plotted = false;
    soon();
  }

  function signing() {
    const dialog = el("sign-dialog");
    el("sign-in").addEventListener("click", askWho);
    dialog.addEventListener("close", () => {
      if (dialog.returnValue === "ok") {
        broker.signIn(el("sign-user").value, el("sign-password").value);
      } else if (broker.state === "refused" && broker.user) broker.signIn(""); // as a guest again
      el("sign-password").value = "";
    });
  }

  /* Who walks, and how hard it was: asked for in a dialog, sent as commands. */
  function telling() {
    const dialog = el("more-dialog");
    const named = (name) => new Option(Words.say(`setup.profile_${name}`), name);
    el("more-profile").append(...(config.profiles ?? []).map(named));
    el("more").addEventListener("click", () => {
      const { runner = "", profile = "" } = station()?.state ?? {};
      el("more-runner").value = runner;
      el("more-profile").value = profile;
      dialog.showModal();
    });
    for (const command of ["runner", "profile", "effort"]) {
      const field = `more-${command}`;
      const key = el(`${field}-set`);
      key.addEventListener("click", () => {
        const value = command === "effort" ? Number(el(field).value) : el(field).value.trim();
        if (value) controls.press(key, command, Words.say(`key.${command}`), value);
        dialog.close();
      });
    }
  }

  /* A screen that is looked at stays on; the page opens without a network, and says so. */
  function staying() {
    const awake = async () => {
      try {
        if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen");
      } catch {
        /* low battery, or not over TLS */
      }
    };
    document.addEventListener("visibilitychange", awake);
    awake();
    const full = el("full");
    full.hidden = !document.fullscreenEnabled;
    full.addEventListener("click", () => (document.fullscreenElement
      ? document.exitFullscreen() : document.documentElement.requestFullscreen()));
    if (!config.plain) navigator.serviceWorker?.register("shell.js").catch(() => {});
  }

  function askWho() {
    const dialog = el("sign-dialog");
    if (dialog.open) return;
    dialog.returnValue = ""; // that of the last time would count for Escape
    dialog.showModal();
  }

  begin();
})();
