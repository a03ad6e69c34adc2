/** Guards what the project takes from outside. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

interface LockedPackage {
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

const lock = JSON.parse(await readFile(new URL('../package-lock.json', import.meta.url), 'utf8')) as Lock;

/**
 * Packages with an install script, and why they work without it (`ignore-scripts` in .npmrc): each brings its binary in a
 * package of its own; protobufjs only prints a notice.
 */
const harmless = ['node_modules/@bufbuild/buf', 'node_modules/nx', 'node_modules/protobufjs'];

test('no dependency needs an install script', async () => {
  const withScript = Object.entries(lock.packages).filter(([, { hasInstallScript }]) => hasInstallScript);
  assert.deepEqual(withScript.map(([name]) => name).sort(), harmless);
  assert.match(await readFile(new URL('../.npmrc', import.meta.url), 'utf8'), /^ignore-scripts=true$/m);
});

test('the lock file names no registry', () => {
  const resolved = Object.values(lock.packages).map(({ resolved }) => resolved);
  assert.deepEqual(
    resolved.filter((url) => url !== undefined && /^[a-z+]+:\/\//.test(url)),
    [],
  );
});

test('the lock file has the packages of every platform, or npm ci refuses it', () => {
  const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`node_modules/${name}` in lock.packages) && !(`${path}/node_modules/${name}` in lock.packages),
    ),
  );
  assert.deepEqual(missing, []);
});
