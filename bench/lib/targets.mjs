import { startServer, waitUntilReady } from './server-process.mjs';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The flags that say what is measured; each benchmark adds its own. */
export const TARGET_FLAGS = {
  model: { type: 'string', default: 'models/parley-tiny-q8_0.gguf' },
  parley: { type: 'boolean', default: true },
  'parley-args': { type: 'string', default: '' },
  'llama-server': { type: 'string' },
  'llama-server-args': { type: 'string', default: '' },
  url: { type: 'string', multiple: true, default: [] },
  threads: { type: 'string', default: '1' },
  slots: { type: 'string', default: '16' },
  context: { type: 'string', default: '512' },
  json: { type: 'string' },
  help: { type: 'boolean', default: false },
};

export const TARGET_USAGE = `  --model FILE.gguf          for the servers that are started [models/parley-tiny-q8_0.gguf]
  --no-parley                do not start Parley
  --parley-args "..."        more arguments for it
  --llama-server PATH        start this llama-server too
  --llama-server-args "..."  more arguments for it
  --url NAME=URL[#PID]       measure a running server on loopback; with its process id also its CPU time; repeatable
  --threads N --slots N --context N   for the servers that are started; context is tokens a slot [1, 16, 512]
  --json FILE                write the figures there`;

const words = (text) => text.split(' ').filter((word) => word !== '');

/** What to start, in the order of the output: the ratios are to the first. */
export function startable(values) {
  const options = {
    model: values.model,
    threads: Number(values.threads),
    slots: Number(values.slots),
    context: Number(values.context),
  };
  const found = [];
  if (values.parley)
    found.push({
      name: 'parley',
      kind: 'parley',
      options: { ...options, extra: words(values['parley-args']) },
    });
  if (values['llama-server'] !== undefined) {
    const more = { binary: values['llama-server'], extra: words(values['llama-server-args']) };
    found.push({ name: 'llama-server', kind: 'llama-server', options: { ...options, ...more } });
  }
  return found;
}

function parseUrl(text) {
  const match = /^([^=]+)=(http:\/\/[^#]+?)\/?(?:#(\d+))?$/.exec(text);
  if (match === null) throw new Error(`--url is NAME=URL or NAME=URL#PID, not ${text}`);
  const [, name, url, pid] = match;
  if (!LOOPBACK.has(new URL(url).hostname)) throw new Error(`${url} is not on loopback`);
  return { name, url, pid: pid === undefined ? undefined : Number(pid), stop: async () => undefined };
}

/** Adds what requests need. */
async function open(server) {
  const response = await fetch(`${server.url}/v1/models`);
  const list = await response.json();
  return { ...server, address: new URL(server.url), model: list.data[0].id };
}

/** Starts and opens all targets; when one fails, the others are stopped. */
export async function openTargets(values) {
  const servers = [];
  const stopAll = () => Promise.all(servers.map((server) => server.stop()));
  try {
    for (const { name, kind, options } of startable(values)) {
      const server = await startServer(kind, options);
      servers.push({ name, ...server });
      await waitUntilReady(server);
    }
    servers.push(...values.url.map(parseUrl));
    if (servers.length === 0)
      throw new Error('nothing to measure: give --url or --llama-server, or leave out --no-parley');
    return { targets: await Promise.all(servers.map(open)), stopAll };
  } catch (error) {
    await stopAll();
    throw error;
  }
}
