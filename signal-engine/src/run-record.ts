import { PermanentError } from '@heliograph/contracts';
import type { Bucket, BucketEntry } from '@heliograph/contracts/bus';
import { z } from 'zod';

/** How far a run has come. */
const RunRecord = z.object({
  /** 1 for the first time that this feed is played to this strategy. */
  pass: z.int().positive(),
  status: z.enum(['running', 'ended']),
  /** The last instant whose events are all stored, and settled if they have to be; epoch ms, null before the first. */
  instant: z.int().nullable(),
  /** The event of the portfolio's journal that settled the last signal up to then. */
  journalSequence: z.int().nonnegative(),
  /** Of the whole pass, each counted once. */
  candles: z.int().nonnegative(),
  signals: z.int().nonnegative(),
});
type RunRecord = z.infer<typeof RunRecord>;

export type Checkpoint = Omit<RunRecord, 'pass'>;

/** One pass of a run. */
export interface Run {
  readonly pass: number;
  /** Where it goes on. */
  readonly resumed: Checkpoint;
  /** Keeps how far it has come, unless another engine on the same run has come further. */
  save(checkpoint: Checkpoint): Promise<void>;
}

const beginning: Checkpoint = {
  status: 'running',
  instant: null,
  journalSequence: 0,
  candles: 0,
  signals: 0,
};

/** Goes on with the pass that is stored as running under that key, or begins the next one. */
export async function openRun(bucket: Bucket, key: string): Promise<Run> {
  for (;;) {
    const entry = await bucket.get(key);
    const record = entry && readRecord(entry);
    if (entry && record?.status === 'running') return createRun(bucket, entry, record);
    const next = { ...beginning, pass: (record?.pass ?? 0) + 1 };
    const value = JSON.stringify(next);
    const revision = await bucket.update(key, value, entry?.revision ?? 0);
    if (revision !== undefined) return createRun(bucket, { key, value, revision }, next);
  }
}

function createRun(bucket: Bucket, opened: BucketEntry, { pass, ...resumed }: RunRecord): Run {
  const { key } = opened;
  let { revision } = opened;
  return {
    pass,
    resumed,
    async save(checkpoint) {
      for (;;) {
        const saved = await bucket.update(key, JSON.stringify({ pass, ...checkpoint }), revision);
        if (saved !== undefined) {
          revision = saved;
          return;
        }
        const entry = await bucket.get(key);
        revision = entry?.revision ?? 0;
        if (entry && isFurther(readRecord(entry), { pass, ...checkpoint })) return;
      }
    },
  };
}

function isFurther(stored: RunRecord, own: RunRecord): boolean {
  if (stored.pass !== own.pass) return stored.pass > own.pass;
  if (stored.status !== own.status) return stored.status === 'ended';
  return (stored.instant ?? -Infinity) >= (own.instant ?? -Infinity);
}

function readRecord({ key, value }: BucketEntry): RunRecord {
  try {
    return RunRecord.parse(JSON.parse(value));
  } catch (error) {
    throw new PermanentError('INVALID_RUN', `the record of run ${key} cannot be read`, {
      cause: error,
    });
  }
}
