import assert from 'node:assert/strict';
import { test } from 'node:test';
import { all, allBut, names, open, read, signal, verdicts } from '../testing/opened-reader.ts';
import { createScriptedDaemon } from '../testing/scripted-daemon.ts';

test('readings at the same time each tell all that a hung domain lets them', async () => {
  const daemon = createScriptedDaemon(...names(3));
  const opened = await open(daemon);
  daemon.set('g2', 'hung');
  await read(opened);
  const readings = await Promise.all([opened.reader.read(all, signal), opened.reader.read(all, signal)]);
  for (const { records } of readings) {
    const hung = records.find(({ domain }) => domain.name === 'g2');
    assert.ok(hung?.params.some(({ name }) => name === 'cpu.time'));
  }
});

test('readings at the same time that meet hung domains take nobody else for hung, who is busy with the other', async () => {
  const daemon = createScriptedDaemon(...names(6));
  const opened = await open(daemon, 16);
  for (const name of ['g2', 'g4']) daemon.set(name, 'hung');
  const hung = allBut(6, { g2: 'MONITOR_HUNG', g4: 'MONITOR_HUNG' });
  for (let round = 0; round < 5; round++) {
    const readings = await Promise.all([0, 1, 2].map(() => opened.reader.read(all, signal)));
    for (const { records } of readings) {
      const seen = verdicts(records);
      for (const name of names(6)) {
        // Who is read by another reading just then may be busy even when asked again.
        if (seen[name] !== 'busy') assert.equal(seen[name], hung[name], name);
      }
    }
  }
  assert.deepEqual(opened.log.toSorted(), ['g2 hung', 'g4 hung']);
});
