export interface JetStreamBusOptions {
  /** One or more of `nats://host:port`. */
  readonly servers: string | readonly string[];
  /** Who this is, as the server lists it. */
  readonly name: string;
  readonly credentials?: JetStreamCredentials;
  /** How long the first connect may take. Default 5000. */
  readonly connectTimeoutMs?: number;
  /** How long a delivery may go unanswered before it is handed out again. Default 5000. */
  readonly ackWaitMs?: number;
  /** How often a message may be handed out without an answer before it is a dead letter. Default 5. */
  readonly maxDeliver?: number;
  /**
   * Whether missing streams are made, and those that are there are looked at. False for whoever only visits the workers of
   * others: their streams are theirs. Default true.
   */
  readonly provision?: boolean;
  /** How many partitions the signals have, for good: it is fixed when the stream is made. Default 16. */
  readonly partitions?: number;
  /** On how many servers of a cluster each stream is kept. Default 1. */
  readonly replicas?: number;
  /** How long a publish or an append is tried before it fails. Default 10000. */
  readonly patienceMs?: number;
  /** How long closing waits for what is in flight. Default 8000. */
  readonly drainTimeoutMs?: number;
  /** Told, in words, of each way in which a stream that exists differs from its declaration. It is left as it is. */
  readonly onDrift?: (text: string) => void;
  /** Told each time the server is lost, and each time it is there again. */
  readonly onConnection?: (state: 'lost' | 'back') => void;
}

export type JetStreamCredentials =
  | { readonly user: string; readonly password: string }
  | { readonly token: string };

export type CompleteOptions = JetStreamBusOptions & typeof defaults;

const defaults = {
  connectTimeoutMs: 5_000,
  ackWaitMs: 5_000,
  maxDeliver: 5,
  provision: true,
  partitions: 16,
  replicas: 1,
  patienceMs: 10_000,
  drainTimeoutMs: 8_000,
};

export function complete(options: JetStreamBusOptions): CompleteOptions {
  return { ...defaults, ...options };
}
