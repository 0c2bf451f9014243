import { setFlagsFromString } from 'node:v8';

/**
 * For a process that stays up with everything in it. Under load V8 takes several times what is alive and keeps it: it
 * lets the space for new objects grow, and collects the old ones when they have quadrupled. Here new objects keep the
 * space that they have, and old ones are collected when there are half as many again. To be called before the load: a
 * space that has grown stays.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=50');
}
