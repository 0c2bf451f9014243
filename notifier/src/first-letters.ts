import { lastValueFrom, takeWhile, tap } from 'rxjs';
import { MessageDeadLettered } from '@heliograph/contracts';
import type { Bus, StoredMessage } from '@heliograph/contracts/bus';
import { createBoundedMap } from './bounded-map.ts';

/** When several consumers refuse the same stored message, its first dead letter speaks for all. */
export interface FirstLetters {
  /** Whether that letter, stored as `message`, is the first about its message. */
  isFirst(letter: MessageDeadLettered, message: StoredMessage): Promise<boolean>;
}

/** How many letters back a first one is looked for. */
const window = 10_000;

export function createFirstLetters(bus: Pick<Bus, 'read'>): FirstLetters {
  const first = createBoundedMap<string, number>(window);
  let recalled: Promise<void> | undefined;

  const note = (letter: MessageDeadLettered, sequence: number): void => {
    const about = keyOf(letter);
    if (!first.has(about)) first.set(about, sequence);
  };

  /** What was told before this process began. */
  const recall = async (before: number): Promise<void> => {
    const from = { sequence: Math.max(1, before - window) };
    const letters$ = bus.read({ stream: 'DEAD_LETTERS', from }).pipe(
      takeWhile(({ sequence }) => sequence < before),
      tap(({ body, sequence }) => {
        const letter = MessageDeadLettered.safeParse(jsonOf(body));
        if (letter.success) note(letter.data, sequence);
      }),
    );
    await lastValueFrom(letters$, { defaultValue: undefined });
  };

  return {
    async isFirst(letter, { sequence }) {
      recalled ??= recall(sequence).catch((error: unknown) => {
        recalled = undefined;
        throw error;
      });
      await recalled;
      note(letter, sequence);
      return first.get(keyOf(letter)) === sequence;
    },
  };
}

function keyOf({ data }: MessageDeadLettered): string {
  return `${data.stream} ${data.sequence}`;
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
