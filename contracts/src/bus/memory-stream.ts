import { randomUUID } from 'node:crypto';
import {
  mostAppended,
  type Appended,
  type Outgoing,
  type Published,
  type StoredMessage,
} from './bus.ts';
import { duplicateId, tooMany } from './bus-errors.ts';
import type { StreamName } from './streams.ts';

/** One stream of a memory server. Messages are never taken away, so sequence n is at index n - 1. */
export interface MemoryStream {
  readonly identity: string;
  readonly messages: readonly StoredMessage[];
  store(message: Outgoing): Published;
  append(prefix: string, messages: readonly Outgoing[], expectedSequence: number): Appended;
  /** Calls back with each message stored from now on, until the returned function is called. */
  onStored(listener: (message: StoredMessage) => void): () => void;
}

export function createMemoryStream(name: StreamName, nowMs: () => number): MemoryStream {
  const messages: StoredMessage[] = [];
  const sequenceOfId = new Map<string, number>();
  const listeners = new Set<(message: StoredMessage) => void>();

  const store = (message: Outgoing): Published => {
    const known = sequenceOfId.get(message.id);
    if (known !== undefined) return { sequence: known, duplicate: true };
    const sequence = messages.length + 1;
    const stored = { ...message, stream: name, sequence, storedTime: nowMs() };
    messages.push(stored);
    sequenceOfId.set(message.id, sequence);
    for (const listener of listeners) listener(stored);
    return { sequence, duplicate: false };
  };

  return {
    identity: `${name} ${randomUUID()}`,
    messages,
    store,
    append(prefix, batch, expectedSequence) {
      if (batch.length > mostAppended) throw tooMany(prefix, batch.length);
      const last = messages.findLast(({ subject }) => subject.startsWith(`${prefix}.`));
      if ((last?.sequence ?? 0) !== expectedSequence) return { status: 'conflict' };
      const ids = new Set(batch.map(({ id }) => id));
      const known = batch.find(({ id }) => sequenceOfId.has(id));
      if (known !== undefined || ids.size < batch.length) throw duplicateId(prefix, known?.id);
      for (const message of batch) store(message);
      return { status: 'appended', sequence: messages.length };
    },
    onStored(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
