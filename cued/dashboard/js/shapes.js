/* What may come from anybody at the broker is put into the shape that the page reads, or left out.
   A message of one station then spoils nothing for the others. */
"use strict";

const Shapes = (() => {
  const plain = (x) => x !== null && typeof x === "object" && !Array.isArray(x);
  const text = (x) => typeof x === "string";
  const number = (x) => typeof x === "number" && Number.isFinite(x);
  const flag = (x) => typeof x === "boolean";
  const listOf = (test) => (x) => Array.isArray(x) && x.every(test);
  const mapOf = (test) => (x) => plain(x) && Object.values(x).every(test);
  const belt = (x) => plain(x) && number(x.speed_m_s);
  const stride = (x) => plain(x) && number(x.t) && text(x.side) && text(x.direction);
  const reasons = mapOf((x) => x === null || text(x) || number(x));

  /* Fields that are read by name; every other field is shown as it is, whatever it is. */
  const FIELDS = {
    state: {
      phase: text, next: text, runner: text, asks: text, profile: text, workout_s: number, mode: text, direction: text, stability: text,
      alarm: (x) => x === null || text(x), muted: flag, belt_typed: flag, link: mapOf(text), battery: mapOf(number),
      front: mapOf(text),
      belt, commands: listOf(text), since: number, since_t: number, remaining_s: number,
      began_t: number, asked_m_s: number, t: number, time: number,
    },
    metrics: {
      t: number, time: number, units: mapOf(text), stability: text, stability_score: number,
      score: number, stride_band_m: (x) => listOf(number)(x) && x.length === 2,
      strides: listOf(stride), stride_length_m: number, cadence_spm: number, stride_time_s: number,
    },
    cue: { t: number, time: number, key: text, text, tone: text, verdict: text, because: reasons },
    event: {
      t: number, time: number, type: text, event_type: text, stage: text, name: text, from: text,
      why: text, code: text, level: text, sensor: text, state: text, remaining_s: number,
      because: reasons, score: number,
    },
    session: { t: number, time: number, details: plain, duration_s: number, backward_s: number },
  };

  /* A message's body without the fields that are not what they should be; null if it is no object. */
  function checked(topic, body) {
    if (!plain(body)) return null;
    const fields = FIELDS[topic] ?? {};
    return Object.fromEntries(
      Object.entries(body).filter(([name, value]) => !Object.hasOwn(fields, name) || fields[name](value)),
    );
  }

  return { checked };
})();
