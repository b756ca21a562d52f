import assert from 'node:assert/strict';
import { StoredChatCompletion, StoredChatCompletionList, StoredMessageList } from '@parley/protocol';
import { Compile } from 'typebox/compile';
import type { CompletionStore } from '../src/core/completion-store.ts';
import { TestServer } from '../src/server/test-server.test.support.ts';
import { openCompletionStore } from '../src/store/open.ts';

export const path = '/v1/chat/completions';
export const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });

const stored = Compile(StoredChatCompletion);
const list = Compile(StoredChatCompletionList);
const messages = Compile(StoredMessageList);

type ServerOptions = Parameters<typeof TestServer.start>[0];

/** A server on a fake backend with a store in memory. Answers are checked against their schemas. */
export class StoringServer {
  readonly server: TestServer;
  readonly store: CompletionStore;

  private constructor(server: TestServer, store: CompletionStore) {
    this.server = server;
    this.store = store;
  }

  static async start(options: ServerOptions = {}, changed: Partial<CompletionStore> = {}) {
    const real = openCompletionStore({
      path: undefined,
      limits: { completions: 100, bytes: 1e8, ageSeconds: 3600 },
      now: () => 1_800_000_000_000,
      onFailure: (error) => assert.fail(String(error)),
    });
    const store: CompletionStore = {
      add: (...given) => real.add(...given),
      get: (...given) => real.get(...given),
      messages: (...given) => real.messages(...given),
      list: (...given) => real.list(...given),
      update: (...given) => real.update(...given),
      remove: (...given) => real.remove(...given),
      close: () => real.close(),
      ...changed,
    };
    return new StoringServer(await TestServer.start({ store, ...options }), store);
  }

  /** Asks with `store: true` and gives the whole answer. */
  async keep(parameters: object = {}, init?: RequestInit): Promise<{ id: string } & Record<string, unknown>> {
    const response = await this.server.chat({ store: true, ...parameters }, init);
    const body = await response.json();
    assert.equal(response.status, 200, JSON.stringify(body));
    return body as { id: string };
  }

  async read(target: string, init: RequestInit = {}): Promise<unknown> {
    const response = await fetch(this.server.url + target, init);
    const body = await response.json();
    assert.equal(response.status, 200, `${target} ${JSON.stringify(body)}`);
    return body;
  }

  async retrieve(id: string, init?: RequestInit) {
    return stored.Parse(await this.read(`${path}/${encodeURIComponent(id)}`, init));
  }

  async list(query = '', init?: RequestInit) {
    return list.Parse(await this.read(`${path}?${query}`, init));
  }

  async messages(id: string, query = '') {
    return messages.Parse(await this.read(`${path}/${encodeURIComponent(id)}/messages?${query}`));
  }

  async ids(query = '', init?: RequestInit): Promise<string[]> {
    return (await this.list(query, init)).data.map(({ id }) => id);
  }

  send(method: string, target: string, body?: object): Promise<Response> {
    if (body === undefined) return fetch(this.server.url + target, { method });
    const headers = { 'content-type': 'application/json' };
    return fetch(this.server.url + target, { method, headers, body: JSON.stringify(body) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.store.close();
  }
}
