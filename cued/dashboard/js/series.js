/* Values over a session, and few enough of them to draw.

   A session is kept whole for KEPT samples (four hours at one a second); then every second sample
   of the older half goes. Drawing takes at most two points for each column of pixels, the least and
   the greatest in it, so that a single long stride is still seen after an hour. */
"use strict";

const Series = (() => {
  const KEPT = 14_400;
  const GAP_S = 5; // no line is drawn across a longer silence

  class Samples {
    constructor(names) {
      this.names = names;
      this.clear();
    }

    clear() {
      this.t = [];
      this.columns = Object.fromEntries(this.names.map((name) => [name, []]));
    }

    get length() {
      return this.t.length;
    }

    add(t, values) {
      const last = this.t.at(-1);
      if (last !== undefined && t <= last) return;
      if (last !== undefined && t - last > GAP_S) this.push(last + 0.001, {});
      this.push(t, values);
      if (this.t.length > KEPT) this.thin();
    }

    push(t, values) {
      this.t.push(t);
      for (const name of this.names) this.columns[name].push(values[name] ?? null);
    }

    thin() {
      const half = this.t.length >> 1;
      const keep = (_, n) => n >= half || n % 2 === 0;
      this.t = this.t.filter(keep);
      for (const name of this.names) this.columns[name] = this.columns[name].filter(keep);
    }

    /* Index of the first sample at or after t. */
    from(t) {
      let low = 0;
      let high = this.t.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.t[middle] < t) low = middle + 1;
        else high = middle;
      }
      return low;
    }
  }

  /* [t, ...columns of names] from `since` on, for that many columns of pixels. What is least and
     greatest is asked of the first name; the others go along. */
  function drawn(samples, names, since, pixels) {
    const begin = samples.from(since);
    const count = samples.length - begin;
    const columns = names.map((name) => samples.columns[name]);
    if (count <= 2 * pixels) {
      return [samples.t.slice(begin), ...columns.map((column) => column.slice(begin))];
    }
    const rows = chosen(columns[0], begin, samples.length, pixels);
    return [rows.map((n) => samples.t[n]), ...columns.map((column) => rows.map((n) => column[n]))];
  }

  function chosen(values, begin, end, pixels) {
    const rows = [];
    const size = (end - begin) / pixels;
    for (let bucket = 0; bucket < pixels; bucket += 1) {
      const first = begin + Math.floor(bucket * size);
      const after = Math.min(end, begin + Math.floor((bucket + 1) * size));
      let least = -1;
      let most = -1;
      let gap = -1;
      for (let n = first; n < after; n += 1) {
        const value = values[n];
        if (value === null) gap = n;
        else {
          if (least < 0 || value < values[least]) least = n;
          if (most < 0 || value > values[most]) most = n;
        }
      }
      add(rows, least, most, gap);
    }
    return rows;
  }

  /* In order of time, each once; -1 is none. */
  function add(rows, ...found) {
    let last = -1;
    for (const n of found.sort((a, b) => a - b)) {
      if (n > last) rows.push(n);
      last = Math.max(last, n);
    }
  }

  return { Samples, drawn, KEPT };
})();
