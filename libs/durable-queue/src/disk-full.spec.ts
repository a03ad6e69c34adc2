import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from './example.ts';

const program = fileURLToPath(new URL('testdata/fill-the-disk.ts', import.meta.url));

// The file system is gone with the process. Root may mount one, and any user as root of a namespace of his own; but a container
// mostly allows neither, and there a small disk is only said to be one.
const namespaces = [['--mount'], ['--mount', '--map-root-user']];
const mounting = 'mount -t tmpfs -o size=48m tmpfs "$0"';

function mayMountIn(namespace: readonly string[], directory: string): boolean {
  return spawnSync('unshare', [...namespace, 'sh', '-c', mounting, directory]).status === 0;
}

test('on a full disk a commit fails whole, the message names the disk, and the queue recovers by itself', (context) => {
  using directory = temporaryDirectory();
  const namespace = namespaces.find((one) => mayMountIn(one, directory.path));
  const script = `${mounting} && exec "$@"`;
  const [command, ...args] =
    namespace === undefined
      ? [process.execPath, program, directory.path, 'pretended']
      : ['unshare', ...namespace, 'sh', '-c', script, directory.path, process.execPath, program, directory.path];
  context.diagnostic(namespace === undefined ? 'a pretended disk' : 'a disk of its own');
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});

test('a disk that is only said to be small is full in the same way, up to the point where writes fail', () => {
  using directory = temporaryDirectory();
  const { status, stderr } = spawnSync(process.execPath, [program, directory.path, 'pretended'], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});
