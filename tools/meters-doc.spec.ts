import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { meterNames } from '@nephometer/pollsters';
import { metersPage } from './meters-doc.ts';

test('docs/meters.md is what the tables say, and making it again changes nothing', async () => {
  const page = await metersPage();
  assert.equal(await readFile(new URL('../docs/meters.md', import.meta.url), 'utf8'), page);
  assert.equal(await metersPage(), page);
});

test('every meter has a line of its own, with the units of its versions and its mark', async () => {
  const lines = (await metersPage()).split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  const named = lines.flatMap(([, meter = '']) => (meter.startsWith('`') ? [meter.slice(1, -1)] : []));
  assert.deepEqual(named, meterNames);
  const cellsOf = (meter: string) => lines.find(([, name]) => name === `\`${meter}\``)?.slice(2, -2);
  assert.deepEqual(cellsOf('memory.swap.in'), ['cumulative', 'MB (19.0.0), MiB (head)', '19.0.0, head']);
  assert.deepEqual(cellsOf('power.state'), ['gauge', '(none)', 'head']);
  assert.deepEqual(cellsOf('cpu'), ['cumulative', 'ns', 'all']);
  assert.match(lines.find(([, name]) => name === '`cpu_util`')?.at(-2) ?? '', /\*\*derived\*\*$/);
});
