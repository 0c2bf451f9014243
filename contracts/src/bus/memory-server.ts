import { PermanentError } from '../errors.ts';
import type { Bucket, Bus, Outgoing, Published, Request } from './bus.ts';
import { connectMemoryBus } from './memory-bus.ts';
import type { MemoryConsumer } from './memory-consumer.ts';
import { createMemoryStream, type MemoryStream } from './memory-stream.ts';
import type { StreamName } from './streams.ts';
import { streamList, streamOf } from './subject-match.ts';

export interface MemoryServerOptions {
  /** How long a delivery may go unanswered before it is handed out again. Default 5000. */
  readonly ackWaitMs?: number;
  /** How often a message may be handed out without an answer before it is a dead letter. Default 5. */
  readonly maxDeliver?: number;
  /** How many partitions the signals have. Default 16. */
  readonly partitions?: number;
  /** How long closing a bus waits for what is in flight. Default 8000. */
  readonly drainTimeoutMs?: number;
  /** The clock of `storedTime`. Default: the wall clock. */
  readonly nowMs?: () => number;
}

/** A message server within the process: what its buses publish is gone with it. */
export interface MemoryServer {
  /** A participant; what it says of waiting counts for itself and the consumers that it is the first to use. */
  connect(options?: Pick<MemoryServerOptions, 'ackWaitMs' | 'drainTimeoutMs'>): Bus;
}

/** What the buses of one memory server share. */
export interface MemoryStore {
  readonly options: Required<MemoryServerOptions>;
  stream(name: StreamName): MemoryStream;
  publish(message: Outgoing): Promise<Published>;
  readonly consumers: Map<string, MemoryConsumer>;
  readonly buckets: Map<string, Bucket>;
  readonly responders: Set<Responder>;
}

export interface Responder {
  readonly subject: string;
  readonly group: string | undefined;
  readonly take: (request: Request) => void;
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
