import type { Output } from '../world.ts';

/** Told how far a download is. */
export interface Progress {
  begin(name: string, totalBytes: number): void;
  update(bytes: number): void;
  end(): void;
}

/** A bar that is redrawn in place on a terminal, a line for each tenth elsewhere. */
export function progressOn(output: Output, now: () => number): Progress {
  return output.isTTY ? new Bar(output, now) : new Lines(output);
}

const REDRAW_MS = 100;

class Bar implements Progress {
  readonly #output: Output;
  readonly #now: () => number;
  #name = '';
  #total = 0;
  #bytes = 0;
  #drawn = Number.NEGATIVE_INFINITY;
  #start: { time: number; bytes: number } | undefined;

  constructor(output: Output, now: () => number) {
    this.#output = output;
    this.#now = now;
  }

  begin(name: string, totalBytes: number): void {
    this.#name = name;
    this.#total = totalBytes;
    this.#bytes = 0;
    this.#start = undefined;
  }

  update(bytes: number): void {
    const time = this.#now();
    this.#bytes = bytes;
    // What an earlier run left does not count for the speed.
    this.#start ??= { time, bytes };
    if (time - this.#drawn < REDRAW_MS) return;
    this.#draw(time);
  }

  end(): void {
    this.#draw(this.#now());
    this.#output.write('\n');
  }

  #draw(time: number): void {
    this.#drawn = time;
    const { time: since, bytes: from } = this.#start ?? { time, bytes: this.#bytes };
    const speed = time > since ? ((this.#bytes - from) * 1000) / (time - since) : 0;
    const share = this.#total === 0 ? 1 : this.#bytes / this.#total;
    const figures = `${percent(share)} ${formatBytes(this.#bytes)}/${formatBytes(this.#total)} ${formatBytes(speed)}/s`;
    const width = this.#output.columns ?? 80;
    const barWidth = Math.max(0, Math.min(30, width - this.#name.length - figures.length - 5));
    const filled = Math.round(share * barWidth);
    const bar = barWidth < 5 ? '' : `[${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}] `;
    this.#output.write(`\r\u001b[K${`${this.#name} ${bar}${figures}`.slice(0, width - 1)}`);
  }
}

class Lines implements Progress {
  readonly #output: Output;
  #name = '';
  #total = 0;
  #tenth = -1;

  constructor(output: Output) {
    this.#output = output;
  }

  begin(name: string, totalBytes: number): void {
    this.#name = name;
    this.#total = totalBytes;
    this.#tenth = -1;
  }

  update(bytes: number): void {
    const share = this.#total === 0 ? 1 : bytes / this.#total;
    const tenth = Math.floor(share * 10);
    if (tenth === this.#tenth) return;
    this.#tenth = tenth;
    this.#output.write(`${this.#name} ${percent(share)} of ${formatBytes(this.#total)}\n`);
  }

  end(): void {}
}

function percent(share: number): string {
  return `${Math.floor(share * 100)}%`.padStart(4);
}

/** Decimal units, as the hub shows them. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? Math.round(value) : value.toFixed(value < 10 ? 2 : 1)} ${units[power]}`;
}
