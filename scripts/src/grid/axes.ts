import { UserError } from '@heliograph/contracts';

/** A parameter and the values that are tried, as they are typed. */
export interface Axis {
  readonly name: string;
  readonly values: readonly string[];
}

/** More than that would run for days, and would find chance rather than a rule. */
export const mostCombinations = 100_000;

/**
 * Reads `fast=5,10,20` or `fast=5..50:5` (both ends included, the step 1 if there is none).
 * @throws UserError with exit code 2 that says what was expected
 */
export function readAxes(texts: readonly string[]): Axis[] {
  const axes = texts.map(readAxis);
  for (const [at, { name }] of axes.entries())
    if (axes.findIndex((axis) => axis.name === name) !== at)
      refuse(`found ${name} twice, expected each parameter once`);
  const combinations = axes.reduce((product, { values }) => product * values.length, 1);
  if (combinations > mostCombinations)
    refuse(`found ${combinations} combinations, at most ${mostCombinations} are tried`);
  return axes;
}

function readAxis(text: string): Axis {
  const [, name = '', list = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === '') refuse(`expected name=5,10,20 or name=5..50:5, found ${JSON.stringify(text)}`);
  const [, from, to, step = '1'] = /^(-?[\d.]+)\.\.(-?[\d.]+)(?::([\d.]+))?$/.exec(list) ?? [];
  if (from === undefined && list.includes('..'))
    refuse(`expected a rising range such as 5..50:5, found ${JSON.stringify(text)}`);
  const values =
    from === undefined || to === undefined
      ? list.split(',').map((value) => value.trim())
      : range(text, { from: Number(from), to: Number(to), step: Number(step) });
  if (values.includes('')) refuse(`found an empty value in ${JSON.stringify(text)}`);
  return { name, values: [...new Set(values)] };
}

function range(text: string, { from, to, step }: { from: number; to: number; step: number }) {
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  if (!(step > 0) || !(count >= 1) || count > mostCombinations)
    refuse(`expected a rising range such as 5..50:5, found ${JSON.stringify(text)}`);
  // Counted, for sums of a step such as 0.1 drift.
  return Array.from({ length: count }, (_, at) =>
    String(Number((from + at * step).toPrecision(12))),
  );
}

function refuse(problem: string): never {
  throw new UserError(`--grid: ${problem}`, { exitCode: 2 });
}

/** Every combination, as `name=value` texts, the last axis changing fastest. */
export function combinationsOf(axes: readonly Axis[]): string[][] {
  return axes.reduce<string[][]>(
    (combinations, { name, values }) =>
      combinations.flatMap((texts) => values.map((value) => [...texts, `${name}=${value}`])),
    [[]],
  );
}
