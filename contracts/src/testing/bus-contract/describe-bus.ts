import { describePublishing } from './publishing.ts';
import { describeCopies } from './copies.ts';
import { describeAnswers } from './answers.ts';
import { describeHandleEach } from './handle-each.ts';
import { describeQueueGroup } from './queue-group.ts';
import { describeFencedLog } from './fenced-log.ts';
import { describeReading } from './reading.ts';
import { describeRequests } from './requests.ts';
import { describeBuckets } from './buckets.ts';
import { describeClosing } from './closing.ts';
import { settings, type BusServer, type BusSettings } from './bus-server.ts';

/** What every bus must do, whatever carries it. */
export function describeBus(
  name: string,
  openServer: (settings: BusSettings) => Promise<BusServer>,
): void {
  const open = (): Promise<BusServer> => openServer(settings);
  describePublishing(name, open);
  describeCopies(name, open);
  describeAnswers(name, open);
  describeHandleEach(name, open);
  describeQueueGroup(name, open);
  describeFencedLog(name, open);
  describeReading(name, open);
  describeRequests(name, open);
  describeBuckets(name, open);
  describeClosing(name, open);
}
