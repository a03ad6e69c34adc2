import assert from 'node:assert/strict';
import type { DeliveryOptions } from '@nephometer/plugin';
import { createDelivery } from './delivery.ts';
import type { Delivery } from './delivery.ts';
import { createHeldPublisher, createStepClock, optionsOf } from './example.ts';
import type { HeldPublisher, StepClock } from './example.ts';
import type { Ledger } from './ledger.ts';

/** A delivery to a publisher that the test holds, by a clock that the test moves. */
export interface Lab {
  readonly delivery: Delivery;
  readonly held: HeldPublisher;
  readonly clock: StepClock;
  readonly events: string[];
}

/** Starts one; waits after failures have no random part: they are half of their full length. */
export function startDelivery(options: Partial<DeliveryOptions> = {}): Lab {
  const held = createHeldPublisher();
  const clock = createStepClock();
  const events: string[] = [];
  const delivery = createDelivery({
    name: 'a://',
    publisher: held.publisher,
    options: optionsOf(options),
    clock,
    random: () => 0,
    events: {
      delivered: ({ samples }) => events.push(`delivered ${samples}`),
      failed: ({ samples, error }) => events.push(`failed ${samples}: ${(error as Error).message}`),
      refused: ({ samples, reason }) => events.push(`refused ${samples}: ${reason}`),
      overflowing: ({ reason }) => events.push(`overflowing: ${reason}`),
      closeFailed: ({ error }) => events.push(`close failed: ${(error as Error).message}`),
    },
  });
  return { delivery, held, clock, events };
}

/** What a ledger says apart from zeros; and that it adds up. */
export function ledgerOf(delivery: Delivery): Record<string, number> {
  const { polled, delivered, queued, dropped } = delivery.ledger();
  assert.equal(polled, delivered + queued + sumOf(dropped), JSON.stringify(delivery.ledger()));
  const all = { polled, delivered, queued, ...dropped };
  return Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0));
}

const sumOf = (dropped: Ledger['dropped']): number => Object.values(dropped).reduce((sum, count) => sum + count, 0);
