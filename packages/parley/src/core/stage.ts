/** A piece of a text pipeline. `push` may hold its input back; `flush` gives what is left. */
export interface Stage<In, Out> {
  push(input: In): Iterable<Out>;
  flush(): Iterable<Out>;
}
