import type { SimulatedRunJson } from '../output/simulated-run.ts';

/** A run with whatever else explains it. */
export interface ReportedRun extends SimulatedRunJson {
  readonly strategy?: ReportedStrategy | undefined;
}

interface ReportedStrategy {
  readonly name: string;
  readonly version: string;
  readonly params: unknown;
}
