import { createHash } from 'node:crypto';
import type { ProcessIdentity } from '../journal/process-identity.ts';
import type {
  CopiedCounters,
  Holding,
  RegisteredProcess,
  Restatement,
  Round,
  RoundResult,
  Unseeded,
  Verdict,
} from './counters.ts';
import {
  finishArgument,
  holdingArgument,
  isRoundReply,
  Subjects,
  spentArgument,
  stateOf,
  takeArgument,
  verdictOf,
} from './redis-encoding.ts';
import { BEAT, RECORDED, RELEASE, RESTATE, ROUND } from './redis-script.ts';
import { type Spent, type Subject, windowsAt } from './state.ts';

/** Longer than any call: what is not touched for so long is nobody's, and what was spent is in the database. */
const LIFETIME_MS = 24 * 3600 * 1000;

/** The part of a client that is needed here. */
export interface RedisConnection {
  /** Runs a script that Redis knows by its SHA-1, or the text of it when it does not. */
  run(
    script: { readonly text: string; readonly sha: string },
    key: string,
    values: string[],
  ): Promise<unknown>;
  hashAll(key: string): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}

/** Limits that any number of machines share. Each round is one script, and so atomic. */
export class RedisCounters implements CopiedCounters {
  readonly #connection: RedisConnection;
  readonly #prefix: string;

  /** @param installation Tells these counters from others in the same Redis. */
  constructor(connection: RedisConnection, installation: string) {
    this.#connection = connection;
    this.#prefix = `{parley:${installation}}:`;
  }

  async round({ process, now, finishes, takes }: Round): Promise<RoundResult<Verdict | Unseeded>> {
    const windows = windowsAt(now);
    const subjects = new Subjects();
    const reply = await this.#run(ROUND_SCRIPT, {
      process,
      ...windows,
      finishes: finishes.map((finish) => finishArgument(finish, subjects)),
      takes: takes.map((take) => takeArgument(take, subjects)),
      subjects: subjects.names,
    });
    if (reply === null) return { known: false };
    if (!isRoundReply(reply)) throw new Error('Redis gave no verdicts');
    const [verdicts, stands] = reply;
    const taken = new Set(takes.flatMap(({ levels }) => levels.map(({ subject }) => subject)));
    return {
      known: true,
      verdicts: takes.map((take, index) => verdictOf(verdicts[index] ?? '', take, windows, subjects.names)),
      states: new Map(stands.map(stateOf).filter(([subject]) => taken.has(subject))),
    };
  }

  async restate({ process, holdings, replaces }: Restatement): Promise<void> {
    await this.#run(RESTATE_SCRIPT, {
      process: process.id,
      identity: JSON.stringify(process.identity),
      seenAt: String(process.seenAt),
      holdings: holdings.map(holdingArgument),
      replaces,
    });
  }

  async beat(process: string, now: number): Promise<boolean> {
    return (await this.#run(BEAT_SCRIPT, { process, seenAt: String(now) })) === 1;
  }

  async processes(): Promise<readonly RegisteredProcess[]> {
    const [seen, identities] = await Promise.all([
      this.#connection.hashAll(`${this.#prefix}seen`),
      this.#connection.hashAll(`${this.#prefix}identities`),
    ]);
    return Object.entries(seen).flatMap(([id, at]) => {
      const identity = identities[id];
      // Only `restate` writes it; a process that registers or leaves between the two questions is left for the next time.
      if (identity === undefined) return [];
      return { id, identity: JSON.parse(identity) as ProcessIdentity, seenAt: Number(at) };
    });
  }

  async release(processes: readonly string[]): Promise<void> {
    if (processes.length > 0) await this.#run(RELEASE_SCRIPT, { processes });
  }

  async recorded(
    process: string,
    holdings: readonly Holding[],
    spent: ReadonlyMap<Subject, Spent>,
  ): Promise<void> {
    await this.#run(RECORDED_SCRIPT, {
      process,
      holdings: holdings.map(holdingArgument),
      spent: [...spent].map(spentArgument),
      seed: false,
    });
  }

  async seed(spent: ReadonlyMap<Subject, Spent>): Promise<void> {
    const argument = { process: '', holdings: [], spent: [...spent].map(spentArgument), seed: true };
    await this.#run(RECORDED_SCRIPT, argument);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #run(script: Script, argument: unknown): Promise<unknown> {
    return this.#connection.run(script, this.#prefix, [String(LIFETIME_MS), JSON.stringify(argument)]);
  }
}

interface Script {
  readonly text: string;
  readonly sha: string;
}

function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

const ROUND_SCRIPT = script(ROUND);
const RESTATE_SCRIPT = script(RESTATE);
const RELEASE_SCRIPT = script(RELEASE);
const BEAT_SCRIPT = script(BEAT);
const RECORDED_SCRIPT = script(RECORDED);
