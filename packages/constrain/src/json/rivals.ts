import type { Algebra } from './algebra.ts';
import { canonicalText, constantsTerm, constantTerm } from './constant.ts';
import type { Constant } from './shape.ts';
import type { Term } from './term.ts';

/** The excluded values that the text so far may still become. */
export type Rivals<C extends Constant<unknown> = Constant<unknown>> = readonly C[];

export const NO_RIVALS: readonly never[] = [];

/** Values of the next part that satisfy the term leave these rivals; `text`: the only such value, where there are any. */
export type Split<C extends Constant<unknown>> = { term: Term; rivals: Rivals<C>; text: string | null };

/**
 * Tells the values of a part apart by the rivals that they leave: first all those that leave none, then each of the
 * rivals' own values.
 */
export function splitByRivals<C extends Constant<unknown>>(
  algebra: Algebra,
  parts: readonly { rival: C; value: unknown }[],
): Split<C>[] {
  const { terms } = algebra;
  if (parts.length === 0) return [{ term: terms.true, rivals: NO_RIVALS, text: null }];
  const byText = new Map<string, { value: unknown; rivals: C[] }>();
  for (const { rival, value } of parts) {
    const text = canonicalText(value);
    const known = byText.get(text);
    if (known) known.rivals.push(rival);
    else byText.set(text, { value, rivals: [rival] });
  }
  const groups = [...byText].map(([text, group]) => ({ text, ...group }));
  const all = constantsTerm(
    algebra,
    groups.map((g) => g.value),
  );
  const own = groups.map(({ text, value, rivals }) => ({ term: constantTerm(algebra, value), rivals, text }));
  return [{ term: terms.not(all), rivals: NO_RIVALS, text: null }, ...own];
}
