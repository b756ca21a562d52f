/** Linear interpolation between the sorted values; undefined for none. */
export function quantile(values, p) {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * p;
  const low = Math.floor(at);
  return sorted[low] + (sorted[Math.ceil(at)] - sorted[low]) * (at - low);
}

export const median = (values) => quantile(values, 0.5);

/** Median and interquartile range. */
export function summary(values) {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return undefined;
  return {
    median: quantile(known, 0.5),
    low: quantile(known, 0.25),
    high: quantile(known, 0.75),
    samples: known.length,
  };
}
