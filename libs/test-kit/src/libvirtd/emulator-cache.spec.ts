import assert from 'node:assert/strict';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { learntFolder } from './emulator-cache.ts';
import { startLibvirtd } from './start-libvirtd.ts';

async function learnt(directory: string): Promise<ReadonlyMap<string, string>> {
  const folder = learntFolder({ directory });
  const names = await readdir(folder);
  const facts = names.map(async (name) => {
    const path = join(folder, name);
    return [name, `${(await stat(path)).mtimeMs} ${await readFile(path, 'utf8')}`] as const;
  });
  return new Map(await Promise.all(facts));
}

test('what one libvirtd learnt about the emulators, the next one need not ask', async () => {
  {
    await using first = await startLibvirtd();
    await first.virsh('capabilities');
  }
  await using second = await startLibvirtd();
  const before = await learnt(second.directory);
  assert.ok(before.size > 0);
  assert.match(await second.virsh('capabilities'), /<arch name='x86_64'>/);
  assert.deepEqual(await learnt(second.directory), before, 'libvirt has written nothing anew');
});
