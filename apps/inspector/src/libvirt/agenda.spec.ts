import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Domain } from '@nephometer/libvirt';
import { createAgenda } from './agenda.ts';
import type { Agenda } from './agenda.ts';

const domain = (uuid: string): Domain => ({ uuid, name: `n-${uuid}`, id: -1 });
const domains = (count: number): Domain[] => Array.from({ length: count }, (_, number) => domain(`d${number}`));
const taken = (agenda: Agenda): string[] => agenda.take().map((look) => `${look.domain.uuid} ${look.cause}`);

void test('a domain is looked at once, for the cause that says most', () => {
  const agenda = createAgenda();
  agenda.fill([domain('a'), domain('b'), domain('c')], 'resync');
  agenda.hint(domain('a'), 'reading');
  agenda.hint(domain('b'), 'reading');
  agenda.hint(domain('b'), 'event');
  agenda.hint(domain('b'), 'reading');
  assert.deepEqual([agenda.isAnnounced('a'), agenda.isAnnounced('b')], [false, true]);
  assert.deepEqual(taken(agenda), ['a reading', 'b event', 'c resync']);
  assert.deepEqual([taken(agenda), agenda.news, agenda.left], [[], 0, 0]);
});

void test('what is left of a reading of all can get another cause', () => {
  const agenda = createAgenda();
  agenda.fill(domains(65), 'resync');
  assert.equal(taken(agenda).length, 64);
  agenda.correct('fill');
  assert.deepEqual(taken(agenda), ['d64 fill']);
});

void test('domains that change all the time keep neither the others nor the reading of all from their turn', () => {
  const agenda = createAgenda();
  const restless = Array.from({ length: 100 }, (_, number) => domain(`restless${number}`));
  agenda.fill(domains(100), 'resync');
  for (const each of restless) agenda.hint(each, 'event');
  agenda.hint(domain('late'), 'event');
  const seen = new Set<string>();
  let batches = 0;
  while (agenda.left > 0) {
    for (const look of agenda.take()) {
      seen.add(look.domain.uuid);
      if (look.domain.uuid.startsWith('restless')) agenda.hint(look.domain, 'event');
    }
    batches++;
  }
  assert.equal(seen.size, 201);
  assert.equal(batches, Math.ceil(100 / 16));
});
