import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dropReasons } from './ledger.ts';
import { storedLedger } from './stored-ledger.ts';

test('The numbers of a file are a ledger, with a zero for what was never counted', () => {
  const { publisher, dropped, ...numbers } = storedLedger('a://', {
    counts: { polled: 9, delivered: 4, refused: 2 },
    items: 3,
  });
  assert.deepEqual(numbers, { polled: 9, delivered: 4, queued: 3, unaccounted: 0 });
  assert.deepEqual([publisher, dropped.refused, dropped.damaged], ['a://', 2, 0]);
  assert.deepEqual(Object.keys(dropped), dropReasons);
});

test('What is nowhere is told, and what is there too often', () => {
  assert.equal(storedLedger('a://', { counts: { polled: 9, delivered: 4 }, items: 3 }).unaccounted, 2);
  assert.equal(storedLedger('a://', { counts: { polled: 1 }, items: 3 }).unaccounted, -2);
});
