import { describeValue } from '@nephometer/service';
import { z } from 'zod';
import { constantAttribute, pathAttribute } from './attribute.ts';
import type { Attribute } from './definitions.ts';
import { parseJsonPath } from './json-path.ts';

// What may stand in a gnocchi_resources.yaml of any version.

const text = z.string({ error: ({ input }) => `expected a text, got ${describeValue(input)}` }).min(1);

/** As the operator writes a time for Gnocchi: seconds, or words. */
const time = z.union([z.number().positive(), text], { error: 'expected seconds, or a text such as "5 minutes"' });

const archivePolicy = z.strictObject({
  name: text,
  aggregation_methods: z.array(text).optional(),
  back_window: z.int().min(0).optional(),
  definition: z
    .array(
      z.strictObject({ granularity: time.optional(), timespan: time.optional(), points: z.int().min(1).optional() }),
    )
    .min(1),
});

/** The metrics of a type as they are written: a name, and the archive policy if it says one. */
export interface WrittenMetric {
  readonly name: string;
  readonly archivePolicy: string | undefined;
  /** Only in the list of 2015 a name may be a pattern. */
  readonly isPattern: boolean;
}

const metricOptions = z.strictObject(
  { archive_policy_name: text.optional() },
  {
    error: ({ code }) =>
      code === 'invalid_type' ? 'expected nothing, or a mapping with archive_policy_name' : undefined,
  },
);

const metrics = z.union(
  [
    z
      .array(text)
      .transform((names): readonly WrittenMetric[] =>
        names.map((name) => ({ name, archivePolicy: undefined, isPattern: /[*?[]/.test(name) })),
      ),
    z.record(z.string(), metricOptions.nullable()).transform((byName): readonly WrittenMetric[] =>
      Object.entries(byName).map(([name, options]) => ({
        name,
        archivePolicy: options?.archive_policy_name,
        isPattern: false,
      })),
    ),
  ],
  { error: ({ input }) => `metrics should be a list of names or a mapping by name, got ${describeValue(input)}` },
);

/** An attribute as it is read; what it is called stands before it. */
type NamedLater = (name: string) => Attribute & { readonly isOfMetadata: boolean };

const attribute = z.unknown().transform((value, context): NamedLater => {
  const refuse = (message: string): never => {
    context.issues.push({ code: 'custom', message, input: value });
    return z.NEVER;
  };
  if (typeof value === 'number') {
    return Number.isSafeInteger(value)
      ? (name) => constantAttribute(name, value)
      : refuse(`${value} is not a whole number; write a path, such as resource_metadata.host`);
  }
  if (typeof value === 'object' && value !== null && 'plugin' in value) {
    return refuse('plugins of Ceilometer cannot be used here; write the path, and let a transformer change the value');
  }
  const fields: unknown = typeof value === 'object' && value !== null && 'fields' in value ? value.fields : value;
  const texts: readonly unknown[] = Array.isArray(fields) ? fields : [fields];
  if (texts.length === 0) return refuse('the list is empty; write at least one path');
  const parsed = texts.map((path) =>
    typeof path === 'string'
      ? parseJsonPath(path)
      : { ok: false as const, problem: `expected a path such as resource_metadata.host, got ${describeValue(path)}` },
  );
  for (const path of parsed) if (!path.ok) refuse(`not a path: ${path.problem}`);
  return (name) =>
    pathAttribute(
      name,
      parsed.flatMap((path) => (path.ok ? [path.path] : [])),
    );
});

/** Events are no samples: what a file says about them is passed over. */
const unread = z.unknown().optional();

const resource = z.strictObject(
  {
    resource_type: text,
    metrics,
    archive_policy: text.optional(),
    attributes: z.record(z.string(), attribute).nullish(),
    event_create: unread,
    event_update: unread,
    event_delete: unread,
    event_attributes: unread,
    event_associated_resources: unread,
  },
  {
    error: (issue) =>
      issue.code === 'invalid_type'
        ? `a resource should be a mapping with resource_type and metrics, got ${describeValue(issue.input)}`
        : undefined,
  },
);

/** The file as it is written. */
export const definitionsSchema = z.strictObject(
  {
    archive_policy_default: text.optional(),
    archive_policies: z.array(archivePolicy).nullish(),
    resources: z.array(resource, {
      error: ({ input }) =>
        `resources should be a list, got ${describeValue(input)}; write each as "- resource_type: ..."`,
    }),
  },
  {
    error: (issue) =>
      issue.code === 'invalid_type'
        ? `the file should be a mapping with "resources:", got ${describeValue(issue.input)}`
        : undefined,
  },
);
