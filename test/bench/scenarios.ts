import { deliver } from './deliver/deliver.ts';
import { readGuests } from './read-guests/read-guests.ts';
import type { Scenario } from './scenario.ts';

/** All scenarios, in the order in which they run. A new one is a folder and a line here. */
export const scenarios: readonly Scenario[] = [readGuests, deliver];
