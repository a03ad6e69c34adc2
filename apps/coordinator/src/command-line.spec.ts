import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCommandLine } from './command-line.ts';
import type { CommandLine } from './command-line.ts';

/** What the arguments mean, and what was printed where. */
function parse(...argv: string[]): { readonly parsed: CommandLine; readonly stdout: string; readonly stderr: string } {
  let [stdout, stderr] = ['', ''];
  const parsed = parseCommandLine(argv, '1.2.3', {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
  });
  return { parsed, stdout, stderr };
}

test('the file, once and the flags are read', () => {
  assert.deepEqual(parse('--config', 'c.yaml').parsed, { kind: 'run', file: 'c.yaml', once: false, flags: {} });
  assert.deepEqual(parse('-c', 'c.yaml', '--once', '--http', '127.0.0.1:1').parsed, {
    kind: 'run',
    file: 'c.yaml',
    once: true,
    flags: { http: '127.0.0.1:1' },
  });
});

test('help and version are data, and fine', () => {
  const help = parse('--help');
  assert.deepEqual(help.parsed, { kind: 'done', exitCode: 0 });
  assert.match(help.stdout, /--once/);
  assert.equal(parse('--version').stdout, '1.2.3\n');
});

test('what is wrong is said on stderr, with the exit code 2', () => {
  for (const [argv, message] of [
    [[], /--config/],
    [['--config', 'a', '--onse'], /--onse.*\n.*--once/],
    [['--config', 'a', 'stray'], /arguments/],
  ] as const) {
    const { parsed, stdout, stderr } = parse(...argv);
    assert.deepEqual(parsed, { kind: 'done', exitCode: 2 });
    assert.match(stderr, message);
    assert.equal(stdout, '');
  }
});
