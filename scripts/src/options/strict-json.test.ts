import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InstrumentRules, RiskLimits, SymbolName } from '@heliograph/contracts';
import { temporaryFolder } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseStrictly, readJson } from './strict-json.ts';

async function read(text: string): Promise<unknown> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'some.json');
  await writeFile(path, text);
  return await readJson(path, { option: '--some', example: 'limits' });
}

test.for([
  ['', /some\.json: not JSON, expected limits$/],
  ['{"a": 1,}', /some\.json: not JSON at line 1 column 9, expected limits$/],
  ['{\n  "a": 1\n  "b": 2\n}', /some\.json: not JSON at line 3 column 3, expected limits$/],
  ['{"a": secret}', /some\.json: not JSON, expected limits$/],
  ['{"a": 1, "a": 2}', /some\.json: a is there twice: only one of them would count, keep it$/],
] as const)(
  '%j is refused by where it is wrong, and nothing of its values is told',
  async ([text, sentence]) => {
    await expect(read(text)).rejects.toMatchObject({ message: expect.stringMatching(sentence) });
  },
);

const Instruments = z.object({ instruments: z.record(SymbolName, InstrumentRules).optional() });

test.for<[z.ZodType, unknown, string]>([
  [
    RiskLimits,
    { maxPosition: 1 },
    'maxPosition: there is no such setting, did you mean maxPositions?',
  ],
  [RiskLimits, { risk: {} }, 'risk: there is no such setting: expected maxPositions, symbols, '],
  [
    Instruments,
    { instruments: { 'BTC/USDT': { lotsize: '1' } } },
    'instruments.BTC/USDT.lotsize: there is no such setting, did you mean lotSize?',
  ],
  [
    RiskLimits,
    { maxOrderNotional: 100 },
    'maxOrderNotional: expected a decimal number above 0 as text',
  ],
  [RiskLimits, { symbols: ['btc'] }, 'symbols.0: expected a symbol such as BTC/USDT'],
  [RiskLimits, [], 'here: Invalid input: expected object, received array'],
])('what a schema does not take is told with what it would', ([schema, value, sentence]) => {
  expect(() => parseStrictly(schema, value, 'here')).toThrow(sentence);
});
