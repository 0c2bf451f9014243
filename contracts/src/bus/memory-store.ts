import type { Bucket, Outgoing, Published, Request } from './bus.ts';
import type { MemoryConsumer } from './memory-consumer.ts';
import type { MemoryStream } from './memory-stream.ts';
import type { StreamName } from './streams.ts';

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
