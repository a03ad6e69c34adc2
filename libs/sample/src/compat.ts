/**
 * The versions of Ceilometer whose names and units a meter may bear: of December 2015, the last with transformers; 19.0.0 of
 * 2022; and its head of 2026.
 */
export const compats = ['2015', '19.0.0', 'head'] as const;

/** One of {@link compats}. */
export type Compat = (typeof compats)[number];
