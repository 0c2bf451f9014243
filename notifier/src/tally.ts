import type { Bucket, Bus } from '@heliograph/contracts/bus';
import { z } from 'zod';
import { count } from './messages/numbers.ts';
import { line, type Line } from './messages/text.ts';

/** Where something is in the streams, and which consumer has met it: each goes through them at its own pace. */
export interface TallyPlace {
  readonly stream: string;
  readonly sequence: number;
  readonly consumer: string;
}

/** What was counted, by its kind, from one moment to another, epoch ms. */
export interface Counted {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** Counts of what is to be told as a sum. They are kept on the bus, and so outlive the process. */
export interface Tally {
  /** Counts it, once: what comes again from the same place is known. What has no place does not come again. */
  add(kind: string, at: { readonly timeMs: number; readonly place?: TallyPlace }): Promise<void>;
  /** Undefined while there is nothing. */
  read(): Promise<Counted | undefined>;
  /** That was told: what has come since is left. */
  told(counted: Counted): Promise<void>;
}

const Kept = z.object({
  sinceMs: z.number(),
  untilMs: z.number().default(0),
  counts: z.record(z.string(), z.int().positive()),
  /** The last places that were counted, by consumer and stream; sequences, the lowest first. */
  recent: z.record(z.string(), z.array(z.int())).default({}),
});
type Kept = z.infer<typeof Kept>;

const bucketName = 'digests';
const empty: Kept = { sinceMs: 0, untilMs: 0, counts: {}, recent: {} };
/** What was in flight when a process ended may come again behind what it had not begun: more than any consumer holds. */
const mostRecent = 512;

/** @param key its name among those of all routes */
export function openTally(bus: Pick<Bus, 'bucket'>, key: string): Tally {
  /** Changes what is kept, whoever else does. */
  const change = async (bucket: Bucket, by: (kept: Kept) => Kept | undefined): Promise<void> => {
    for (;;) {
      const entry = await bucket.get(key);
      const next = by(entry ? Kept.parse(JSON.parse(entry.value)) : empty);
      if (!next) return;
      const revision = entry?.revision ?? 0;
      if ((await bucket.update(key, JSON.stringify(next), revision)) !== undefined) return;
    }
  };

  return {
    async add(kind, { timeMs, place }) {
      const from = place && `${place.consumer} ${place.stream}`;
      await change(await bus.bucket(bucketName), ({ sinceMs, untilMs, counts, recent }) => {
        const known = (from !== undefined && recent[from]) || [];
        if (place && isKnown(known, place.sequence)) return undefined;
        const isFirst = Object.keys(counts).length === 0;
        return {
          sinceMs: isFirst ? timeMs : Math.min(sinceMs, timeMs),
          untilMs: isFirst ? timeMs : Math.max(untilMs, timeMs),
          counts: { ...counts, [kind]: (counts[kind] ?? 0) + 1 },
          recent:
            place && from !== undefined
              ? { ...recent, [from]: withSequence(known, place.sequence) }
              : recent,
        };
      });
    },
    async read() {
      const entry = await (await bus.bucket(bucketName)).get(key);
      if (!entry) return undefined;
      const { recent: _, ...counted } = Kept.parse(JSON.parse(entry.value));
      return Object.keys(counted.counts).length === 0 ? undefined : counted;
    },
    async told({ counts, untilMs }) {
      await change(await bus.bucket(bucketName), (kept) => ({
        ...kept,
        sinceMs: untilMs,
        counts: Object.fromEntries(
          Object.entries(kept.counts)
            .map(([kind, times]) => [kind, times - (counts[kind] ?? 0)] as const)
            .filter(([, times]) => times > 0),
        ),
      }));
    },
  };
}

function isKnown(recent: readonly number[], sequence: number): boolean {
  const [lowest = 0] = recent;
  return recent.includes(sequence) || (recent.length === mostRecent && sequence < lowest);
}

function withSequence(recent: readonly number[], sequence: number): number[] {
  return [...recent, sequence].toSorted((a, b) => a - b).slice(-mostRecent);
}

/** How many there are of all kinds. */
export function sumOf({ counts }: Counted): number {
  return Object.values(counts).reduce((sum, times) => sum + times, 0);
}

/** A line for each kind, that of which there is most first. */
export function kindLines({ counts }: Counted): Line[] {
  return Object.entries(counts)
    .toSorted(([, a], [, b]) => b - a)
    .map(([kind, times]) => line`${count(times)} × ${kind.replaceAll('_', ' ')}`);
}
