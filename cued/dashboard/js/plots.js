/* Stride length against the own band, step rate and unsteadiness over the session, with cues,
   stumbles and phases marked on them. Drawn when there is something new, and only while seen.

   Where a column of pixels holds more than one sample, a line with its joins is the dearest thing on
   the page and shows no more than a bar from the least to the greatest; so bars it is. */
"use strict";

const Plots = (() => {
  const KINDS = [
    { id: "length", unit: "m", names: ["length", "low", "high"], span: 0.3 },
    { id: "cadence", unit: "spm", names: ["cadence"], span: 20 },
    { id: "score", unit: "usual", names: ["score"], span: 3, least: -1 },
  ];
  const LEAST = { width: 50, height: 120 };
  const AHEAD = "800px"; // drawn a little before it comes into view
  const THICK = 2.5;
  const MARK = 5; // half a mark's width
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  class Plot {
    constructor(kind, stale) {
      this.kind = kind;
      this.box = document.getElementById(`plot-${kind.id}`);
      this.seen = true;
      this.marks = [];
      const named = this.naming();
      this.box.previousElementSibling.textContent = Words.say("plots.caption", named);
      this.box.setAttribute("aria-label", Words.say("plots.nothing", named));
      new ResizeObserver(() => this.resize()).observe(this.box);
      new IntersectionObserver(([entry]) => {
        this.seen = entry.isIntersecting;
        stale();
      }, { rootMargin: AHEAD }).observe(this.box);
      Theme.onChange(() => this.build());
    }

    build() {
      this.plot?.destroy();
      this.ink = colour("--ink-soft");
      this.colours = {
        line: colour("--accent"), band: colour("--band"), cue: colour("--cue"),
        stumble: colour("--alarm"), phase: this.ink,
      };
      const grid = { stroke: colour("--grid"), width: 1 };
      const axis = { stroke: this.ink, grid, ticks: grid, font: "13px Inter, sans-serif" };
      this.plot = new uPlot({
        ...this.size(),
        padding: [14, 26, 0, 0], // room for marks above, for half a time at the right
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false }, y: { range: (_, low, high) => this.range(low, high) } },
        axes: [
          { ...axis, size: 30, space: 70, values: (_, at) => at.map((s) => Words.clock(s)), incrs: [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600] },
          { ...axis, size: 52, space: 28, values: (_, at, _axis, _space, step) => at.map((v) => Words.number(v, places_of(step))) },
        ],
        series: [{}, ...this.series()],
        hooks: {
          drawAxes: [(plot) => this.drawBand(plot)],
          draw: [(plot) => this.drawMarks(plot)],
        },
      }, this.data ?? [[], ...this.kind.names.map(() => [])], this.box);
    }

    /* The ends of the band are there for the scale; `drawBand` draws them. */
    series() {
      const ends = this.kind.names.slice(1).map(() => ({ points: { show: false }, paths: () => null }));
      const { line: ink } = this.colours;
      return [...ends, { stroke: ink, fill: ink, width: THICK, points: { show: false }, paths }];
    }

    range(low, high) {
      const { span, least } = this.kind;
      if (low === null || !Number.isFinite(low)) return [least ?? 0, (least ?? 0) + span];
      const bottom = least === undefined ? low : Math.min(low, least);
      const room = Math.max(span - (high - bottom), (high - bottom) * 0.15) / 2;
      return [bottom - room, high + room];
    }

    size() {
      return {
        width: Math.max(this.box.clientWidth, LEAST.width),
        height: Math.max(this.box.clientHeight, LEAST.height),
      };
    }

    resize() {
      if (!this.plot || !this.box.clientWidth) return;
      const { width, height } = this.size();
      if (width !== this.plot.width || height !== this.plot.height) {
        this.plot.setSize({ width, height });
      }
    }

    draw(station, last) {
      if (!this.seen || !this.box.clientWidth) return;
      if (!this.plot) this.build();
      const { samples, marks } = station;
      const end = samples.t.at(-1) ?? 0;
      const zero = station.began ?? 0;
      const since = last ? end - last : -Infinity;
      const pixels = Math.max(50, Math.floor(this.box.clientWidth));
      const [t, values, ...ends] = Series.drawn(samples, this.kind.names, since, pixels);
      this.data = [t.map((at) => at - zero), ...ends, values];
      this.marks = marks.filter((m) => m.t >= Math.max(since, zero - 1))
        .map((m) => ({ ...m, x: m.t - zero }));
      this.plot.setData(this.data);
    }

    drawBand(plot) {
      if (this.kind.names.length < 3) return;
      const [t, low, high] = plot.data;
      const { x, y } = places(plot);
      plot.ctx.fillStyle = this.colours.band;
      for (let n = 0; n < t.length; n += 1) {
        if (low[n] === null || high[n] === null) continue;
        const first = n;
        while (low[n + 1] === low[first] && high[n + 1] === high[first]) n += 1;
        const [left, top] = [x(t[first]), y(high[first])];
        plot.ctx.fillRect(left, top, x(t[n + 1] ?? t[n]) - left, y(low[first]) - top);
      }
    }

    drawMarks(plot) {
      const { ctx, bbox } = plot;
      const scale = window.devicePixelRatio || 1;
      const { x } = places(plot);
      const r = MARK * scale;
      ctx.save();
      ctx.beginPath();
      ctx.rect(bbox.left - r, 0, bbox.width + 2 * r, bbox.top + bbox.height);
      ctx.clip();
      for (const kind of ["phase", "cue", "stumble"]) {
        const at = this.marks.filter((mark) => mark.kind === kind).map((mark) => x(mark.x));
        this.drawKind(ctx, bbox, kind, at, scale);
      }
      ctx.restore();
    }

    /* All marks of a kind at once: a line each, on it a diamond for a cue, a triangle for a stumble.
       A cue's line is faint, and goes where cues are many: what was measured has to be seen. */
    drawKind(ctx, bbox, kind, places, scale) {
      const r = MARK * scale;
      const top = bbox.top - r - scale;
      const bottom = bbox.top + bbox.height;
      ctx.strokeStyle = ctx.fillStyle = this.colours[kind];
      if (kind === "phase") return lines(ctx, places, top, bottom, 1.5 * scale, [4 * scale, 4 * scale]);
      ctx.globalAlpha = kind === "cue" ? 0.45 : 1;
      const many = places.length * 2 * r > bbox.width;
      if (kind === "stumble" || !many) lines(ctx, places, top, bottom, 1.5 * scale, []);
      ctx.globalAlpha = 1;
      ctx.beginPath();
      for (const x of places) {
        ctx.moveTo(x, top - r);
        ctx.lineTo(x + r, kind === "cue" ? top : top + r);
        ctx.lineTo(kind === "cue" ? x : x - r, top + r);
        if (kind === "cue") ctx.lineTo(x - r, top);
      }
      ctx.fill();
    }

    /* The plot in words, for those who do not see it. */
    describe(station) {
      const { names } = this.kind;
      const { label, unit } = this.naming();
      const known = station.samples.columns[names[0]].filter((v) => v !== null);
      const cues = station.marks.filter((m) => m.kind === "cue").length;
      const stumbles = station.marks.filter((m) => m.kind === "stumble").length;
      const { t } = station.samples;
      const told = () => ({
        label, unit, cues, stumbles, least: Words.number(least(known)), most: Words.number(most(known)),
        last: Words.number(known.at(-1)), time: Words.clock(t.at(-1) - t[0]),
      });
      const text = known.length ? Words.say("plots.told", told()) : Words.say("plots.nothing", { label });
      this.box.setAttribute("aria-label", text);
    }

    naming() {
      return { label: Words.say(`plots.${this.kind.id}`), unit: Words.unitName(this.kind.unit) };
    }
  }

  /* Where a time and a value are, in whole pixels of the canvas: those need no smoothing. */
  function places({ bbox, scales }) {
    const across = bbox.width / (scales.x.max - scales.x.min);
    const up = bbox.height / (scales.y.max - scales.y.min);
    return {
      x: (t) => Math.round(bbox.left + (t - scales.x.min) * across),
      y: (value) => Math.round(bbox.top + (scales.y.max - value) * up),
    };
  }

  function lines(ctx, places, top, bottom, width, dash) {
    ctx.lineWidth = width;
    ctx.setLineDash(dash);
    ctx.beginPath();
    for (const x of places) {
      ctx.moveTo(x, top);
      ctx.lineTo(x, bottom);
    }
    ctx.stroke();
    ctx.setLineDash([]);
  }

  /* What uPlot strokes or fills for a series: a line, or bars where samples outnumber the columns
     of pixels. */
  function paths(plot, series, first, last) {
    const [t, values] = [plot.data[0], plot.data[series]];
    const few = (last - first) * (window.devicePixelRatio || 1) <= plot.bbox.width;
    return few
      ? { stroke: line(plot, t, values, first, last), fill: null, flags: 0 }
      : { stroke: null, fill: bars(plot, t, values, first, last), flags: 0 };
  }

  /* Ends at a gap and begins anew behind it; a value alone is a dot. */
  function line(plot, t, values, first, last) {
    const path = new Path2D();
    const { x, y } = places(plot);
    let down = false;
    for (let n = first; n <= last; n += 1) {
      if (values[n] === null) down = false;
      else {
        const [across, up] = [x(t[n]), y(values[n])];
        if (!down) path.moveTo(across - 1, up);
        path.lineTo(across, up);
        down = true;
      }
    }
    return path;
  }

  function bars(plot, t, values, first, last) {
    const thick = Math.round(THICK * (window.devicePixelRatio || 1));
    const path = new Path2D();
    const { x, y } = places(plot);
    let [at, top, bottom, before] = [null, 0, 0, null];
    const close = () => {
      if (at !== null) path.rect(at - (thick >> 1), top - (thick >> 1), thick, bottom - top + thick);
    };
    for (let n = first; n <= last; n += 1) {
      const next = values[n] === null ? null : y(values[n]);
      if (next !== null && x(t[n]) === at) {
        top = Math.min(top, next);
        bottom = Math.max(bottom, next);
      } else {
        close();
        at = next === null ? null : x(t[n]);
        [top, bottom] = [Math.min(next, before ?? next), Math.max(next, before ?? next)];
      }
      before = next;
    }
    close();
    return path;
  }

  const places_of = (step) => Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)); // of a grid's labels
  const least = (values) => values.reduce((a, b) => Math.min(a, b));
  const most = (values) => values.reduce((a, b) => Math.max(a, b));

  /* `stale` is called when a plot comes into view and has to be drawn. */
  const plots = (stale) => KINDS.map((kind) => new Plot(kind, stale));
  return { plots };
})();
