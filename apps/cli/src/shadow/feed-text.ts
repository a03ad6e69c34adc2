import type { FeedFacts } from './feed.ts';

/** A feed in words. */
export interface FeedText {
  /** The path, or the URL without its password. */
  readonly name: string;
  /** What happened to it: `rotated once`. */
  readonly happened: readonly string[];
  /** What comes from it: lines, messages. */
  readonly unit: string;
  /** What to look at if nothing came: a question or two. */
  readonly ifSilent: string;
}

const GAPS_SHOWN = 3;

/** What became of a feed, for people. */
export function feedText(facts: FeedFacts): FeedText {
  switch (facts.kind) {
    case 'file':
      return {
        name: facts.path,
        happened: [...countText(facts.rotations, 'rotated'), ...countText(facts.restarts, 'begun anew')],
        unit: 'lines',
        ifSilent: 'Does its pipeline write to this file (publisher "file:///PATH?json")?',
      };
    case 'queue':
      return {
        name: facts.url,
        happened: [
          ...countText(facts.losses, 'connection lost'),
          ...(facts.lost === undefined ? [] : [`not connected at the end: ${facts.lost}`]),
          ...countText(facts.overflows, 'messages dropped because the queue was full'),
          ...(facts.gaps.length > GAPS_SHOWN
            ? [`${facts.gaps.length} spans of time are not known`]
            : facts.gaps.map(({ from, to }) => `not known: ${from} to ${to}`)),
        ],
        unit: 'messages',
        ifSilent:
          `Do its agents use this broker and vhost (transport_url), exchange "${facts.exchange}" (control_exchange) and ` +
          `${facts.keys.map((key) => `"${key}"`).join(', ')} (telemetry_topic, or the topic of a publisher notifier://)?`,
      };
  }
}

function countText(count: number, what: string): string[] {
  if (count === 0) return [];
  return [`${what} ${count === 1 ? 'once' : `${count} times`}`];
}
