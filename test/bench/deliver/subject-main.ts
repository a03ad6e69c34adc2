import { startQueueWorker } from '@nephometer/durable-queue';
import { createHost } from './host.ts';
import { measureContenders } from './measure-contenders.ts';
import { createPublisherContenders } from './publisher-contenders.ts';
import { createSharedContenders } from './shared-contenders.ts';
import type { SubjectOrder } from './subject.ts';

// One process for each subject: its CPU is all its own, and what fails or hangs in it ends with it.

const order = JSON.parse(process.argv[2] ?? '') as SubjectOrder;
const { target, guests, rounds, directory } = order;
const host = createHost(guests);
const worker = startQueueWorker();
const workshop = { host, worker, directory };
// Deltas and rates need two replies: all that follow have as many samples as this one.
host.cycles(1);
const samplesPerCycle = host.cycles(1)[0]?.length ?? 0;
const { signal } = new AbortController();
const contenders = await (target === 'shared'
  ? createSharedContenders(workshop)
  : createPublisherContenders(workshop, target));
const measured = await measureContenders({ contenders, rounds, samplesPerCycle, signal });
const remarks: string[] = [];
for (const contender of contenders) {
  const remark = await contender.close?.();
  if (remark !== undefined) remarks.push(remark);
}
await worker.close();
process.stdout.write(`${JSON.stringify({ samplesPerCycle, measured, remarks: [...new Set(remarks)] })}\n`);
