import type { Tally } from '../tally.ts';
export type Metrics = Record<string, unknown>;
export function metricsOf(tally: Tally, cash: string): Metrics { return { finalEquity: tally.marked?.equity, cash }; }
export function metricLines(m: Metrics): string[][] { return Object.entries(m).map(([k,v]) => [k, String(v)]); }
