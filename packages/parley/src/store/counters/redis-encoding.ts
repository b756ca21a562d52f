import type { Limits } from '../../core/ledger.ts';
import type { Finish, Hold, Holding, Take, Unseeded, Verdict } from './counters.ts';
import { dollars, fromDollars } from './dollars.ts';
import type { Spent, Subject, SubjectState, Windows } from './state.ts';

/** Names once, and numbers for them from 1 on, as Lua counts. */
export class Subjects {
  readonly names: Subject[] = [];
  readonly #numbers = new Map<Subject, number>();

  number(subject: Subject): number {
    const known = this.#numbers.get(subject);
    if (known !== undefined) return known;
    const number = this.names.push(subject);
    this.#numbers.set(subject, number);
    return number;
  }
}

export function finishArgument({ hold, tokens, cost }: Finish, subjects: Subjects) {
  return {
    subjects: hold.subjects.map((subject) => subjects.number(subject)),
    minute: hold.minute,
    tokens: tokens - hold.tokens,
    cost: dollars(cost - hold.cost),
  };
}

export function takeArgument({ levels, tokens, cost }: Take, subjects: Subjects) {
  return {
    tokens,
    cost: dollars(cost),
    levels: levels.map(({ subject, limits }) => ({
      subject: subjects.number(subject),
      limits: {
        requestsPerMinute: limits.requestsPerMinute,
        tokensPerMinute: limits.tokensPerMinute,
        concurrent: limits.concurrent,
        budgetPerDay: optionalDollars(limits.budgetPerDay),
        budgetPerMonth: optionalDollars(limits.budgetPerMonth),
        budgetTotal: optionalDollars(limits.budgetTotal),
      },
    })),
  };
}

function optionalDollars(money: bigint | undefined) {
  return money === undefined ? undefined : dollars(money);
}

export function holdingArgument({ subject, concurrent, held }: Holding) {
  return { subject, concurrent, held: dollars(held) };
}

export function spentArgument([subject, spent]: [Subject, Spent]) {
  const { day, daySpent, month, monthSpent, totalSpent } = spent;
  return {
    subject,
    day,
    daySpent: dollars(daySpent),
    month,
    monthSpent: dollars(monthSpent),
    totalSpent: dollars(totalSpent),
  };
}

export function verdictOf(
  text: string,
  take: Take,
  { minute }: Windows,
  names: readonly Subject[],
): Verdict | Unseeded {
  const [kind, ...rest] = text.split(' ');
  const name = (index: string | undefined) => names[Number(index)] ?? '';
  if (kind === 'granted') {
    const { levels, tokens, cost } = take;
    const hold: Hold = { subjects: levels.map(({ subject }) => subject), tokens, cost, minute };
    return { kind, hold };
  }
  if (kind === 'unseeded') return { kind, subjects: rest.map(name) };
  const limit = rest[1];
  if (kind === 'refused' && isLimit(limit, take)) {
    return { kind, refusal: { subject: name(rest[0]), limit } };
  }
  throw new Error('Redis gave a verdict that is none');
}

/** In the order in which the script gives them. */
export function stateOf([subject = '', ...fields]: readonly string[]): [Subject, SubjectState] {
  const [minute, requests, tokens, concurrent, day, month] = fields.map(Number);
  const money = (at: number) => fromDollars(fields[at], fields[at + 1]);
  return [
    subject,
    {
      minute: minute ?? 0,
      requests: requests ?? 0,
      tokens: tokens ?? 0,
      concurrent: concurrent ?? 0,
      day: day ?? 0,
      month: month ?? 0,
      held: money(6),
      daySpent: money(8),
      monthSpent: money(10),
      totalSpent: money(12),
    },
  ];
}

function isLimit(name: string | undefined, { levels }: Take): name is keyof Limits {
  return name !== undefined && levels.some(({ limits }) => Object.hasOwn(limits, name));
}

export function isRoundReply(reply: unknown): reply is [string[], string[][]] {
  return Array.isArray(reply) && reply.length === 2 && reply.every(Array.isArray);
}
