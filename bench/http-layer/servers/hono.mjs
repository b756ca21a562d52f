import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { stream } from 'hono/streaming';
import { answer, chunks, ROUTE, report } from '../workload.mjs';

const app = new Hono();
app.post(ROUTE, async (context) => {
  const body = await context.req.json();
  if (!body.stream) return context.json(answer(body.messages[0].content));
  context.header('content-type', 'text/event-stream');
  return stream(context, async (out) => {
    for await (const text of chunks()) await out.write(text);
  });
});
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => report(port));
