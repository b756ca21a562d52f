import type { ApiPromise, Send, WithResponse } from './call.ts';

type Method = (...args: never[]) => unknown;

/** A method with up to three overloads, which gives something else in place of its answer. */
type Instead<F, Kind> = F extends {
  (...args: infer A): ApiPromise<infer X>;
  (...args: infer B): ApiPromise<infer Y>;
  (...args: infer C): ApiPromise<infer Z>;
}
  ? {
      (...args: A): Given<X, Kind>;
      (...args: B): Given<Y, Kind>;
      (...args: C): Given<Z, Kind>;
    }
  : never;

type Given<T, Kind> = Kind extends 'withResponse' ? Promise<WithResponse<T>> : Promise<Response>;

/** A resource whose methods give the HTTP response, or with `withResponse` the answer and the response. */
export type Raw<Resource, Kind extends 'asResponse' | 'withResponse'> = {
  readonly [Name in keyof Resource]: Resource[Name] extends Method
    ? Instead<Resource[Name], Kind>
    : Raw<Resource[Name], Kind>;
};

export interface RawAccess<Resource> {
  /** The same methods; each gives `{data, response, requestId}`, as `.withResponse()` does. */
  readonly withRawResponse: Raw<Resource, 'withResponse'>;
  /** The same methods; each gives the response with its body unread, as `.asResponse()` does. */
  readonly withStreamingResponse: Raw<Resource, 'asResponse'>;
}

/** Makes a resource and, when asked for, its raw twins: the same code over another way to send. */
export function withRaw<Resource extends object>(
  make: (send: Send) => Resource,
  send: Send,
): Resource & RawAccess<Resource> {
  const raw = (kind: 'asResponse' | 'withResponse') =>
    // What a method gives is what its `send` gives.
    make(((call) => send(call)[kind]()) as Send) as never;
  return {
    ...make(send),
    get withRawResponse() {
      return raw('withResponse');
    },
    get withStreamingResponse() {
      return raw('asResponse');
    },
  };
}
