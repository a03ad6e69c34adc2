/** The package as JavaScript, on its own: nothing of this repository beside it, nothing to install. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand, startLibvirtd, temporaryDirectory } from '@nephometer/test-kit';

const project = fileURLToPath(new URL('../tsconfig.build.json', import.meta.url));
const tsc = fileURLToPath(import.meta.resolve('typescript/lib/tsc.js'));

const PROGRAM = `
import { connect } from './index.js';
const connection = await connect({ uri: process.argv[2] });
console.log(connection.daemon, (await connection.listAllDomains()).map(({ name }) => name).join());
await connection.close();
`;

test('built, it runs without any other package', async () => {
  await using directory = await temporaryDirectory();
  await runCommand(process.execPath, [tsc, '-p', project, '--outDir', directory.path]);
  await writeFile(join(directory.path, 'package.json'), '{"type": "module"}');
  await writeFile(join(directory.path, 'program.js'), PROGRAM);
  await using libvirtd = await startLibvirtd();
  const printed = await runCommand(process.execPath, [join(directory.path, 'program.js'), libvirtd.uri('test')]);
  assert.equal(printed, 'libvirtd test\n');
});
