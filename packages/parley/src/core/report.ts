/** How a parameter's effect differs from what was sent. */
export type ParameterChange = 'ignored' | 'clamped' | 'emulated' | 'translated';

export interface ParameterReportEntry {
  readonly name: string;
  readonly change: ParameterChange;
  readonly detail: string;
}

/** Collects what was not taken literally, so that nothing is ever changed in silence. */
export class ParameterReport {
  readonly #entries: ParameterReportEntry[] = [];

  add(name: string, change: ParameterChange, detail: string): void {
    this.#entries.push({ name, change, detail });
  }

  get entries(): readonly ParameterReportEntry[] {
    return this.#entries;
  }

  /** Value of the `x-parley-parameters` response header: `name;change` pairs; undefined when nothing changed. */
  header(): string | undefined {
    if (this.#entries.length === 0) return undefined;
    return this.#entries
      .slice(0, 50)
      .map(({ name, change }) => `${name.replace(/[^\w.[\]-]/g, '_').slice(0, 64)};${change}`)
      .join(', ');
  }
}
