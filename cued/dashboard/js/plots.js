/* Stride length against the own band, step rate and unsteadiness over the session, with cues,
   stumbles and phases marked on them. Drawn when there is something new, and only while seen. */
"use strict";

const Plots = (() => {
  const KINDS = [
    { id: "length", label: "Stride length", unit: "m", names: ["length", "low", "high"], span: 0.3 },
    { id: "cadence", label: "Step rate", unit: "steps/min", names: ["cadence"], span: 20 },
    { id: "score", label: "Unsteadiness", unit: "z", names: ["score"], span: 3, least: -1 },
  ];
  const LEAST = { width: 50, height: 120 };
  const AHEAD = "800px"; // drawn a little before it comes into view
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  class Plot {
    constructor(kind, stale) {
      this.kind = kind;
      this.box = document.getElementById(`plot-${kind.id}`);
      this.seen = true;
      this.marks = [];
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
        padding: [14, 8, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false }, y: { range: (_, low, high) => this.range(low, high) } },
        axes: [
          { ...axis, size: 30, space: 70, values: (_, at) => at.map((s) => Words.clock(s)), incrs: [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600] },
          { ...axis, size: 52, space: 28 },
        ],
        series: [{}, ...this.series()],
        ...(this.kind.id === "length" ? { bands: [{ series: [2, 1], fill: this.colours.band }] } : {}),
        hooks: { draw: [(plot) => this.drawMarks(plot)] },
      }, this.data ?? [[], ...this.kind.names.map(() => [])], this.box);
    }

    series() {
      const line = { stroke: this.colours.line, width: 2.5, points: { show: false } };
      const edge = { stroke: this.colours.band, width: 1, points: { show: false } };
      return [...this.kind.names.slice(1).map(() => edge), line]; // the line on top of its band
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
      const [t, line, ...edges] = Series.drawn(samples, this.kind.names, since, pixels);
      this.data = [t.map((at) => at - zero), ...edges, line];
      this.marks = marks.filter((m) => m.t >= Math.max(since, zero - 1))
        .map((m) => ({ ...m, x: m.t - zero }));
      this.plot.setData(this.data);
    }

    drawMarks(plot) {
      const { ctx, bbox } = plot;
      const scale = window.devicePixelRatio || 1;
      ctx.save();
      ctx.beginPath();
      ctx.rect(bbox.left, 0, bbox.width, bbox.top + bbox.height);
      ctx.clip();
      for (const mark of this.marks) {
        const x = plot.valToPos(mark.x, "x", true);
        this.drawMark(ctx, bbox, mark.kind, x, scale);
      }
      ctx.restore();
    }

    drawMark(ctx, bbox, kind, x, scale) {
      const top = bbox.top - 6 * scale;
      ctx.strokeStyle = ctx.fillStyle = this.colours[kind];
      ctx.lineWidth = scale * (kind === "stumble" ? 2 : 1);
      ctx.setLineDash(kind === "phase" ? [4 * scale, 4 * scale] : []);
      ctx.beginPath();
      ctx.moveTo(x, top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      if (kind === "phase") return;
      const r = 5 * scale;
      ctx.beginPath(); // a diamond for a cue, a triangle for a stumble
      ctx.moveTo(x, top - r);
      ctx.lineTo(x + r, kind === "cue" ? top : top + r);
      ctx.lineTo(kind === "cue" ? x : x - r, top + r);
      if (kind === "cue") ctx.lineTo(x - r, top);
      ctx.fill();
    }

    /* The plot in words, for those who do not see it. */
    describe(station) {
      const { label, unit, names } = this.kind;
      const known = station.samples.columns[names[0]].filter((v) => v !== null);
      const cues = station.marks.filter((m) => m.kind === "cue").length;
      const stumbles = station.marks.filter((m) => m.kind === "stumble").length;
      const { t } = station.samples;
      const text = known.length
        ? `${label}: ${Words.number(least(known))} to ${Words.number(most(known))} ${unit} over ` +
          `${Words.clock(t.at(-1) - t[0])} minutes, last ${Words.number(known.at(-1))}; ` +
          `${cues} cues and ${stumbles} stumbles are marked`
        : `${label}: nothing yet`;
      this.box.setAttribute("aria-label", text);
    }
  }

  const least = (values) => values.reduce((a, b) => Math.min(a, b));
  const most = (values) => values.reduce((a, b) => Math.max(a, b));

  /* `stale` is called when a plot comes into view and has to be drawn. */
  const plots = (stale) => KINDS.map((kind) => new Plot(kind, stale));
  return { plots };
})();
