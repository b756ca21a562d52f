import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Backend, BackendStats } from '../core/complete.ts';
import type { Usage } from '../core/event.ts';

export interface CallObserver {
  firstToken(seconds: number): void;
  nextToken(seconds: number): void;
  usage(usage: Usage): void;
}

export interface CallMetrics {
  /** Models that the backend does not list share one label, so that callers cannot make up labels. */
  call(model: string | undefined): CallObserver;
}

export interface MetricsSource {
  readonly backend: Backend;
  /** Calls that are open now. */
  readonly inFlight: () => number;
}

const LATENCY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
const TOKEN_BUCKETS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 5,
];

/** Which of the backend's figures is published under which name; all of them per model. */
const GAUGES: [name: string, help: string, value: (stats: BackendStats) => number][] = [
  ['parley_queue_depth', 'Sequences that wait for a slot.', (stats) => stats.waiting],
  ['parley_running', 'Sequences that have a slot.', (stats) => stats.running],
  ['parley_slots', 'Sequences that can run at one time.', (stats) => stats.slots],
  ['parley_cells_used', 'Cells of the key-value cache that hold something.', (stats) => stats.cellsUsed],
  ['parley_cells_cached', 'Cells that keep a finished prompt for later reuse.', (stats) => stats.cellsCached],
  ['parley_cells', 'Cells of the key-value cache.', (stats) => stats.cells],
  [
    'parley_batch_size_mean',
    'Mean number of tokens of a step since the start.',
    (stats) => (stats.steps === 0 ? 0 : stats.batchTokens / stats.steps),
  ],
];

const COUNTERS: typeof GAUGES = [
  ['parley_engine_steps_total', 'Steps of the engine.', (stats) => stats.steps],
  [
    'parley_engine_batch_tokens_total',
    'Tokens handed to the model, over all steps.',
    (stats) => stats.batchTokens,
  ],
  [
    'parley_engine_prompt_tokens_total',
    'Prompt tokens of admitted sequences.',
    (stats) => stats.promptTokens,
  ],
  [
    'parley_engine_cached_tokens_total',
    'Prompt tokens whose cells were reused.',
    (stats) => stats.cachedTokens,
  ],
  ['parley_engine_completion_tokens_total', 'Tokens that were sampled.', (stats) => stats.completionTokens],
  ['parley_engine_cancelled_total', 'Requests whose caller went away.', (stats) => stats.cancelled],
  ['parley_engine_rejected_total', 'Requests refused because the queue was full.', (stats) => stats.rejected],
  ['parley_engine_decode_seconds_total', 'Time spent in the model.', (stats) => stats.decodeSeconds],
  ['parley_engine_overhead_seconds_total', 'Time spent around the model.', (stats) => stats.overheadSeconds],
];

/** Counters and histograms of one server, in a registry of its own. */
export class Metrics implements CallMetrics {
  readonly #registry = new Registry();
  readonly #source: MetricsSource;
  readonly #requests: Counter<'route' | 'status'>;
  readonly #duration: Histogram<'route'>;
  readonly #firstToken: Histogram<'model'>;
  readonly #interToken: Histogram<'model'>;
  readonly #promptTokens: Counter<'model'>;
  readonly #cachedTokens: Counter<'model'>;
  readonly #completionTokens: Counter<'model'>;

  constructor(source: MetricsSource) {
    this.#source = source;
    const registers = [this.#registry];
    const counter = (name: string, help: string) =>
      new Counter({ name, help, registers, labelNames: ['model'] as const });
    this.#requests = new Counter({
      name: 'parley_http_requests_total',
      help: 'Requests that were answered, by route and status.',
      labelNames: ['route', 'status'],
      registers,
    });
    this.#duration = new Histogram({
      name: 'parley_request_duration_seconds',
      help: 'Time from the arrival of a request to the end of its answer.',
      labelNames: ['route'],
      buckets: LATENCY_BUCKETS,
      registers,
    });
    const times = (name: string, help: string, buckets: number[]) =>
      new Histogram({ name, help, buckets, registers, labelNames: ['model'] as const });
    this.#firstToken = times(
      'parley_time_to_first_token_seconds',
      'Time from the arrival of a request to its first text.',
      LATENCY_BUCKETS,
    );
    this.#interToken = times(
      'parley_inter_token_seconds',
      'Time between two pieces of text of a call.',
      TOKEN_BUCKETS,
    );
    this.#promptTokens = counter('parley_prompt_tokens_total', 'Prompt tokens of finished calls.');
    this.#cachedTokens = counter(
      'parley_cached_tokens_total',
      'Prompt tokens of finished calls found in the cache.',
    );
    this.#completionTokens = counter(
      'parley_completion_tokens_total',
      'Completion tokens of finished calls.',
    );
    this.#registerBackend();
  }

  request(route: string, status: number, seconds: number): void {
    this.#requests.inc({ route, status: String(status) });
    this.#duration.observe({ route }, seconds);
  }

  call(model: string | undefined): CallObserver {
    const known = this.#source.backend.models().some(({ id }) => id === model);
    const label = known && model !== undefined ? model : 'other';
    const first = this.#firstToken.labels(label);
    const next = this.#interToken.labels(label);
    return {
      firstToken: (seconds) => first.observe(seconds),
      nextToken: (seconds) => next.observe(seconds),
      usage: ({ promptTokens, cachedTokens, completionTokens }) => {
        this.#promptTokens.labels(label).inc(promptTokens);
        this.#cachedTokens.labels(label).inc(cachedTokens);
        this.#completionTokens.labels(label).inc(completionTokens);
      },
    };
  }

  /** Prometheus's text format, and its media type. */
  async text(): Promise<{ text: string; contentType: string }> {
    return { text: await this.#registry.metrics(), contentType: this.#registry.contentType };
  }

  #registerBackend(): void {
    const { backend, inFlight } = this.#source;
    const registers = [this.#registry];
    const stats = () => backend.stats?.() ?? [];
    new Gauge({
      name: 'parley_requests_in_flight',
      help: 'Requests that are being answered.',
      registers,
      collect() {
        this.set(inFlight());
      },
    });
    for (const [name, help, value] of GAUGES) {
      new Gauge({
        name,
        help,
        registers,
        labelNames: ['model'],
        collect() {
          this.reset();
          for (const each of stats()) this.set({ model: each.model }, value(each));
        },
      });
    }
    for (const [name, help, value] of COUNTERS) {
      new Counter({
        name,
        help,
        registers,
        labelNames: ['model'],
        collect() {
          this.reset();
          for (const each of stats()) this.inc({ model: each.model }, value(each));
        },
      });
    }
  }
}
