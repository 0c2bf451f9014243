/** The files of a new strategy's folder, by their names. */
export function strategyFiles(
  name: string,
  { nodeTypes }: { readonly nodeTypes: string },
): Readonly<Record<string, string>> {
  return {
    [`${name}.ts`]: strategyFile(name),
    [`${name}.test.ts`]: testFile(name),
    'heliograph.config.ts': configFile(name),
    'package.json': `${JSON.stringify(packageFile(name), undefined, 2)}\n`,
    'tsconfig.json': `${JSON.stringify(typescriptFile(nodeTypes), undefined, 2)}\n`,
    '.gitignore': 'node_modules/\nheliograph-data/\n',
  };
}

function strategyFile(name: string): string {
  return `import { defineStrategy, ema, enterLong, exitLong, exitParams, z } from 'heliograph';

/** Long while the close is above its exponential average: change it into what you have in mind. */
export const strategy = defineStrategy({
  name: '${name}',
  version: '1.0.0',
  // Each with a default; --param length=50 says another one. exitParams are stopBps, targetBps and trailBps.
  params: z.object({ length: z.int().min(2).max(1_000).default(30), ...exitParams }),
  // One for each symbol. It knows the candles that it was given, oldest first, and nothing else.
  create({ length, ...exits }) {
    const average = ema(length);
    let wasAbove: boolean | undefined;
    return {
      onCandle({ close }) {
        const mean = average.push(close);
        if (mean === undefined) return undefined;
        const isAbove = close > mean;
        const crossed = wasAbove !== undefined && isAbove !== wasAbove;
        wasAbove = isAbove;
        if (!crossed) return undefined;
        return isAbove
          ? enterLong(close, exits, { reasons: [\`above the average of \${length}\`] })
          : exitLong({ reasons: [\`below the average of \${length}\`] });
      },
    };
  },
});
`;
}

function testFile(name: string): string {
  return `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { candlesOf, checkLookahead, tryStrategy } from 'heliograph';
import { strategy } from './${name}.ts';

test('enters when the close rises above its average and exits when it falls below', () => {
  const candles = candlesOf([10, 9, 8, 12, 13, 7, 6]);
  const wanted = tryStrategy(strategy.configure({ length: 3 }), candles);
  assert.deepEqual(
    wanted.map((intent) => intent?.intent),
    [undefined, undefined, undefined, 'enter', undefined, 'exit', undefined],
  );
});

test('an entry has the stop that is asked for', () => {
  const candles = candlesOf([10, 9, 8, 12]);
  const wanted = tryStrategy(strategy.configure({ length: 3, stopBps: 500 }), candles);
  assert.deepEqual(wanted.at(-1)?.stopLoss, { price: '11.4' });
});

test('does not look ahead, and decides alike wherever it begins', () => {
  const wave = Array.from({ length: 2_000 }, (_, at) => 100 + 10 * Math.sin(at / 20) + Math.sin(at));
  const report = checkLookahead(strategy.configure({}), candlesOf(wave));
  assert.deepEqual(report.findings, []);
  assert.ok(report.settles);
  assert.ok(report.signals > 10);
});
`;
}

function configFile(name: string): string {
  return `import { defineConfig } from 'heliograph';

// What every command of this folder runs with; a flag says otherwise. \`npx heliograph config\` shows all of it.
export default defineConfig({
  strategy: './${name}.ts',
  // 20,000 minutes of a simulated market: yours are files (\`npx heliograph download\`), or a market such as
  // 'ccxt:binance:BTC/USDT:1m' for start.
  candles: 'simulate:BTC/USDT:1m',
  feed: 'simulate:BTC/USDT:1m',
});
`;
}

function packageFile(name: string): object {
  return {
    name,
    private: true,
    type: 'module',
    scripts: {
      test: 'node --test',
      backtest: 'heliograph backtest',
      watch: 'heliograph backtest --watch',
      start: 'heliograph start',
    },
  };
}

function typescriptFile(nodeTypes: string): object {
  return {
    compilerOptions: {
      target: 'es2024',
      lib: ['esnext'],
      module: 'nodenext',
      typeRoots: [nodeTypes],
      types: ['node'],
      noEmit: true,
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      erasableSyntaxOnly: true,
      verbatimModuleSyntax: true,
      allowImportingTsExtensions: true,
      skipLibCheck: true,
    },
    include: ['*.ts'],
  };
}
