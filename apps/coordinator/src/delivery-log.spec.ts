import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '@nephometer/service';
import { observeDeliveries } from './delivery-log.ts';

/** Events that are logged, and the lines. */
function observe(): {
  readonly events: ReturnType<typeof observeDeliveries>;
  readonly lines: Record<string, unknown>[];
} {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { events: observeDeliveries(createLogger({ name: 'test', destination })), lines };
}

test('an outage of a publisher is two lines, however many attempts it lasts', () => {
  const { events, lines } = observe();
  const error = new Error('away');
  events.delivered?.({ publisher: 'a', samples: 1 });
  for (let attempt = 0; attempt < 3; attempt += 1) events.failed?.({ publisher: 'a', samples: 10, error });
  events.failed?.({ publisher: 'b', samples: 5, error });
  events.delivered?.({ publisher: 'a', samples: 1 });
  events.delivered?.({ publisher: 'a', samples: 1 });
  assert.deepEqual(
    lines.map(({ level, publisher, samples, attempts }) => [level, publisher, samples ?? attempts]),
    [
      ['error', 'a', 10],
      ['error', 'b', 5],
      ['info', 'a', 3],
    ],
  );
});

test('refusals are told by reason, at the first one and at ten times as many each time', () => {
  const { events, lines } = observe();
  for (let call = 0; call < 120; call += 1) events.refused?.({ publisher: 'a', samples: 1, reason: 'too old' });
  events.refused?.({ publisher: 'a', samples: 7, reason: 'too large' });
  assert.deepEqual(
    lines.map(({ reason, samples }) => [reason, samples]),
    [
      ['too old', 1],
      ['too old', 10],
      ['too old', 100],
      ['too large', 7],
    ],
  );
});
