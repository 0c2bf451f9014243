import { TransientError, type PermanentError } from '@heliograph/contracts';
import type { Message } from '../messages/message.ts';

export type SendOutcome =
  /** `messageId`: its number, where it can be changed and answered to. */
  { readonly status: 'sent'; readonly messageId?: number } | SendFailure;

export type SendFailure =
  /** Not now: the same message may be sent again, not before `retryAfterMs` if that is given. */
  | { readonly status: 'failed'; readonly error: TransientError; readonly retryAfterMs?: number }
  /** Nothing gets through until a person mends what the remedy names. */
  | { readonly status: 'blocked'; readonly remedy: string }
  /** This message will never be taken; others may. */
  | { readonly status: 'refused'; readonly error: PermanentError };

/** For sinks whose messages can be changed. */
export interface Editable {
  /** Where its messages are: their numbers mean nothing elsewhere. */
  readonly place: string;
  /** Has the message say that instead, without a sound, when nothing else is to be sent. `gone`: it cannot be changed any more. */
  edit(
    messageId: number,
    message: Message,
    signal: AbortSignal,
  ): Promise<SendOutcome | { readonly status: 'gone' }>;
}

/** A way to reach people. */
export interface Sink {
  /** For the log. */
  readonly name: string;
  /**
   * How many messages may be on their way to it at once. 1 keeps their order even when the notifier is killed; more is
   * for a sink that is faster than the way from the bus and back.
   */
  readonly maxInFlight: number;
  /**
   * It takes its time for each message: those that wait are told together as one, and what is urgent goes past them.
   * Default: false.
   */
  readonly bundles?: boolean;
  /** For people, who want to hear of what is long past as a sum. Default: where it bundles. */
  readonly sumsUp?: boolean;
  /** Then a trade has one message, which changes as the trade goes on. Default: each of its events has its own. */
  readonly editable?: Editable;
  /**
   * Called with one message at a time, and with one that is urgent beside it where it bundles. Once the signal is aborted it gives up: `failed`, whatever became of it.
   */
  send(message: Message, signal: AbortSignal): Promise<SendOutcome>;
}

/** However long somebody asks to be left alone, it is tried again after a day. */
export const longestWaitMs = 86_400_000;

/** The outcome of a message that did not get through, as far as is known. */
export function failed(code: string, message: string): SendFailure & { status: 'failed' } {
  return { status: 'failed', error: new TransientError(code, message) };
}
