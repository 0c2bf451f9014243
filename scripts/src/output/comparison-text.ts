import { Big } from '@heliograph/contracts';
import type { ChangedOutcome, Comparison, MissingTrade } from '../compare/compare-runs.ts';
import { count, minute, money } from './format.ts';
import { formatFacts, formatTable, type Column } from './table.ts';

/** What people call the two. */
export interface Names {
  readonly first: string;
  readonly second: string;
}

const shown = 10;

/** How two runs differ, for people: by how much, in which parts, and why. */
export function comparisonText(comparison: Comparison, names: Names): string {
  const { signals, trades, pnl, finalEquity } = comparison;
  const differ = trades.changed.length + trades.onlyFirst.length + trades.onlySecond.length;
  const instead = ({
    first,
    second,
    difference,
  }: Record<'first' | 'second' | 'difference', string>) =>
    `${money(second)} instead of ${money(first)}: ${signed(difference)}`;
  const facts: [string, string][] = [
    ['Signals', `${count(signals.same)} decided alike, ${count(signals.changed.length)} not`],
    [
      'Trades',
      `${count(trades.same)} equal, ${count(trades.changed.length)} changed, ` +
        `${count(trades.onlyFirst.length)} missing, ${count(trades.onlySecond.length)} more`,
    ],
    ['Result', instead(pnl)],
  ];
  if (differ > 0)
    facts.push(
      ['  changed', signed(pnl.byChanged)],
      ['  missing', signed(pnl.byMissing)],
      ['  more', signed(pnl.byAdditional)],
    );
  if (finalEquity) facts.push(['Final equity', `${instead(finalEquity)}, with what is still held`]);
  const onlyOne = signals.onlyFirst + signals.onlySecond;
  if (onlyOne > 0)
    facts.push([
      'Not in both',
      `${count(signals.onlyFirst)} signals of the first, ${count(signals.onlySecond)} of the second`,
    ]);
  const parts = [`${names.second} against ${names.first}\n${formatFacts(facts)}`];
  if (signals.changed.length > 0) parts.push(formatTable(reasonColumns, reasonsOf(comparison)));
  const largest = largestOf(comparison);
  if (largest.length > 0) parts.push(formatTable(tradeColumns, largest.slice(0, shown)));
  if (largest.length > shown) parts.push(`${count(largest.length - shown)} more: see --json`);
  return parts.join('\n\n');
}

interface Reason {
  readonly first: string;
  readonly second: string;
  readonly count: number;
  readonly example: ChangedOutcome;
}

const reasonColumns: readonly Column<Reason>[] = [
  { title: 'SIGNALS', right: true, text: (reason) => count(reason.count) },
  { title: 'BEFORE', text: ({ first }) => first },
  { title: 'NOW', text: ({ second }) => second },
  { title: 'FOR EXAMPLE', text: ({ example }) => exampleText(example) },
];

function exampleText({ timeMs, symbol, intent, detail }: ChangedOutcome): string {
  return `${minute(timeMs)} ${intent} ${symbol}${detail === undefined ? '' : `: ${detail}`}`;
}

function reasonsOf({ signals }: Comparison): Reason[] {
  const groups = Map.groupBy(signals.changed, ({ first, second }) => `${first} ${second}`);
  return [...groups.values()]
    .flatMap((group) => {
      const [example] = group;
      if (!example) return [];
      return [{ first: example.first, second: example.second, count: group.length, example }];
    })
    .toSorted((a, b) => b.count - a.count);
}

interface Effect {
  readonly timeMs: number;
  readonly symbol: string;
  readonly first: string;
  readonly second: string;
  readonly effect: Big;
  readonly why: string;
}

const tradeColumns: readonly Column<Effect>[] = [
  { title: 'ENTRY', text: ({ timeMs }) => minute(timeMs) },
  { title: 'SYMBOL', text: ({ symbol }) => symbol },
  { title: 'BEFORE', right: true, text: ({ first }) => first },
  { title: 'NOW', right: true, text: ({ second }) => second },
  { title: 'EFFECT', right: true, text: ({ effect }) => signed(effect) },
  { title: 'WHY', text: ({ why }) => why },
];

/** Every trade that differs, the one that weighs most first. */
function largestOf({ trades }: Comparison): Effect[] {
  const { changed, onlyFirst, onlySecond } = trades;
  const effects = [
    ...changed.map(({ first, second, fields }) => ({
      timeMs: first.entryTime,
      symbol: first.symbol,
      first: money(first.pnl),
      second: money(second.pnl),
      effect: new Big(second.pnl).minus(first.pnl),
      why: `other ${fields.filter((field) => field !== 'pnl').join(', ')}`,
    })),
    ...onlyFirst.map(({ trade, instead }: MissingTrade) => ({
      timeMs: trade.entryTime,
      symbol: trade.symbol,
      first: money(trade.pnl),
      second: '',
      effect: new Big('0').minus(trade.pnl),
      why: instead,
    })),
    ...onlySecond.map(({ trade, instead }: MissingTrade) => ({
      timeMs: trade.entryTime,
      symbol: trade.symbol,
      first: '',
      second: money(trade.pnl),
      effect: new Big(trade.pnl),
      why: `before: ${instead}`,
    })),
  ];
  return effects.toSorted((a, b) => b.effect.abs().cmp(a.effect.abs()));
}

function signed(value: string | Big): string {
  const text = money(value);
  return text.startsWith('-') ? text : `+${text}`;
}
