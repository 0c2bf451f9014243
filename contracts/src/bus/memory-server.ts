import { PermanentError } from '../errors.ts';
import type { Bus } from './bus.ts';
import { connectMemoryBus } from './memory-bus.ts';
import type { MemoryServerOptions, MemoryStore } from './memory-store.ts';
import { createMemoryStream, type MemoryStream } from './memory-stream.ts';
import type { StreamName } from './streams.ts';
import { streamList, streamOf } from './subject-match.ts';

/** A message server within the process: what its buses publish is gone with it. */
export interface MemoryServer {
  /** A participant; what it says of waiting counts for itself and the consumers that it is the first to use. */
  connect(options?: Pick<MemoryServerOptions, 'ackWaitMs' | 'drainTimeoutMs'>): Bus;
}

export function createMemoryServer(options: MemoryServerOptions = {}): MemoryServer {
  const complete = {
    ackWaitMs: 5_000,
    maxDeliver: 5,
    partitions: 16,
    drainTimeoutMs: 8_000,
    nowMs: Date.now,
    ...options,
  };
  const streams = new Map(
    streamList.map(({ name }) => [name, createMemoryStream(name, complete.nowMs)]),
  );
  const stream = (name: StreamName): MemoryStream => {
    const found = streams.get(name);
    if (found === undefined) throw new PermanentError('NO_STREAM', `there is no stream ${name}`);
    return found;
  };
  const store: MemoryStore = {
    options: complete,
    stream,
    publish: async (message) => stream(streamOf(message.subject)).store(message),
    consumers: new Map(),
    buckets: new Map(),
    responders: new Set(),
  };
  return { connect: (own) => connectMemoryBus({ ...store, options: { ...complete, ...own } }) };
}

/** A bus with a memory server of its own. */
export function createMemoryBus(options: MemoryServerOptions = {}): Bus {
  return createMemoryServer(options).connect();
}
