import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { temporaryDirectory } from '@nephometer/test-kit';
import { validate } from '../validate/validate.ts';
import { hypervisorOffers } from './choose-hypervisor.ts';
import type { Offer } from './choose-hypervisor.ts';
import { writeConfig } from './write-config.ts';

test('the generated files are ones that validate finds nothing in', async () => {
  await using directory = await temporaryDirectory();
  const { signal } = new AbortController();
  const offers = hypervisorOffers({ choice: 'simulated', simulatedInstances: 3, signal });
  const offer = (await offers.next()).value as Offer | undefined;
  assert.ok(offer && 'candidate' in offer);
  const { coordinatorFile, inspectorFile } = await writeConfig({
    directory: directory.path,
    intervalS: 7,
    hypervisor: offer.candidate.config,
  });
  const stdout = new PassThrough();
  const fine = await validate({ files: [coordinatorFile, inspectorFile], stdout, signal });
  stdout.end();
  const output = await text(stdout);
  assert.ok(fine, output);
  assert.doesNotMatch(output, /warning/);
  assert.match(output, /polling with 1 source, \d\d meters, every 7 s/);
  assert.match(output, /inspector with 3 simulated instances, listens on unix:/);
});
