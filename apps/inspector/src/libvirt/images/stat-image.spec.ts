import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '@nephometer/test-kit';
import { deviceNumber, deviceSizeBytes, statImage } from './stat-image.ts';

void test('the size of a file is its length, holes included, and symbolic links are followed', async () => {
  await using directory = await temporaryDirectory();
  const image = join(directory.path, 'image');
  await writeFile(image, 'x');
  await truncate(image, 5_000_000_001);
  await symlink(image, join(directory.path, 'link'));
  const { dev } = await stat(image);
  for (const name of ['image', 'link']) {
    assert.deepEqual(await statImage(join(directory.path, name)), { sizeBytes: 5_000_000_001n, fileSystem: dev });
  }
});

void test('what is no file and no block device has no size', async () => {
  await using directory = await temporaryDirectory();
  assert.equal(await statImage(directory.path), undefined);
  assert.equal(await statImage('/dev/null'), undefined);
  assert.equal(await statImage('package.json'), undefined);
});

void test('what is not there or cannot be named rejects', async () => {
  await assert.rejects(statImage('/no/such/image'), { code: 'ENOENT' });
  await assert.rejects(statImage('/with\0zero'), { code: 'ERR_INVALID_ARG_VALUE' });
});

void test('the block devices of this machine have the size that the kernel tells', async () => {
  const names = await readdir('/dev');
  for (const name of names) {
    const path = join('/dev', name);
    if (
      !(await stat(path).then(
        (found) => found.isBlockDevice(),
        () => false,
      ))
    )
      continue;
    // A device node without a device, as containers have them.
    const sectors = await readFile(join('/sys/class/block', name, 'size'), 'utf8').catch(() => undefined);
    if (sectors !== undefined) assert.equal((await statImage(path))?.sizeBytes, BigInt(sectors) * 512n, path);
  }
});

const numbers = [
  [0x700, '7:0'],
  [0xfd01, '253:1'],
  [0x10305, '259:5'],
  [0x10fd2c, '253:300'],
  [2 ** 44 + 0x100, '4097:0'],
] as const;
for (const [rdev, expected] of numbers) {
  void test(`the device number 0x${rdev.toString(16)} is ${expected}`, () =>
    assert.equal(deviceNumber(rdev), expected));
}

void test('the size of a device is counted in sectors of 512 bytes; one that is not there rejects', async () => {
  await using directory = await temporaryDirectory();
  await mkdir(join(directory.path, '259:5'));
  await writeFile(join(directory.path, '259:5', 'size'), '1953525168\n');
  assert.equal(await deviceSizeBytes(0x10305, directory.path), 1_000_204_886_016n);
  await assert.rejects(deviceSizeBytes(0x10306, directory.path), { code: 'ENOENT' });
});
