import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const library = JSON.stringify(new URL('./index.ts', import.meta.url).href);

interface Program extends AsyncDisposable {
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the program has written this to its output. */
  wrote(text: string): Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
  closeOutput(): void;
}

/** Runs a `main` in a process of its own; `body` is what stands in the function. */
function run(body: string, { settings = '{}', argv = [] as readonly string[] } = {}): Program {
  const script = `
    import { ConfigError, runMain } from ${library};
    await runMain(async ({ signal, argv, env, stdout, stderr }) => { ${body} }, ${settings});`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, '--', 'main.ts', ...argv], {
    env: { ...process.env, NEPHOMETER_HOST: 'compute-1' },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const closed = once(child, 'close') as Promise<[number | null]>;
  return {
    kill: (signal) => void child.kill(signal),
    wrote: async (text) => {
      while (!stdout.includes(text)) await once(child.stdout, 'data');
    },
    ended: closed.then(([code]) => ({ code, stdout, stderr })),
    closeOutput: () => child.stdout.destroy(),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
}

const untilStopped = `
  stdout.write('up');
  await new Promise((resolve) => { const timer = setTimeout(() => {}, 1e6); signal.onabort = () => { clearTimeout(timer); resolve(); }; });`;
const forEver = `stdout.write('up'); await new Promise(() => setTimeout(() => {}, 1e6));`;

test('the exit code is what main resolves with, and main gets arguments, environment and streams', async () => {
  await using program = run('stdout.write(argv.join() + env.NEPHOMETER_HOST); stderr.write("log"); return 7;', {
    argv: ['--once', 'x'],
  });
  assert.deepEqual(await program.ended, { code: 7, stdout: '--once,xcompute-1', stderr: 'log' });
});

test('a long output is written to its end', async () => {
  await using program = run('stdout.write("x".repeat(1e6)); return 0;');
  assert.equal((await program.ended).stdout.length, 1e6);
});

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  test(`${name} aborts the signal, and main may end in order`, async () => {
    await using program = run(`${untilStopped} stdout.write('; ' + signal.reason.message); return 0;`);
    await program.wrote('up');
    program.kill(name);
    assert.deepEqual(await program.ended, { code: 0, stdout: `up; stopped by ${name}`, stderr: '' });
  });
}

test('a main that rejects with the reason of the signal exits as a stopped process does', async () => {
  await using program = run(`${untilStopped} throw signal.reason;`);
  await program.wrote('up');
  program.kill('SIGTERM');
  assert.deepEqual(await program.ended, { code: 143, stdout: 'up', stderr: '' });
});

test('a second signal ends the process at once', async () => {
  await using program = run(`${untilStopped} stdout.write('stopping'); ${forEver}`);
  await program.wrote('up');
  program.kill('SIGINT');
  await program.wrote('stopping');
  program.kill('SIGTERM');
  assert.equal((await program.ended).code, 143);
});

test('a signal that comes twice within a moment is one', async () => {
  await using program = run(
    `${untilStopped} process.kill(process.pid, 'SIGINT'); await new Promise((resolve) => process.once('SIGINT', resolve)); return 0;`,
  );
  await program.wrote('up');
  program.kill('SIGINT');
  assert.equal((await program.ended).code, 0);
});

test('the end of the grace period ends the process', async () => {
  await using program = run(forEver, { settings: '{ graceMs: 10 }' });
  await program.wrote('up');
  program.kill('SIGTERM');
  assert.deepEqual(await program.ended, {
    code: 1,
    stdout: 'up',
    stderr: 'not stopped within 10 ms, ended by force\n',
  });
});

test('what main leaves open is closed by force after the grace period, and named', async () => {
  await using program = run('setTimeout(() => {}, 1e6); return 3;', { settings: '{ graceMs: 10 }' });
  const { code, stderr } = await program.ended;
  assert.equal(code, 3);
  assert.match(stderr, /^still open after the end, closed by force: .*Timeout/);
});

test('a ConfigError is one line per problem and exit code 2', async () => {
  await using program = run(`throw new ConfigError([
    { file: 'a.yaml', line: 3, path: 'listen', message: 'no port' },
    { file: '--http', path: '', message: 'no host' },
  ]);`);
  assert.deepEqual(await program.ended, {
    code: 2,
    stdout: '',
    stderr: 'a.yaml:3: listen: no port\n--http: no host\n',
  });
});

test('any other error is its message with its causes and exit code 1', async () => {
  await using program = run(`throw new Error('cannot start', { cause: new Error('no socket') });`);
  assert.deepEqual(await program.ended, { code: 1, stdout: '', stderr: 'cannot start: no socket\n' });
});

for (const [what, statement] of [
  ['an unhandled rejection', `void Promise.reject(new Error('lost'));`],
  ['an uncaught exception', `setTimeout(() => { throw new Error('lost'); });`],
] as const) {
  test(`${what} is written with its stack and ends the process`, async () => {
    await using program = run(`${statement} ${forEver}`);
    const { code, stderr } = await program.ended;
    assert.equal(code, 1);
    assert.match(stderr, /^Error: lost\n +at /);
  });
}

test('a reader that goes away stops the program without an error', async () => {
  await using program = run(`
    while (!signal.aborted) {
      stdout.write('up');
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return 0;`);
  await program.wrote('up');
  program.closeOutput();
  const { code, stderr } = await program.ended;
  assert.deepEqual([code, stderr], [0, '']);
});

/** A pipe with a name that nobody writes to: opening it keeps a thread of the program for ever, as a dead file server does. */
async function createFifo(): Promise<{ readonly path: string } & AsyncDisposable> {
  const directory = await mkdtemp(join(tmpdir(), 'nephometer-fifo-'));
  const path = join(directory, 'fifo');
  execFileSync('mkfifo', [path]);
  return { path, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) };
}

/** Without what these tests are about, the program never ends. */
const limited = { timeout: 60_000 };
const byCallback = `(await import('node:fs')).open(argv[0], () => {});`;
const byPromise = `void (await import('node:fs/promises')).open(argv[0]);`;
const notWaiting = (request: string): string =>
  `ended without waiting for calls that have not returned (${request}); is a network file system or the name server down?\n`;

for (const [opened, request] of [
  [byCallback, 'FSReqCallback'],
  [byPromise, 'FSReqPromise'],
] as const) {
  test(`a file that never opens (${request}) does not hold up the end of the grace period`, limited, async () => {
    await using fifo = await createFifo();
    await using program = run(`${opened} ${forEver}`, { settings: '{ graceMs: 10 }', argv: [fifo.path] });
    await program.wrote('up');
    program.kill('SIGTERM');
    assert.deepEqual(await program.ended, {
      code: 1,
      stdout: 'up',
      stderr: `not stopped within 10 ms, ended by force\n${notWaiting(request)}`,
    });
  });

  test(
    `a file that never opens (${request}) does not hold up a program that is done, and its exit code stands`,
    limited,
    async () => {
      await using fifo = await createFifo();
      await using program = run(`${opened} return 3;`, { settings: '{ graceMs: 10 }', argv: [fifo.path] });
      const { code, stderr } = await program.ended;
      assert.equal(code, 3);
      const [first = '', second = ''] = stderr.split(/(?<=\n)/);
      assert.match(first, new RegExp(`^still open after the end, closed by force: .*${request}`));
      assert.equal(second, notWaiting(request));
    },
  );
}

test('a file that never opens does not hold up a second signal', limited, async () => {
  await using fifo = await createFifo();
  await using program = run(`${byCallback} ${untilStopped} stdout.write('stopping'); ${forEver}`, {
    argv: [fifo.path],
  });
  await program.wrote('up');
  program.kill('SIGTERM');
  await program.wrote('stopping');
  program.kill('SIGINT');
  assert.deepEqual(await program.ended, { code: 130, stdout: 'upstoppingup', stderr: notWaiting('FSReqCallback') });
});

test('a file that never opens does not hold up the end by an uncaught exception', limited, async () => {
  await using fifo = await createFifo();
  await using program = run(`${byCallback} setTimeout(() => { throw new Error('lost'); }); ${forEver}`, {
    argv: [fifo.path],
  });
  const { code, stderr } = await program.ended;
  assert.equal(code, 1);
  assert.match(stderr, /^Error: lost\n/);
});

test('what others write at the exit is written before the process is replaced', async () => {
  await using fifo = await createFifo();
  await using program = run(
    `${byCallback} process.on('exit', (code) => stdout.write('; exit ' + code)); stdout.write('up'); return 3;`,
    { settings: '{ graceMs: 10 }', argv: [fifo.path] },
  );
  assert.deepEqual((await program.ended).stdout, 'up; exit 3');
});

test('what main leaves open after a request to stop is closed by force as well', async () => {
  await using program = run(`${untilStopped} setTimeout(() => {}, 1e6); return 0;`, { settings: '{ graceMs: 10 }' });
  await program.wrote('up');
  program.kill('SIGTERM');
  const { code, stderr } = await program.ended;
  assert.equal(code, 0);
  assert.match(stderr, /^still open after the end, closed by force: /);
});
