import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '@nephometer/service';
import { observePipeline } from './pipeline-log.ts';

test('an outage of a publisher is two lines, however many batches it lasts', () => {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  const events = observePipeline(createLogger({ name: 'test', destination }));
  const error = new Error('full');
  events.delivered?.({ url: 'a', samples: 1 });
  for (let batch = 0; batch < 3; batch += 1) events.publishFailed?.({ url: 'a', samples: 10, error });
  events.publishFailed?.({ url: 'b', samples: 5, error });
  events.delivered?.({ url: 'a', samples: 1 });
  events.delivered?.({ url: 'a', samples: 1 });
  assert.deepEqual(
    lines.map(({ level, publisher, samples, lost }) => [level, publisher, samples ?? lost]),
    [
      ['error', 'a', 10],
      ['error', 'b', 5],
      ['info', 'a', 30],
    ],
  );
});
