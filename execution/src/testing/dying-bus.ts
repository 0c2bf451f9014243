import type { Bus } from '@heliograph/contracts/bus';
import { createMortal } from './mortal.ts';

/**
 * A bus as a process sees it that is killed at one of its steps: from that operation on nothing is done, answered or
 * delivered any more. `effect` says whether the fatal operation itself still reaches the server.
 */
export function createDyingBus(
  bus: Bus,
  options: { atOperation: number; effect: boolean },
): { bus: Bus; isDead(): boolean; died: Promise<void> } {
  const mortal = createMortal(options);
  return { bus: mortal.bus(bus), isDead: mortal.isDead, died: mortal.died };
}
