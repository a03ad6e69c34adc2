import { createRegistry } from '@nephometer/plugin';
import type { Registry, TransformerFactory } from '@nephometer/plugin';
import type { Sample } from '@nephometer/sample';
import type { Outlet } from './outlet.ts';
import { transformerFactories } from './transformers/transformer-factories.ts';

// What the specs of this folder publish, and where to.

export function sampleOf(name: string, volume: number): Sample {
  return {
    name,
    type: 'gauge',
    unit: '',
    volume,
    isFloat: false,
    userId: null,
    userName: null,
    projectId: null,
    projectName: null,
    resourceId: 'r1',
    timestamp: '2026-07-21T13:56:12',
    resourceMetadata: {},
    source: 'openstack',
    id: String(volume),
    monotonicTime: null,
  };
}

export function samplesOf(name: string, from: number, count: number): readonly Sample[] {
  return Array.from({ length: count }, (_, index) => sampleOf(name, from + index));
}

/** An outlet that keeps the volumes it gets. */
export function createOutlet(): { readonly outlet: Outlet; readonly volumes: readonly number[] } {
  const volumes: number[] = [];
  return { outlet: { accept: (samples) => void volumes.push(...samples.map(({ volume }) => volume)) }, volumes };
}

/** Our transformers, and others. */
export function transformersOf(...others: readonly TransformerFactory[]): Registry<TransformerFactory> {
  return createRegistry('transformer', [...transformerFactories, ...others], ({ name }) => name);
}
