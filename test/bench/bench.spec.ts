import assert from 'node:assert/strict';
import { chmod, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually, startProcess, temporaryDirectory } from '@nephometer/test-kit';
import type { ContenderResult, Ratio, ReadingCase } from './read-guests/reading-result.ts';
import type { Spread } from './scenario.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

interface ResultFile {
  readonly scenario: string;
  readonly rounds: number;
  readonly machine: { readonly cpus: number; readonly node: string; readonly libvirt: string };
  readonly cases: readonly ReadingCase[];
}

function assertSpread({ median, q1, q3, min, max }: Spread, what: string): void {
  assert.ok(min > 0 && min <= q1 && q1 <= median && median <= q3 && q3 <= max, what);
}

test('one guest and one round give a result for every contender, as a table and as JSON', async () => {
  await using directory = await temporaryDirectory();
  const output = join(directory.path, 'bench');
  const args = ['reading', '--guests', '1', '--rounds', '1', '--output', output];
  await using bench = await startProcess(process.execPath, [main, ...args], { ownGroup: true });
  assert.deepEqual(await bench.exit, { code: 0, signal: null }, bench.lines('stderr').join('\n'));
  assert.match(bench.lines('stdout').join('\n'), /1 guest, median of 1 round [^]*wall time of inspector \/ virsh: /);

  const result = JSON.parse(await readFile(join(output, 'reading.json'), 'utf8')) as ResultFile;
  assert.equal(result.scenario, 'reading');
  assert.equal(result.rounds, 1);
  assert.ok(result.machine.cpus > 0 && result.machine.node.startsWith('v') && /\d/.test(result.machine.libvirt));
  assert.deepEqual(
    result.cases.map(({ guests }) => guests),
    [1],
  );
  const { contenders = [], ratios = [] } = result.cases[0] ?? {};
  assert.deepEqual(
    contenders.map(({ contender }: ContenderResult) => contender),
    ['inspector', 'virsh', 'C library'],
  );
  for (const { contender, wallMs, guestsSeen, how } of contenders) {
    assertSpread(wallMs, contender);
    assert.equal(guestsSeen, 1, contender);
    assert.notEqual(how, '');
  }
  assert.deepEqual(
    ratios.map(({ of, to }: Ratio) => [of, to]),
    [
      ['inspector', 'virsh'],
      ['inspector', 'C library'],
    ],
  );
  for (const { to, wall } of ratios) assertSpread(wall, to);
});

test('Ctrl-C in the middle ends guests, libvirtd and inspector', async () => {
  await using directory = await temporaryDirectory();
  // Everything of this run can be known by the directory that its files are in.
  // As root, libvirtd runs as somebody else, who must be able to get there.
  await chmod(directory.path, 0o755);
  const env = { TMPDIR: directory.path };
  await using bench = await startProcess(process.execPath, [main, 'reading', '--guests', '2', '--rounds', '1000'], {
    env,
    ownGroup: true,
  });
  await bench.waitForLine((line) => line.includes('measuring'), { from: 'stderr' });
  assert.notDeepEqual(await processesOf(directory.path), []);
  bench.kill('SIGINT');
  assert.deepEqual(await bench.exit, { code: 130, signal: null }, bench.lines('stderr').join('\n'));
  await eventually(async () => assert.deepEqual(await processesOf(directory.path), []));
  assert.deepEqual(await readdir(directory.path), []);
});

/** Command lines of processes that name this directory. */
async function processesOf(directory: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return commands.filter((command) => command.includes(directory)).map((command) => command.replaceAll('\0', ' '));
}
