import type { Bus } from '@heliograph/contracts/bus';
import { createMortality } from './mortality.ts';

/**
 * A bus as a process sees it that is killed at one of its steps: from that operation on nothing is done, answered or
 * delivered any more. `effect` says whether the fatal operation itself still reaches the server.
 */
export function createDyingBus(
  bus: Bus,
  options: { atOperation: number; effect: boolean },
): { bus: Bus; isDead(): boolean; died: Promise<void> } {
  const mortality = createMortality(options);
  return { bus: mortality.bus(bus), isDead: mortality.isDead, died: mortality.died };
}
