import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '@nephometer/test-kit';
import { exampleSettings } from '../example.ts';
import { gnocchiPublisherFactory } from './gnocchi-publisher.ts';

test('A file of definitions that is wrong, or not there, is told when the publisher is made', async () => {
  await using directory = await temporaryDirectory();
  const settings = exampleSettings({ baseDirectory: directory.path });
  await writeFile(join(directory.path, 'wrong.yaml'), 'resources: 1\nresource: 2\n');
  const create = (file: string): unknown =>
    gnocchiPublisherFactory.create(`gnocchi://u:secret@h/?resources_definition_file=${file}`, settings);
  assert.throws(() => create('wrong.yaml'), {
    code: 'bad_file',
    message: new RegExp(
      `^${directory.path}/wrong.yaml:1: resources: .*; ${directory.path}/wrong.yaml:2: .*did you mean "resources"`,
    ),
  });
  assert.throws(() => create('none.yaml'), {
    code: 'bad_file',
    message: /none.yaml cannot be read as resources_definition_file/,
  });
  assert.throws(() => create('.'), { code: 'bad_file', message: /no regular file/ });
  // Whatever else is missing is told with it.
  const url = 'gnocchi://?filter_project=p&resources_definition_file=wrong.yaml';
  assert.throws(() => gnocchiPublisherFactory.create(url, settings), {
    code: 'bad_url',
    message: /asks Keystone where Gnocchi is;.*; filter_project asks Keystone.*wrong\.yaml:1: .*wrong\.yaml:2: /,
  });
});

test('What is odd in a file of definitions is a warning', async () => {
  await using directory = await temporaryDirectory();
  const text = 'resources:\n  - {resource_type: instance, metrics: [cpu, cpu]}\n';
  await writeFile(join(directory.path, 'odd.yaml'), text);
  const warnings: string[] = [];
  const settings = exampleSettings({ baseDirectory: directory.path, warn: (message) => void warnings.push(message) });
  await gnocchiPublisherFactory.create('gnocchi://u:secret@h/?resources_definition_file=odd.yaml', settings).close();
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /odd\.yaml:2: .*the metric "cpu" is defined in line 2, too; the last one counts/);
});

test('A file of definitions may be relative to the configuration, or absolute', async () => {
  await using directory = await temporaryDirectory();
  const settings = exampleSettings({ baseDirectory: directory.path });
  await writeFile(join(directory.path, 'right.yaml'), 'resources: []\n');
  for (const file of ['right.yaml', './right.yaml', join(directory.path, 'right.yaml')]) {
    const url = `gnocchi://u:secret@h/?resources_definition_file=${encodeURIComponent(file)}`;
    await gnocchiPublisherFactory.create(url, settings).close();
  }
});
