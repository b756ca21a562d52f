import { Readable } from 'node:stream';
import fastify from 'fastify';
import { answer, chunks, ROUTE, report } from '../workload.mjs';

const app = fastify();
app.post(ROUTE, (request, reply) => {
  if (!request.body.stream) return reply.send(answer(request.body.messages[0].content));
  return reply.header('content-type', 'text/event-stream').send(Readable.from(chunks()));
});
await app.listen({ port: 0, host: '127.0.0.1' });
report(app.server.address().port);
