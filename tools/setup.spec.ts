/** What the set-up does in a checkout of its own, with an npm that only says what it was asked. */
import assert from 'node:assert/strict';
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually, startProcess, temporaryDirectory } from '@nephometer/test-kit';
import type { TestProcess } from '@nephometer/test-kit';

const script = fileURLToPath(new URL('./setup.sh', import.meta.url));

/** Waits for the file `go`, if it is told to. */
const NPM = `#!/bin/sh
echo "$1" >>asked
until [ -e go ]; do sleep 0.05; done
mkdir -p node_modules
`;

interface Checkout extends AsyncDisposable {
  readonly path: string;
  setUp(): Promise<TestProcess>;
  /** What npm was asked to do so far. */
  asked(): Promise<string[]>;
}

async function createCheckout(): Promise<Checkout> {
  const directory = await temporaryDirectory();
  const { path } = directory;
  for (const name of ['tools', 'bin']) await mkdir(join(path, name));
  await copyFile(script, join(path, 'tools/setup.sh'));
  await writeFile(join(path, 'package-lock.json'), '{}\n');
  await writeFile(join(path, 'bin/npm'), NPM);
  await chmod(join(path, 'bin/npm'), 0o755);
  const env = { PATH: `${path}/bin:${process.env['PATH'] ?? ''}` };
  return {
    path,
    setUp: () => startProcess('sh', ['tools/setup.sh', 'npm'], { cwd: path, env }),
    asked: async () => (await readFile(join(path, 'asked'), 'utf8')).trim().split('\n'),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

test('packages are installed once, and again only after the lock file has changed', async () => {
  await using checkout = await createCheckout();
  await writeFile(join(checkout.path, 'go'), '');
  for (const [lockFile, asked] of [
    ['{}\n', ['ci']],
    ['{}\n', ['ci']],
    ['{ }\n', ['ci', 'ci']],
  ] as const) {
    await writeFile(join(checkout.path, 'package-lock.json'), lockFile);
    await using setUp = await checkout.setUp();
    assert.equal((await setUp.exit).code, 0, setUp.lines('stderr').join('\n'));
    assert.deepEqual(await checkout.asked(), asked);
  }
});

test('a set-up waits for another one, and finds everything done', async () => {
  await using checkout = await createCheckout();
  await using first = await checkout.setUp();
  await eventually(async () => assert.deepEqual(await checkout.asked(), ['ci']));
  await using second = await checkout.setUp();
  await second.waitForLine((line) => line.includes('waiting for another set-up'));
  await writeFile(join(checkout.path, 'go'), '');
  assert.deepEqual([(await first.exit).code, (await second.exit).code], [0, 0]);
  assert.deepEqual(await checkout.asked(), ['ci']);
});

test('a set-up that was killed does not stop the next one', async () => {
  await using checkout = await createCheckout();
  {
    await using killed = await checkout.setUp();
    await eventually(async () => assert.deepEqual(await checkout.asked(), ['ci']));
    killed.kill('SIGKILL');
    await killed.exit;
  }
  await writeFile(join(checkout.path, 'go'), '');
  await using next = await checkout.setUp();
  assert.equal((await next.exit).code, 0, next.lines('stderr').join('\n'));
});
