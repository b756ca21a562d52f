import { ConstraintError } from '../errors.ts';
import type { Algebra } from '../json/algebra.ts';
import type { Re } from '../regex/pool.ts';
import { type Expression, rulesIn } from './expression.ts';
import { type Edge, markNullable, NetworkBuilder, type Rule, trim } from './network.ts';

/** A grammar as its parts were written. */
export type RuleSet = { start: string; rules: Map<string, Expression> };

/** A start rule, or the whole language where the grammar is regular. */
export type CompiledRules = { re: Re } | { rule: Rule };

/** Checks references, folds regular parts into single expressions and builds the network of the rest. */
export function compileRules(set: RuleSet, algebra: Algebra): CompiledRules {
  checkReferences(set);
  const order = reachable(set);
  const regular = foldRegular(set, order, algebra);
  const whole = regular.get(set.start);
  if (whole) {
    if (!algebra.liveness.live(whole)) throw empty(set.start);
    return { re: whole };
  }
  const builder = new NetworkBuilder(algebra.fuel);
  const rules = new Map(order.filter((n) => !regular.has(n)).map((name) => [name, builder.declare(name)]));
  for (const [name, rule] of rules) builder.define(rule, simplified(set.rules.get(name)!, regular, algebra));
  const list = [...rules.values()];
  const possible = (e: Edge) =>
    e.t === 're' ? algebra.liveness.live(e.re) : e.t === 'json' && algebra.hasValue(e.term);
  const start = rules.get(set.start)!;
  if (!trim(list, possible, algebra.fuel).has(start)) throw empty(set.start);
  markNullable(list, algebra.fuel);
  return { rule: start };
}

function empty(name: string): ConstraintError {
  return new ConstraintError('invalid', `No text can satisfy the rule ${name}`, { keyword: name });
}

function checkReferences({ start, rules }: RuleSet): void {
  if (!rules.has(start)) {
    throw new ConstraintError('invalid', `The grammar has no rule named ${start}`, { keyword: start });
  }
  for (const expression of rules.values()) {
    for (const { name, place } of rulesIn(expression)) {
      if (rules.has(name)) continue;
      throw new ConstraintError('invalid', `The rule ${name} is not defined`, {
        pointer: place,
        keyword: name,
      });
    }
  }
}

function reachable({ start, rules }: RuleSet): string[] {
  const seen = new Set([start]);
  for (const name of seen) for (const used of rulesIn(rules.get(name)!)) seen.add(used.name);
  return [...seen];
}

/** Rules that lead to no recursion, as expressions. */
function foldRegular({ rules }: RuleSet, order: readonly string[], algebra: Algebra): Map<string, Re> {
  const done = new Map<string, Re>();
  const users = new Map<string, string[]>(order.map((name) => [name, []]));
  /** How many of the rules that a rule uses are not expressions yet. */
  const open = new Map<string, number>();
  for (const name of order) {
    const uses = new Set([...rulesIn(rules.get(name)!)].map((u) => u.name));
    algebra.fuel.spend(2 + uses.size);
    open.set(name, uses.size);
    for (const used of uses) users.get(used)!.push(name);
  }
  const ready = order.filter((name) => open.get(name) === 0);
  for (let at = 0; at < ready.length; at++) {
    const name = ready[at]!;
    const re = asRe(rules.get(name)!, done, algebra);
    if (!re) continue;
    done.set(name, re);
    for (const user of users.get(name)!) {
      const left = open.get(user)! - 1;
      open.set(user, left);
      if (left === 0) ready.push(user);
    }
  }
  return done;
}

/** Null where the expression needs recursion or JSON values. */
function asRe(e: Expression, done: ReadonlyMap<string, Re>, algebra: Algebra): Re | null {
  const { pool, fuel } = algebra;
  fuel.spend(2);
  switch (e.t) {
    case 're':
      return e.re;
    case 'rule':
      return done.get(e.name) ?? null;
    case 'json':
      return null;
    case 'repeat': {
      const body = asRe(e.body, done, algebra);
      return body && pool.rep(body, e.min, e.max);
    }
    default: {
      const parts: Re[] = [];
      for (const item of e.items) {
        const re = asRe(item, done, algebra);
        if (!re) return null;
        parts.push(re);
      }
      return e.t === 'choice' ? pool.or(parts) : pool.sequence(parts);
    }
  }
}

/** Folds the regular parts of a right side. */
function simplified(e: Expression, done: ReadonlyMap<string, Re>, algebra: Algebra): Expression {
  const re = asRe(e, done, algebra);
  if (re) return { t: 're', re };
  if (e.t === 'repeat') return { ...e, body: simplified(e.body, done, algebra) };
  if (e.t !== 'sequence' && e.t !== 'choice') return e;
  const items = e.items.map((item) => simplified(item, done, algebra));
  return { t: e.t, items: e.t === 'sequence' ? joined(items, algebra) : items };
}

/** Neighbouring expressions become one. */
function joined(items: readonly Expression[], { pool }: Algebra): Expression[] {
  const out: Expression[] = [];
  for (const item of items) {
    const last = out[out.length - 1];
    if (item.t === 're' && last?.t === 're')
      out[out.length - 1] = { t: 're', re: pool.cat(last.re, item.re) };
    else out.push(item);
  }
  return out;
}
