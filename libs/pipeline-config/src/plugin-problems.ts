import { formatPath, suggest } from '@nephometer/service';
import type { DocumentPath, Problem } from '@nephometer/service';
import type { PipelineConfig } from './pipeline-config.ts';
import type { PollingConfig } from './polling-config.ts';

/** Discoveries that the sources name and nobody offers, and static resources, which nothing can poll yet. */
export function discoveryProblems(config: PollingConfig, known: readonly string[]): readonly Problem[] {
  const problemAt = (path: DocumentPath, line: number | undefined, message: string): Problem => ({
    file: config.file ?? '',
    ...(line !== undefined && { line }),
    path: formatPath(path),
    message,
  });
  return config.sources.flatMap(({ discovery, discoveryLines, resources, resourcesLine }, index) => {
    const unknown = discovery.flatMap((name, place) => {
      if (known.includes(name)) return [];
      const meant = suggest(name, known);
      const advice = meant === undefined ? `known are: ${known.join(', ')}` : `did you mean "${meant}"?`;
      const message = `no discovery is named "${name}"; ${advice}`;
      return [problemAt(['sources', index, 'discovery', place], discoveryLines?.[place], message)];
    });
    if (resources.length === 0) return unknown;
    const message = 'static resources are not supported yet; remove the key: instances are discovered';
    return [...unknown, problemAt(['sources', index, 'resources'], resourcesLine, message)];
  });
}

/**
 * Publishers that the sinks name and that cannot be made.
 *
 * @param check what is wrong with a publisher's URL; it touches no target
 */
export function publisherProblems(
  { sinks }: PipelineConfig,
  file: string,
  check: (url: string) => readonly string[],
): readonly Problem[] {
  return sinks.flatMap((sink, sinkIndex) =>
    sink.publishers.flatMap(({ url, line }, index) => {
      const path = formatPath(['sinks', sinkIndex, 'publishers', index]);
      return check(url).map((message) => ({ file, ...(line !== undefined && { line }), path, message }));
    }),
  );
}
