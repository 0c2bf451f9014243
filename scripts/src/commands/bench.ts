import { z } from 'zod';
import { describeMachine, machineLine } from '../bench/machine.ts';
import { measures } from '../bench/measures.ts';
import type { Row } from '../bench/measure.ts';
import { benchTable } from '../bench/report.ts';
import { readEnv } from '../options/env.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { listenForInterrupts } from '../interrupts.ts';
import { readOptions, type Invocation } from '../invocation.ts';

const BenchOptions = z.object({
  quick: z.boolean().default(false),
  strict: z.boolean().default(false),
  seconds: z
    .string()
    .refine((text) => Number(text) > 0, 'expected a number above 0')
    .transform(Number)
    .optional(),
});

const whole = { rounds: 5, seconds: 5, scale: 1 };
/** Enough to see that everything works, too little to believe a figure. */
const quickly = { rounds: 1, seconds: 0.2, scale: 0.02 };
const stopWithinMs = 20_000;

/** How fast it is here, each measure held against a floor that is measured beside it. */
export async function bench(invocation: Invocation): Promise<ExitCode> {
  const { quick, strict, seconds } = readOptions(invocation, BenchOptions);
  const { terminal, json, words } = invocation;
  const env = readEnv();
  const amount = { ...(quick ? quickly : whole), ...(seconds !== undefined && { seconds }) };
  using interrupts = listenForInterrupts({ stopWithinMs, json });
  const interrupted = new AbortController();
  void interrupts.first.then(() => interrupted.abort());

  const machine = await describeMachine(env);
  if (!json) terminal.data(`${machineLine(machine)}\n`);
  const rows: Row[] = [];
  try {
    for (const measure of measures) {
      if (words.length > 0 && !words.includes(measure.name)) continue;
      terminal.note(`measuring ${measure.name} …`);
      const { signal } = interrupted;
      rows.push(...(await measure.run({ env, terminal, signal, ...amount })));
      terminal.endProgress();
    }
  } catch (error) {
    terminal.endProgress();
    if (!interrupted.signal.aborted) throw error;
    return exitCodes.interrupted;
  }
  if (json) terminal.data(JSON.stringify({ machine, quick, ...amount, rows }));
  else terminal.data(benchTable(rows));
  return strict && rows.some(({ met }) => met === false) ? exitCodes.findings : exitCodes.ok;
}
