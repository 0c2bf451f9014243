import { deadLetterEvent } from '../dead-letter.ts';
import { subjects } from '../subjects.ts';
import type { Bus, Delivery, Outgoing, StoredMessage } from './bus.ts';
import type { InFlight } from './in-flight.ts';

/** How an adapter carries out the answers. Of `ack`, `drop` and `retry` one is called, once. */
export interface Answers {
  ack(): void;
  /** It does not come again, though it was not worked off. */
  drop(): void;
  retry(delayMs: number): void;
  working(): void;
}

const retryAfterFailedRejectMs = 1_000;

/** A delivery whose first answer counts and whose rejection keeps a dead letter before the message goes. */
export function createDelivery(options: {
  message: StoredMessage;
  consumer: string;
  deliveryCount: number;
  pending: number;
  ackWaitMs: number;
  bus: Pick<Bus, 'publish'>;
  /** Keeps account of it until it is answered. */
  inFlight: InFlight;
  answers: Answers;
}): Delivery {
  const { message, consumer, deliveryCount, pending, ackWaitMs, bus, inFlight, answers } = options;
  let answered = false;
  const once = (answer: () => void): void => {
    if (answered) return;
    answered = true;
    inFlight.delete(answers);
    answer();
  };
  inFlight.add(answers);
  return {
    message,
    consumer,
    deliveryCount,
    pending,
    ackWaitMs,
    ack: () => once(() => answers.ack()),
    retry: (delayMs) => once(() => answers.retry(delayMs)),
    working: () => {
      if (!answered) answers.working();
    },
    async reject(error) {
      if (answered) return;
      answered = true;
      try {
        // A dead letter that cannot be worked off makes no further one: that would never end.
        if (message.stream !== 'DEAD_LETTERS')
          await bus.publish(deadLetter({ message, consumer, deliveryCount, error }));
        answers.drop();
      } catch (failure) {
        answers.retry(retryAfterFailedRejectMs);
        throw failure;
      } finally {
        inFlight.delete(answers);
      }
    },
  };
}

/** What is said of a message that was handed out again and again and never answered. */
export function neverAnswered(deliveries: number): string {
  return `delivered ${deliveries} times without an answer: whoever takes it dies or hangs`;
}

function deadLetter(letter: {
  message: StoredMessage;
  consumer: string;
  deliveryCount: number;
  error: string;
}): Outgoing {
  const event = deadLetterEvent({ ...letter, nowMs: Date.now() });
  return {
    subject: subjects.deadLetter(letter.consumer),
    id: event.id,
    body: JSON.stringify(event),
  };
}
