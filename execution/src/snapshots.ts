import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Bus } from '@heliograph/contracts/bus';
import type { StreamName } from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';
import { z } from 'zod';
import { pack, unpack } from './plain-data.ts';

/** A folded state, and how much of its log it holds. */
interface Snapshot<State> {
  readonly state: State;
  readonly sequence: number;
  readonly count: number;
  /** What its last entry is known by. */
  readonly last: string;
}

/** Where the folded state of a log is kept, so that its next reader need not begin at its first entry. */
export interface Snapshots<State> {
  /** The last one of this form and this log; undefined when there is none that can be used. */
  load(): Promise<Snapshot<State> | undefined>;
  /** A snapshot is a convenience: what cannot be kept is logged and left. It is of the state at the call. */
  save(snapshot: Snapshot<State>): Promise<void>;
}

const bucketName = 'snapshots';
/** A message of NATS holds a megabyte. */
const maxLength = 900_000;

const Stored = z.object({
  form: z.string(),
  stream: z.string(),
  sequence: z.int().positive(),
  count: z.int().positive(),
  last: z.string(),
  /** JSON, gzip, base64. */
  state: z.string(),
});

/**
 * Snapshots of one log in a bucket. `form` names the shape of the state and the rules of its folding: a snapshot of
 * another form, or of another storage of the stream, is not used.
 */
export function createSnapshots<State>(options: {
  bus: Bus;
  stream: StreamName;
  prefix: string;
  form: string;
  /** Of the state that is read back, checked by `form`. */
  restore: (state: unknown) => State;
  log: Logger;
}): Snapshots<State> {
  const { bus, stream, prefix, form, restore, log } = options;
  const key = prefix.replaceAll('.', '/');
  return {
    async load() {
      try {
        const entry = await (await bus.bucket(bucketName)).get(key);
        if (!entry) return undefined;
        const stored = Stored.parse(JSON.parse(entry.value));
        if (stored.form !== form || stored.stream !== (await bus.streamIdentity(stream)))
          return undefined;
        const json = await promisify(gunzip)(Buffer.from(stored.state, 'base64'));
        const { sequence, count, last } = stored;
        return { sequence, count, last, state: restore(unpack(JSON.parse(json.toString()))) };
      } catch (err) {
        log.warn({ err, log: prefix }, 'the snapshot cannot be used: all of the log is read');
        return undefined;
      }
    },
    async save({ state, sequence, count, last }) {
      // Packed at once, before anything changes the state.
      const json = JSON.stringify(pack(state));
      try {
        const packed = (await promisify(gzip)(json)).toString('base64');
        const value = JSON.stringify({
          form,
          stream: await bus.streamIdentity(stream),
          sequence,
          count,
          last,
          state: packed,
        });
        if (value.length > maxLength) {
          log.warn({ log: prefix, length: value.length }, 'the state is too large for a snapshot');
          return;
        }
        await (await bus.bucket(bucketName)).put(key, value);
      } catch (err) {
        log.warn({ err, log: prefix }, 'no snapshot was kept');
      }
    },
  };
}
