import { createHash } from 'node:crypto';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** These start processes, or wait for an exchange, and take up to half a minute where others take a second. */
const folders = [
  '/scripts/src/commands/',
  '/execution/src/worker/',
  '/execution/src/brokers/ccxt/',
];
const isLong = ({ moduleId }: TestSpecification): boolean =>
  folders.some((folder) => moduleId.includes(folder));

/** How many others come between two of them, which would be in each other's way. */
const between = 2;

/** Any order, which the seed tells, but no long file is left for the end, when there is nothing more to run beside it. */
export class LongFilesEarly extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { seed } = this.ctx.config.sequence;
    const place = ({ moduleId }: TestSpecification): string =>
      createHash('sha1').update(`${seed} ${moduleId}`).digest('hex');
    const shuffled = files.toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
    const long = shuffled.filter(isLong);
    const short = shuffled.filter((file) => !isLong(file));
    const early = long.flatMap((file, at) => [
      file,
      ...short.slice(at * between, (at + 1) * between),
    ]);
    return [...early, ...short.slice(long.length * between)];
  }
}
