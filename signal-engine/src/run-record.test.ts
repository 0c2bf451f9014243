import { PermanentError } from '@heliograph/contracts';
import { type Bucket, createMemoryBus } from '@heliograph/contracts/bus';
import { expect, test } from 'vitest';
import { type Checkpoint, openRun } from './run-record.ts';

const bucket = (): Promise<Bucket> => createMemoryBus().bucket('runs');

const at = (instant: number, status: Checkpoint['status'] = 'running'): Checkpoint => ({
  status,
  instant,
  journalSequence: instant * 10,
  candles: instant,
  signals: 1,
});

test('begins at the beginning', async () => {
  await expect(openRun(await bucket(), 'k')).resolves.toMatchObject({
    pass: 1,
    resumed: { status: 'running', instant: null, journalSequence: 0, candles: 0, signals: 0 },
  });
});

test('goes on where a running pass was saved, and keeps runs apart', async () => {
  const runs = await bucket();
  await (await openRun(runs, 'k')).save(at(7));
  await expect(openRun(runs, 'k')).resolves.toMatchObject({ pass: 1, resumed: at(7) });
  await expect(openRun(runs, 'other')).resolves.toMatchObject({ resumed: { instant: null } });
});

test('begins the next pass after one that ended', async () => {
  const runs = await bucket();
  await (await openRun(runs, 'k')).save(at(7, 'ended'));
  await expect(openRun(runs, 'k')).resolves.toMatchObject({ pass: 2, resumed: { instant: null } });
});

test('never goes back when two engines save the same run', async () => {
  const runs = await bucket();
  const [first, second] = [await openRun(runs, 'k'), await openRun(runs, 'k')];
  await first.save(at(5));
  await second.save(at(3));
  await expect(openRun(runs, 'k')).resolves.toMatchObject({ resumed: at(5) });
  await second.save(at(8));
  await first.save(at(6));
  await expect(openRun(runs, 'k')).resolves.toMatchObject({ resumed: at(8) });
  await first.save(at(9, 'ended'));
  await second.save(at(9));
  await expect(openRun(runs, 'k')).resolves.toMatchObject({ pass: 2 });
  await second.save(at(9, 'ended'));
  await expect(openRun(runs, 'k')).resolves.toMatchObject({ pass: 2 });
});

test('begins one pass when several engines open the same run at once', async () => {
  const runs = await bucket();
  const opened = await Promise.all(Array.from({ length: 5 }, () => openRun(runs, 'k')));
  expect(opened.map(({ pass }) => pass)).toEqual([1, 1, 1, 1, 1]);
});

test('refuses a record that it cannot read', async () => {
  const runs = await bucket();
  await runs.put('k', '{"pass":0}');
  await expect(openRun(runs, 'k')).rejects.toThrow(PermanentError);
  await expect(openRun(runs, 'k')).rejects.toThrow('the record of run k cannot be read');
});
