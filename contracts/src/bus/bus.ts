import type { Observable } from 'rxjs';
import type { StreamName } from './streams.ts';

/** A message to publish. `id` becomes `Nats-Msg-Id`: publishing the same id again within the window stores nothing. */
export interface Outgoing {
  readonly subject: string;
  readonly id: string;
  readonly body: string;
}

/** Where a published message is stored; `duplicate` when an earlier one with its id was found instead. */
export interface Published {
  readonly sequence: number;
  readonly duplicate: boolean;
}

/** A message as it is stored. `subject` is the one it was published on; `sequence` is its place in `stream`. */
export interface StoredMessage {
  readonly stream: StreamName;
  readonly sequence: number;
  readonly subject: string;
  readonly id: string;
  /** When the server stored it, epoch ms. */
  readonly storedTime: number;
  readonly body: string;
}

/** A message that was handed out to one consumer and waits for one of the four answers, of which the first counts. */
export interface Delivery {
  readonly message: StoredMessage;
  /** The consumer it was handed to. */
  readonly consumer: string;
  /** 1 at the first delivery. */
  readonly deliveryCount: number;
  /** How many messages wait behind this one. */
  readonly pending: number;
  /** How long the bus waits for an answer, or to hear that it is still worked on, before it hands it out again. */
  readonly ackWaitMs: number;
  /** The work is done. */
  ack(): void;
  /** Not now: hand it out again after the delay. It does not count towards a dead letter: the message was answered. */
  retry(delayMs: number): void;
  /** Still at it: do not hand it to somebody else. */
  working(): void;
  /** Never: take it away and keep it as a dead letter together with the error. Resolves when the letter is stored. */
  reject(error: string): Promise<void>;
}

export interface CopyOptions {
  /** The durable consumer's name: letters, digits, dash and underscore. */
  readonly consumer: string;
  readonly streams: readonly StreamName[];
  /** How many messages may be out at once, per stream; 1 keeps strict order also over retries. Default 1. */
  readonly maxInFlight?: number;
  /**
   * Where this consumer must go on, by stream: the last sequence that it has kept, 0 for none. Where the server
   * believes that more was acknowledged (the consumer's own store was lost or put back), it is set back to here.
   */
  readonly after?: Partial<Record<StreamName, number>>;
}

export interface QueueOptions {
  /** The queue group's name: all its members share the work. */
  readonly group: string;
}

/** Where to start reading a stream. */
export type ReadFrom = { readonly sequence: number } | { readonly timeMs: number };

export interface ReadOptions {
  readonly stream: StreamName;
  /** Only subjects that match, with the wildcards `*` and `>`. Default: all. */
  readonly subject?: string;
  /** The first message wanted. Default: the oldest. */
  readonly from?: ReadFrom;
  /** Go on with what comes, instead of completing at the end of what is stored now. Default false. */
  readonly follow?: boolean;
}

export type Appended =
  | { readonly status: 'appended'; readonly sequence: number }
  | { readonly status: 'conflict' };

/** How many messages a log takes at once: a NATS server's own limit. */
export const mostAppended = 1_000;

/**
 * An append-only log under one subject prefix whose writers are fenced: who has not read to the end cannot write.
 * Its sequence is the stream sequence of the last message under the prefix, 0 while there is none.
 */
export interface FencedLog {
  /** e.g. `trading.paper`; messages are on `<prefix>.<type>`. */
  readonly prefix: string;
  /** All messages after that sequence, oldest first, up to the end of what is stored now. */
  readAfter(sequence: number): Promise<StoredMessage[]>;
  /** As `readAfter`, then whatever comes. */
  follow(sequence: number): Observable<StoredMessage>;
  /**
   * Appends all messages or none, if the log's last sequence still is `expectedSequence`; `sequence` in the answer is
   * that of the last one appended. When the answer is lost, it finds out by reading what became of it.
   * @throws PermanentError DUPLICATE_ID when a message with one of the ids is stored already, TOO_LARGE when there are
   * more than `mostAppended`
   */
  append(messages: readonly Outgoing[], expectedSequence: number): Promise<Appended>;
}

/** A request that waits for its answer. */
export interface Request {
  readonly subject: string;
  readonly body: string;
  respond(body: string): void;
}

export interface BucketEntry {
  readonly key: string;
  readonly value: string;
  readonly revision: number;
}

/** A small durable key-value state. Keys: letters, digits, dash, underscore, dot, equals and slash. */
export interface Bucket {
  get(key: string): Promise<BucketEntry | undefined>;
  /** Sets it whatever was there; resolves to the new revision. */
  put(key: string, value: string): Promise<number>;
  /** Sets it only if its revision still is `revision` (0: if it does not exist); undefined when it is not. */
  update(key: string, value: string, revision: number): Promise<number | undefined>;
  delete(key: string): Promise<void>;
  entries(): Promise<BucketEntry[]>;
  /** Every current entry, then every change; a deleted key comes with `value: undefined`. */
  watch(): Observable<{ key: string; value: string | undefined; revision: number }>;
}

/**
 * What the services know of the message bus. Two adapters keep it, held to one contract suite: JetStream, and memory
 * for tests and single-process work.
 *
 * Every Observable starts at subscription, holds at most what is in flight, and stops taking at unsubscription.
 * Operations throw a TransientError while the server cannot be reached, and PermanentError BUS_CLOSED after `close`.
 */
export interface Bus extends AsyncDisposable {
  /** Of the server at the time of connecting; undefined where there is none. */
  readonly serverVersion?: string | undefined;
  /** Stores a message in the stream that its subject belongs to. Resolves once it is durable. */
  publish(message: Outgoing): Promise<Published>;
  /** An own copy of every message, from the oldest on, in order per stream: pub/sub for the event. */
  copies(options: CopyOptions): Observable<Delivery>;
  /**
   * Signals for a group of workers: each to one of them, in strict order per venue and symbol, one in flight per
   * partition. A dead worker's signal goes to another after `ackWaitMs`.
   */
  queue(options: QueueOptions): Observable<Delivery>;
  /** The fenced log under a prefix. The prefix decides the stream. */
  log(prefix: string): FencedLog;
  read(options: ReadOptions): Observable<StoredMessage>;
  /** The sequence of the stream's last message, 0 while it is empty. */
  lastSequence(stream: StreamName): Promise<number>;
  /** Tells one storage of the stream from another that was made anew under the same name. */
  streamIdentity(stream: StreamName): Promise<string>;
  /**
   * How many messages that consumer of copies has not yet acknowledged, over its streams.
   * @throws TransientError NO_CONSUMER while there is none of that name
   */
  lag(consumer: string): Promise<number>;
  /** Throws a TransientError with code NO_RESPONDERS or TIMEOUT when nobody answers. */
  request(subject: string, body: string, options?: { timeoutMs?: number }): Promise<string>;
  /** Requests on a subject; services of one `group` share them. */
  requests(subject: string, options?: { group?: string }): Observable<Request>;
  bucket(name: string): Promise<Bucket>;
  /** Lets what is in flight finish, then closes: nothing is left stranded. */
  close(): Promise<void>;
}
