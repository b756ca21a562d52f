export interface FoundMark {
  readonly at: number;
  readonly mark: string;
}

/** The mark that comes first. No mark may begin with another one. */
export function findMark(text: string, marks: readonly string[]): FoundMark | undefined {
  let found: FoundMark | undefined;
  for (const mark of marks) {
    const at = text.indexOf(mark);
    if (at >= 0 && (!found || at < found.at)) found = { at, mark };
  }
  return found;
}

/** How many code units at the end of a text may yet turn out to begin one of the marks. */
export function heldBack(text: string, marks: readonly string[]): number {
  const longest = Math.max(0, ...marks.map(({ length }) => length - 1));
  for (let held = Math.min(longest, text.length); held > 0; held--) {
    const end = text.slice(text.length - held);
    if (marks.some((mark) => mark.length > held && mark.startsWith(end))) return held;
  }
  return 0;
}
