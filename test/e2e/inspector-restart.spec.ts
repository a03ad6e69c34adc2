/** What the coordinator does when an inspector goes and comes back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, freePort, temporaryDirectory } from '@nephometer/test-kit';
import { readSamples } from './samples-file.ts';
import { readyLine, startApp, startInspector, writeCoordinatorFiles } from './services.ts';

const simulated = ['--hypervisor', 'simulated'];

/** `polled` of the coordinator's cycle lines after the first `from` ones. */
function cycles(lines: readonly Record<string, unknown>[]): { readonly polled: unknown; readonly samples: unknown }[] {
  return lines.filter(({ msg }) => msg === 'cycle').map(({ polled, samples }) => ({ polled, samples }));
}

test('an inspector killed in mid-cycle and started again is polled again, and the other host never notices', async () => {
  await using steady = await startInspector('--listen', '127.0.0.1:0', ...simulated);
  const port = await freePort();
  const first = await startInspector('--listen', `127.0.0.1:${port}`, ...simulated);
  await using directory = await temporaryDirectory();
  const targets = [steady.target, first.target];
  const config = await writeCoordinatorFiles(directory.path, { targets, intervalS: 1 });
  await using coordinator = await startApp('coordinator', '--config', config);
  const polled = (): unknown[] => cycles(coordinator.jsonLines('stderr')).map((cycle) => cycle.polled);
  await eventually(() =>
    assert.ok(polled().filter((count) => count === 2).length >= 2, 'both hosts were polled twice'),
  );

  // SIGSTOP first: the call of the next cycle is under way, and unanswered, when the inspector is killed.
  first.process.kill('SIGSTOP');
  const before = polled().length;
  await eventually(() => assert.ok(polled().length > before || polled().at(-1) === 1));
  first.process.kill('SIGKILL');
  await first.process.exit;
  await eventually(() => assert.equal(polled().at(-1), 1));

  await using second = await startInspector('--listen', `127.0.0.1:${port}`, ...simulated);
  await eventually(() => assert.equal(polled().at(-1), 2));
  await eventually(() => {
    const messages = coordinator.jsonLines('stderr').map(({ msg, host }) => [msg, host]);
    assert.ok(messages.some(([msg, host]) => msg === 'host cannot be polled' && host === second.target));
    assert.ok(messages.some(([msg, host]) => msg === 'host is polled again' && host === second.target));
    assert.ok(!messages.some(([msg, host]) => msg === 'host cannot be polled' && host === steady.target));
  });

  coordinator.kill('SIGTERM');
  assert.deepEqual(await coordinator.exit, { code: 0, signal: null });
  const counted = cycles(coordinator.jsonLines('stderr')).reduce((sum, { samples }) => sum + Number(samples), 0);
  assert.ok((await readSamples(directory.path)).length >= counted, 'what was polled before the stop was written');
});

test('an inspector that comes up after the coordinator is polled', async () => {
  const port = await freePort();
  await using directory = await temporaryDirectory();
  const config = await writeCoordinatorFiles(directory.path, { targets: [`127.0.0.1:${port}`], intervalS: 1 });
  await using coordinator = await startApp('coordinator', '--config', config);
  await readyLine(coordinator);
  await coordinator.waitForLine((line) => line.includes('host cannot be polled'));
  await using _inspector = await startInspector('--listen', `127.0.0.1:${port}`, ...simulated);
  await coordinator.waitForLine((line) => line.includes('host is polled again'));
});
