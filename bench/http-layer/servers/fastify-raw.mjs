import fastify from 'fastify';
import { answer, chunks, ROUTE, report } from '../workload.mjs';

/** Fastify's routing and parsing, but streams are written on node's own response (`hijack`). */
const app = fastify();
app.post(ROUTE, async (request, reply) => {
  if (!request.body.stream) return answer(request.body.messages[0].content);
  reply.hijack();
  const response = reply.raw;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for await (const text of chunks()) {
    if (!response.write(text)) await new Promise((resolve) => response.once('drain', resolve));
  }
  response.end();
});
await app.listen({ port: 0, host: '127.0.0.1' });
report(app.server.address().port);
