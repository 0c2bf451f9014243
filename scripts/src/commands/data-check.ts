import { UserError } from '@heliograph/contracts';
import {
  candleFilesIn,
  checkCandleFile,
  findingKinds,
  instrumentOfFile,
  type CandleCheck,
} from '@heliograph/signal-engine';
import { z } from 'zod';
import { exitCodes, type ExitCode } from '../exit.ts';
import { feedOverrides } from '../options/feed-options.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { count, minute } from '../output/format.ts';
import { stoppable } from '../stoppable.ts';

const DataCheckOptions = z.object({
  limit: z
    .string()
    .regex(/^\d{1,6}$/, 'expected how many findings of each kind are told')
    .transform(Number),
  maxJump: z
    .string()
    .regex(/^\d+(\.\d+)?%$/, 'expected a change such as 20%')
    .transform((text) => Number(text.slice(0, -1)) / 100),
  ignore: z
    .array(z.string())
    .default([])
    .transform((texts) => texts.flatMap((text) => text.split(',')))
    .pipe(z.array(z.enum(findingKinds, `expected some of ${findingKinds.join(', ')}`))),
});

interface CheckedFile extends CandleCheck {
  readonly file: string;
}

/** Reads candle files and tells what is wrong with them: exit 3 where anything is. */
export function dataCheck(invocation: Invocation): Promise<ExitCode> {
  const { limit, maxJump, ignore } = readOptions(invocation, DataCheckOptions);
  const { words, terminal, json } = invocation;
  if (words.length === 0)
    throw new UserError('name a candle file, or a folder of them', { exitCode: 2 });
  return stoppable(invocation, async (step) => {
    const overrides = feedOverrides(invocation);
    const files = (await Promise.all(words.map(candleFilesIn))).flat();
    const checked: CheckedFile[] = [];
    for (const [at, file] of files.entries()) {
      step();
      terminal.progress(`${file}, ${at + 1} of ${files.length}`);
      const instrument = instrumentOfFile(file, overrides);
      const limits = { maxJumpRatio: maxJump, limit, nowMs: Date.now(), ignored: ignore };
      const check = { file, ...(await checkCandleFile(file, { instrument, ...limits })) };
      checked.push(check);
      if (!json) terminal.data(textOf(check));
    }
    if (json) terminal.data(JSON.stringify({ files: checked }));
    return checked.every((check) => totalOf(check) === 0) ? exitCodes.ok : exitCodes.findings;
  });
}

function textOf(check: CheckedFile): string {
  const { file, candles, from, to, missing, withoutVolume, counts, findings } = check;
  const period = from === undefined || to === undefined ? '' : `, ${minute(from)} to ${minute(to)}`;
  const volumes = withoutVolume === 0 ? '' : `, ${count(withoutVolume)} without volume`;
  const head = `${file}: ${count(candles)} candles${period}${volumes}`;
  if (totalOf(check) === 0) return `${head}\n  nothing is wrong`;
  const kinds = findingKinds.flatMap((kind) => {
    if (counts[kind] === 0) return [];
    const lines = findings.filter((finding) => finding.kind === kind);
    const more = counts[kind] - lines.length;
    const lost = kind === 'gap' ? `, ${count(missing)} candles missing` : '';
    return [
      `  ${kind}: ${count(counts[kind])}${lost}`,
      ...lines.map(({ line, text }) => `    ${line === undefined ? '' : `line ${line}: `}${text}`),
      ...(more > 0 ? [`    and ${count(more)} more: --limit shows them`] : []),
    ];
  });
  return [head, ...kinds].join('\n');
}

function totalOf({ counts }: CandleCheck): number {
  return findingKinds.reduce((sum, kind) => sum + counts[kind], 0);
}
