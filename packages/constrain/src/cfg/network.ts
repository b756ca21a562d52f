import { ConstraintError, type Fuel } from '../errors.ts';
import type { Term } from '../json/term.ts';
import type { Re } from '../regex/pool.ts';
import type { Expression } from './expression.ts';

/** What leads from one state of a rule to another. */
export type Edge =
  | { t: 're'; re: Re; to: RuleState }
  | { t: 'rule'; rule: Rule; to: RuleState }
  | { t: 'json'; term: Term; to: RuleState };

/** A state of a rule's right side; edges without labels have been resolved. */
export type RuleState = { id: number; rule: Rule; edges: Edge[]; accepts: boolean };

export type Rule = {
  id: number;
  name: string;
  start: RuleState;
  /** Whether the rule matches the empty text. */
  nullable: boolean;
};

const MAX_REPEAT = 2000;

type Node = { edges: { label: Label | null; to: Node }[] };
type Label = { t: 're'; re: Re } | { t: 'rule'; name: string } | { t: 'json'; term: Term };

/** Turns right sides into state networks. */
export class NetworkBuilder {
  readonly #rules = new Map<string, Rule>();
  readonly #fuel: Fuel;
  #states = 0;

  constructor(fuel: Fuel) {
    this.#fuel = fuel;
  }

  declare(name: string): Rule {
    const rule = { id: this.#rules.size, name, nullable: false } as Rule;
    rule.start = this.#state(rule);
    this.#rules.set(name, rule);
    return rule;
  }

  #state(rule: Rule): RuleState {
    this.#fuel.spend(8);
    return { id: this.#states++, rule, edges: [], accepts: false };
  }

  define(rule: Rule, expression: Expression): void {
    const end: Node = { edges: [] };
    const start: Node = { edges: [] };
    this.#connect(start, expression, end);
    const states = new Map<Node, RuleState>([[start, rule.start]]);
    for (const [node, state] of states) {
      const reached = closure(node);
      state.accepts = reached.has(end);
      for (const from of reached) {
        for (const { label, to } of from.edges) {
          if (!label) continue;
          let next = states.get(to);
          if (!next) {
            next = this.#state(rule);
            states.set(to, next);
          }
          state.edges.push(this.#edge(label, next));
        }
      }
    }
  }

  #edge(label: Label, to: RuleState): Edge {
    return label.t === 'rule' ? { t: 'rule', rule: this.#rules.get(label.name)!, to } : { ...label, to };
  }

  #connect(from: Node, expression: Expression, to: Node): void {
    this.#fuel.spend(4);
    switch (expression.t) {
      case 'sequence': {
        let at = from;
        for (const item of expression.items) {
          const next: Node = { edges: [] };
          this.#connect(at, item, next);
          at = next;
        }
        at.edges.push({ label: null, to });
        break;
      }
      case 'choice':
        for (const item of expression.items) this.#connect(from, item, to);
        break;
      case 'repeat':
        this.#repeat(from, expression, to);
        break;
      default:
        from.edges.push({ label: expression, to });
    }
  }

  #repeat(from: Node, { body, min, max }: Expression & { t: 'repeat' }, to: Node): void {
    const copies = max === Infinity ? min : max;
    if (copies > MAX_REPEAT)
      throw new ConstraintError('limit', `A rule is repeated more than ${MAX_REPEAT} times`);
    let at = from;
    for (let i = 0; i < copies; i++) {
      if (i >= min) at.edges.push({ label: null, to });
      const next: Node = { edges: [] };
      this.#connect(at, body, next);
      at = next;
    }
    if (max === Infinity) {
      const loop: Node = { edges: [{ label: null, to }] };
      at.edges.push({ label: null, to: loop });
      this.#connect(loop, body, loop);
    } else at.edges.push({ label: null, to });
  }
}

function closure(node: Node): Set<Node> {
  const reached = new Set([node]);
  for (const at of reached) for (const { label, to } of at.edges) if (!label) reached.add(to);
  return reached;
}

/** Marks rules that match the empty text. */
export function markNullable(rules: readonly Rule[], fuel: Fuel): void {
  settle(rules, fuel, (rule) => {
    rule.nullable ||= reaches(rule.start, passesEmpty, fuel);
    return rule.nullable;
  });
}

/** Asks each rule once, and again whenever the answer for a rule that it uses has become true. */
function settle(rules: readonly Rule[], fuel: Fuel, holds: (rule: Rule) => boolean): void {
  const users = new Map<Rule, Set<Rule>>(rules.map((rule) => [rule, new Set()]));
  for (const rule of rules) {
    for (const used of rulesOf(rule, fuel)) users.get(used)!.add(rule);
  }
  const done = new Set<Rule>();
  const queue = [...rules];
  for (let at = 0; at < queue.length; at++) {
    const rule = queue[at]!;
    if (done.has(rule) || !holds(rule)) continue;
    done.add(rule);
    for (const user of users.get(rule)!) if (!done.has(user)) queue.push(user);
  }
}

function rulesOf(rule: Rule, fuel: Fuel): Set<Rule> {
  const used = new Set<Rule>();
  const seen = new Set([rule.start]);
  for (const state of seen) {
    fuel.spend(1 + state.edges.length);
    for (const edge of state.edges) {
      seen.add(edge.to);
      if (edge.t === 'rule') used.add(edge.rule);
    }
  }
  return used;
}

const passesEmpty = (e: Edge) => (e.t === 're' ? e.re.nullable : e.t === 'rule' && e.rule.nullable);

/** Whether an accepting state can be reached over edges that pass the test. */
function reaches(start: RuleState, passes: (edge: Edge) => boolean, fuel: Fuel): boolean {
  const seen = new Set([start]);
  for (const state of seen) {
    if (state.accepts) return true;
    fuel.spend(1 + state.edges.length);
    for (const edge of state.edges) if (passes(edge)) seen.add(edge.to);
  }
  return false;
}

/** Removes everything that can never be completed. @returns the rules that can. */
export function trim(rules: readonly Rule[], possible: (edge: Edge) => boolean, fuel: Fuel): Set<Rule> {
  const productive = new Set<Rule>();
  const passes = (e: Edge) => (e.t === 'rule' ? productive.has(e.rule) : possible(e));
  settle(rules, fuel, (rule) => {
    const reached = reaches(rule.start, passes, fuel);
    if (reached) productive.add(rule);
    return reached;
  });
  for (const rule of rules) {
    const completed = completable(rule, passes);
    const seen = new Set([rule.start]);
    for (const state of seen) {
      state.edges = state.edges.filter((e) => passes(e) && completed.has(e.to));
      for (const { to } of state.edges) seen.add(to);
    }
  }
  return productive;
}

/** The states of a rule from which it can be completed over edges that pass the test. */
function completable(rule: Rule, passes: (edge: Edge) => boolean): Set<RuleState> {
  const before = new Map<RuleState, RuleState[]>();
  const seen = new Set([rule.start]);
  const completed = new Set<RuleState>();
  for (const state of seen) {
    if (state.accepts) completed.add(state);
    for (const edge of state.edges) {
      if (!passes(edge)) continue;
      seen.add(edge.to);
      const froms = before.get(edge.to);
      if (froms) froms.push(state);
      else before.set(edge.to, [state]);
    }
  }
  for (const state of completed) for (const from of before.get(state) ?? []) completed.add(from);
  return completed;
}
