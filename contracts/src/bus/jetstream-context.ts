import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import type { InFlight } from './in-flight.ts';
import type { CompleteOptions } from './jetstream-options.ts';

/** What the parts of one JetStream bus share. */
export interface JetStreamContext {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly options: CompleteOptions;
  readonly inFlight: InFlight;
  /** Completes the Observables that are open. */
  readonly stops: Set<() => void>;
  /** Called when the connection is back: what was on its way when it broke is lost. */
  readonly interruptions: Set<() => void>;
  /** Subscriptions that still take in what was on its way. */
  readonly draining: Set<Promise<void>>;
}
