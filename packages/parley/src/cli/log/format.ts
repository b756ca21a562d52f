const COLOURS: Readonly<Record<string, number>> = {
  fatal: 31,
  error: 31,
  warn: 33,
  info: 32,
  debug: 36,
  trace: 90,
};

/** A JSON log line as one line for people: `12:34:56 info message key=value`. Other lines stay as they are. */
export function formatLine(line: string, colours: boolean): string {
  const record = parse(line);
  if (!record) return line;
  const { level, time, msg, err, ...rest } = record;
  const label = String(level).padEnd(5);
  const clock = typeof time === 'string' ? time.slice(11, 19) : '';
  const head = colours ? `\u001b[${COLOURS[String(level)] ?? 0}m${label}\u001b[0m` : label;
  const fields = Object.entries(rest).map(([key, value]) => `${key}=${shown(value)}`);
  return `${[clock, head, msg, ...fields].filter((part) => part !== undefined && part !== '').join(' ')}${errorText(err)}\n`;
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined; // not from the logger: shown as it came
  }
}

function shown(value: unknown): string {
  if (typeof value === 'string' && /^[^\s"=]+$/.test(value)) return value;
  return JSON.stringify(value);
}

function errorText(error: unknown): string {
  if (!(error instanceof Object)) return '';
  if ('stack' in error && typeof error.stack === 'string') return `\n${error.stack}`;
  return 'message' in error ? ` (${String(error.message)})` : '';
}
