import { createServer } from 'node:http';
import { answer, chunks, ROUTE, report } from '../workload.mjs';

function readJson(request) {
  return new Promise((resolve, reject) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      try {
        resolve(JSON.parse(Buffer.concat(parts).toString('utf8')));
      } catch (error) {
        reject(error);
      }
    });
    request.on('error', reject);
  });
}

async function stream(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for await (const text of chunks()) {
    if (!response.write(text)) await new Promise((resolve) => response.once('drain', resolve));
  }
  response.end();
}

const routes = new Map([[`POST ${ROUTE}`, true]]);
const server = createServer(async (request, response) => {
  const path = request.url.split('?', 1)[0];
  if (!routes.has(`${request.method} ${path}`)) return response.writeHead(404).end();
  try {
    const body = await readJson(request);
    if (body.stream) return await stream(response);
    const text = JSON.stringify(answer(body.messages[0].content));
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
  } catch {
    response.writeHead(400).end();
  }
});
server.listen(0, '127.0.0.1', () => report(server.address().port));
