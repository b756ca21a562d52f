import type { Re } from '../regex/pool.ts';
import { KeyOption, type ObjectItem } from './object-item.ts';
import { NO_RIVALS, type Rivals, type Split, splitByRivals } from './rivals.ts';
import type { ObjectConstant } from './shape.ts';
import type { Term } from './term.ts';

/** Whether a name cannot come next, whatever its value. */
export function isOver(item: ObjectItem, i: number): boolean {
  return item.at.count >= item.plan.shape.max || item.has(i) || !inOrder(item, i);
}

function inOrder(item: ObjectItem, i: number): boolean {
  const { plan } = item;
  if (!plan.algebra.ordered) return true;
  if (item.passed(i)) return false;
  const at = plan.declaredAt(i);
  for (const j of item.needed()) if (plan.declaredAt(j) < at) return false;
  return true;
}

/** The ways to go on with a name, whether they lead on or not. */
export function waysOf(item: ObjectItem, i: number): KeyOption[] {
  const { plan, at } = item;
  if (isOver(item, i)) return [];
  const { exists } = plan.shape;
  const due =
    at.pending.length === 0 ? at.pending : at.pending.filter((p) => plan.matchesName(i, exists[p]!.re));
  return splits(item, i).flatMap(({ term, rivals }) =>
    choices(item, [plan.term(i), term], due, rivals, (pending) =>
      plan.item({
        seen: at.seen | (1n << BigInt(i)),
        count: at.count + 1,
        pending,
        extras: at.extras,
        fresh: null,
        rivals,
      }),
    ),
  );
}

function splits({ plan, at }: ObjectItem, i: number): readonly Split<ObjectConstant>[] {
  const name = plan.names[i]!;
  const parts = at.rivals.flatMap((rival) =>
    Object.hasOwn(rival.value, name) ? [{ rival, value: rival.value[name] }] : [],
  );
  return splitByRivals(plan.algebra, parts);
}

/** One way for each choice of obligations that the value meets. */
function choices(
  item: ObjectItem,
  base: readonly Term[],
  due: readonly number[],
  rivals: Rivals<ObjectConstant>,
  next: (pending: readonly number[]) => ObjectItem,
): KeyOption[] {
  const { algebra, shape } = item.plan;
  const { pending } = item.at;
  if (due.length === 0) return [new KeyOption(algebra.terms.and(base), rivals, () => next(pending))];
  const out: KeyOption[] = [];
  for (let chosen = 0; chosen < 1 << due.length; chosen++) {
    const met = due.filter((_, bit) => (chosen >> bit) & 1);
    const term = algebra.terms.and([...base, ...met.map((p) => shape.exists[p]!.term)]);
    const left = pending.filter((p) => !met.includes(p));
    out.push(new KeyOption(term, rivals, () => next(left)));
  }
  return out;
}

/** The ways to go on with a key that has no name in the schema, whether they lead on or not. */
export function otherWays(item: ObjectItem): { re: Re; option: KeyOption }[] {
  const { plan, at } = item;
  const { algebra, shape } = plan;
  if (at.count >= shape.max) return [];
  if (algebra.ordered && item.needed().size > 0) return [];
  const seen = algebra.ordered ? (1n << BigInt(plan.names.length)) - 1n : at.seen;
  const out: { re: Re; option: KeyOption }[] = [];
  for (const { re, term } of item.classes()) {
    const { extras } = at;
    const ways = choices(item, [term], at.pending, NO_RIVALS, (pending) =>
      plan.item({ seen, count: at.count + 1, pending, extras, fresh: re, rivals: NO_RIVALS }),
    );
    for (const option of ways) {
      const met = at.pending.filter((p) => !option.next.at.pending.includes(p));
      const within = algebra.pool.and([re, ...met.map((p) => shape.exists[p]!.re)]);
      if (algebra.liveness.live(within)) out.push({ re: within, option });
    }
  }
  return out;
}
