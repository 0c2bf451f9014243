/**
 * What time it is, and how much has passed. The clock of a machine is set: by a person, by the network, when a machine goes
 * on that was asleep. So it only says what is a moment in the world; how long something has taken, or is still waited for,
 * follows from one that goes on evenly.
 */
export interface Clock {
  /** The wall clock, epoch ms. */
  nowMs(): number;
  /** Never set. Near the wall clock when the process began; only what lies between two of its readings means something. */
  steadyMs(): number;
}

export type SteadyClock = Pick<Clock, 'steadyMs'>;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  steadyMs: () => performance.timeOrigin + performance.now(),
};
