/** Three significant digits, or whole numbers above 100. */
export function figure(value) {
  if (value === undefined || Number.isNaN(value)) return '-';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

/** `median (low..high)` of a summary. */
export function spread(summary) {
  if (summary === undefined) return '-';
  return `${figure(summary.median)} (${figure(summary.low)}..${figure(summary.high)})`;
}

/** Rows of strings as a Markdown table, which a terminal shows as well. */
export function markdownTable(header, rows) {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
