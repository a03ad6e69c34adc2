import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHedgeDelay } from './hedge-delay.ts';

const settings = { floorMs: 250, ceilingMs: 5000, initialMs: 2000 };

test('until it has seen enough it is patient', () => {
  const delay = createHedgeDelay(settings);
  for (let call = 0; call < 4; call++) delay.observe(9, 100);
  assert.equal(delay.after(9), 2000);
  delay.observe(9, 100);
  assert.equal(delay.after(9), 400);
});

test('it grows with the domains of a call, between floor and ceiling', () => {
  const delay = createHedgeDelay(settings);
  for (let call = 0; call < 32; call++) delay.observe(9, 100);
  assert.deepEqual(
    [1, 9, 19, 1000].map((domains) => delay.after(domains)),
    [250, 400, 800, 5000],
  );
});

test('a few guests that have just started do not rule it', () => {
  const delay = createHedgeDelay(settings);
  for (let call = 0; call < 32; call++) delay.observe(9, call % 3 === 0 ? 3000 : 100);
  assert.equal(delay.after(9), 400);
});

test('it forgets how the host was, and follows one that has become slow', () => {
  const delay = createHedgeDelay(settings);
  for (let call = 0; call < 32; call++) delay.observe(9, 100);
  for (let call = 0; call < 20; call++) delay.observe(9, 400);
  assert.equal(delay.after(9), 1600);
});

test('an answer that took longer than any call may is about a guest, and teaches nothing', () => {
  const delay = createHedgeDelay(settings);
  for (let call = 0; call < 32; call++) delay.observe(9, 100);
  for (let call = 0; call < 32; call++) delay.observe(9, 600_000);
  assert.equal(delay.after(9), 400);
});
