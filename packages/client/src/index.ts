export { ChatStream } from './chat-stream.ts';
export { type Chat, Parley } from './client.ts';
export { ParleyCore } from './core.ts';
export * from './errors.ts';
export { tee } from './fork.ts';
export { toReadableStream } from './readable.ts';
export { SseDecoder } from './sse.ts';
export { Stream } from './stream.ts';
