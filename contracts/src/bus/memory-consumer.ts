import type { Bus, Delivery, StoredMessage } from './bus.ts';
import { createDelivery, neverAnswered } from './delivery.ts';
import type { InFlight } from './in-flight.ts';
import type { MemoryStream } from './memory-stream.ts';

/** A durable cursor over one stream, shared by the members that are attached to it. */
export interface MemoryConsumer {
  /** Takes part until the returned function is called. */
  attach(member: MemoryMember): () => void;
  /** Goes on after that sequence, if it has gone further. */
  rewind(sequence: number): void;
  lag(): number;
}

interface MemoryMember {
  readonly emit: (delivery: Delivery) => void;
  readonly maxInFlight: number;
  readonly inFlight: InFlight;
}

interface Out {
  readonly message: StoredMessage;
  deliveryCount: number;
  /** Deliveries that ended without an answer. */
  unanswered: number;
  timer?: NodeJS.Timeout;
}

export function createMemoryConsumer(options: {
  name: string;
  stream: MemoryStream;
  accepts: (message: StoredMessage) => boolean;
  ackWaitMs: number;
  maxDeliver: number;
  bus: Pick<Bus, 'publish'>;
}): MemoryConsumer {
  const { name, stream, accepts, ackWaitMs, maxDeliver, bus } = options;
  const members: MemoryMember[] = [];
  let out = new Map<number, Out>();
  let due: Out[] = [];
  let position = 0;
  let waiting = stream.messages.filter(accepts).length;
  let scheduled = false;

  // Never inside the call that stores or answers: nobody is handed a message in the middle of his own work.
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      for (let next = take(); next !== undefined; next = take()) hand(next);
    });
  };

  const take = (): Out | undefined => {
    if (members.length === 0) return undefined;
    due = due.filter((item) => out.get(item.message.sequence) === item);
    const again = due.shift();
    if (again !== undefined) return again;
    if (out.size >= Math.max(...members.map(({ maxInFlight }) => maxInFlight))) return undefined;
    while (position < stream.messages.length) {
      const message = stream.messages[position++];
      if (message === undefined || !accepts(message)) continue;
      waiting--;
      const fresh: Out = { message, deliveryCount: 0, unanswered: 0 };
      out.set(message.sequence, fresh);
      return fresh;
    }
    return undefined;
  };

  const hand = (item: Out): void => {
    const member = members.shift();
    if (member === undefined) return;
    members.push(member);
    item.deliveryCount++;
    const { sequence } = item.message;
    const current = (): boolean => out.get(sequence) === item;
    const comeAgain = (delayMs: number, then?: () => void): void => {
      clearTimeout(item.timer);
      item.timer = setTimeout(() => {
        if (!current()) return;
        then?.();
        due.push(item);
        schedule();
      }, delayMs).unref();
    };
    const waitForAnswer = (): void => comeAgain(ackWaitMs, () => item.unanswered++);
    const remove = (): void => {
      clearTimeout(item.timer);
      if (current()) out.delete(sequence);
      schedule();
    };
    const delivery = createDelivery({
      message: item.message,
      consumer: name,
      deliveryCount: item.deliveryCount,
      pending: waiting,
      ackWaitMs,
      bus,
      inFlight: member.inFlight,
      answers: {
        ack: remove,
        drop: remove,
        retry: (delayMs) => {
          if (current()) comeAgain(delayMs);
        },
        working: () => {
          if (current()) waitForAnswer();
        },
      },
    });
    waitForAnswer();
    if (item.unanswered >= maxDeliver) void delivery.reject(neverAnswered(item.unanswered));
    else member.emit(delivery);
  };

  stream.onStored((message) => {
    if (accepts(message)) waiting++;
    schedule();
  });
  return {
    attach(member) {
      members.push(member);
      schedule();
      return () => void members.splice(members.indexOf(member), 1);
    },
    rewind(sequence) {
      const start = sequence > stream.messages.length ? 0 : sequence;
      const oldestOut = Math.min(...out.keys(), position + 1);
      if (oldestOut - 1 <= start) return;
      for (const { timer } of out.values()) clearTimeout(timer);
      out = new Map();
      due = [];
      position = start;
      waiting = stream.messages.slice(start).filter(accepts).length;
    },
    lag: () => out.size + waiting,
  };
}
