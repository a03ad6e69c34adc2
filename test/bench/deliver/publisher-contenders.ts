import { createWriteStream } from 'node:fs';
import { completeDelivery, publisherName } from '@nephometer/pipeline-config';
import type { DeliveryOptions } from '@nephometer/plugin';
import { createPublisher, publisherFactoryOf } from '@nephometer/publishers';
import type { Contender } from './contender.ts';
import { createDeliveryContender } from './delivery-contender.ts';
import { createCounting } from './shared-contenders.ts';
import type { Workshop } from './shared-contenders.ts';
import type { Target } from './subject.ts';

/** A publisher as it is delivered to by default; and, if that is from disk, from memory as well; after the counting publisher. */
export async function createPublisherContenders(workshop: Workshop, target: Target): Promise<readonly Contender[]> {
  const contenders = [await createCounting({ ...workshop, queue: 'memory' })];
  for (const url of target.urls) {
    const fitting = publisherFactoryOf(url)?.delivery ?? {};
    const queues = fitting.queue === 'memory' ? (['memory'] as const) : (['memory', 'disk'] as const);
    for (const queue of queues) {
      contenders.push(await createOne({ workshop, target, url, options: completeDelivery({ queue }, fitting) }));
    }
  }
  return contenders;
}

interface One {
  readonly workshop: Workshop;
  readonly target: Target;
  readonly url: string;
  readonly options: DeliveryOptions;
}

function createOne({ workshop, target: { fetchAfterCycle }, url, options }: One): Promise<Contender> {
  const publisher = createPublisher(url, {
    stdout: createWriteStream('/dev/null'),
    telemetrySecret: 'change this for valid signing',
    hostName: 'collector-1',
    compat: 'head',
    warn: () => undefined,
  });
  return createDeliveryContender({
    ...workshop,
    name: shownName(url),
    publisher,
    options,
    ...(fetchAfterCycle !== undefined && { afterCycle: (signal) => fetchAll(fetchAfterCycle, signal) }),
  });
}

/** Scheme and options: where it listens today, and in which directory it is, is nobody's concern. */
export function shownName(url: string): string {
  const [, scheme = '', query = ''] = /^([^:]+):[^?]*(\?.*)?$/.exec(publisherName(url)) ?? [];
  const options = query.split(/[?&]/).filter((option) => /^(json|format|protocol|batch)\b/.test(option));
  return [scheme, ...options].join(' ');
}

async function fetchAll(url: string, signal: AbortSignal): Promise<void> {
  const answer = await fetch(url, { signal });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${answer.status} from ${url}`);
}
