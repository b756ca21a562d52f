/** How a parameter's effect differs from what was sent. */
export type ParameterChange = 'ignored' | 'clamped' | 'emulated' | 'translated';

export interface ParameterReportEntry {
  /** JSON path of a body parameter, or the name of a header. */
  readonly name: string;
  readonly change: ParameterChange;
  /** What was done, and why. */
  readonly detail: string;
  /** The value that was sent, where it is short. */
  readonly sent?: unknown;
  /** The value that took its place. */
  readonly used?: unknown;
}

/** Longer texts, and lists and objects, say less in a report than their name does. */
const MAX_SHOWN = 100;
/** Of the header's value: clients and proxies take some 8 kB for all headers together. */
const MAX_HEADER = 4_000;

/** Collects what was not taken literally, so that nothing is ever changed in silence. */
export class ParameterReport {
  readonly #entries = new Map<string, ParameterReportEntry>();

  /** Saying the same again has no effect: an attempt that is repeated notes the same things. */
  add(
    name: string,
    change: ParameterChange,
    detail: string,
    values: { readonly sent?: unknown; readonly used?: unknown } = {},
  ): void {
    const key = JSON.stringify([name, change, detail]);
    if (this.#entries.has(key)) return;
    const { sent, used } = values;
    this.#entries.set(key, {
      name,
      change,
      detail,
      ...(isShort(sent) && { sent }),
      ...(isShort(used) && { used }),
    });
  }

  /** Takes back what was said too early: it has turned out that somebody does take the parameter as it was sent. */
  withdraw(name: string, change: ParameterChange): void {
    for (const [key, entry] of this.#entries) {
      if (entry.name === name && entry.change === change) this.#entries.delete(key);
    }
  }

  get entries(): readonly ParameterReportEntry[] {
    return [...this.#entries.values()];
  }

  /**
   * Value of the `x-parley-parameters` response header: `name;change` pairs, at the end `and N more` if they do not all
   * fit. Undefined when nothing changed.
   */
  header(): string | undefined {
    if (this.#entries.size === 0) return undefined;
    let value = '';
    let rest = this.#entries.size;
    for (const { name, change } of this.#entries.values()) {
      const pair = `${name.replace(/[^\w.[\]-]/g, '_').slice(0, 64)};${change}`;
      if (value.length + pair.length > MAX_HEADER) break;
      value += value === '' ? pair : `, ${pair}`;
      rest--;
    }
    return rest === 0 ? value : `${value}, and ${rest} more`;
  }
}

function isShort(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= MAX_SHOWN;
  return typeof value === 'number' || typeof value === 'boolean';
}
