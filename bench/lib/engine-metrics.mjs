const COUNTERS = {
  decodeSeconds: 'parley_engine_decode_seconds_total',
  overheadSeconds: 'parley_engine_overhead_seconds_total',
  steps: 'parley_engine_steps_total',
};

/** The sum of a metric over its labels; undefined where it is absent. */
function metricSum(text, name) {
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'gm'))];
  return values.length === 0 ? undefined : values.reduce((sum, match) => sum + Number(match[1]), 0);
}

/** Parley's own account of its steps; undefined for servers that keep none. */
export async function engineCounters(url) {
  const response = await fetch(`${url}/metrics`);
  const text = await response.text();
  if (!response.ok) return undefined;
  const entries = Object.entries(COUNTERS).map(([key, name]) => [key, metricSum(text, name)]);
  return entries.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(entries);
}

/** What was added between two readings. */
export function counterDifference(before, after) {
  if (before === undefined || after === undefined) return undefined;
  return Object.fromEntries(Object.keys(after).map((key) => [key, after[key] - before[key]]));
}
