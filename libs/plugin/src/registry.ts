/** Plugins of one kind, by their unique names. Never changes once made. */
export type Registry<T> = ReadonlyMap<string, T>;

/** Two plugins of one kind claim the same name: one of them must go. */
export class DuplicatePluginError extends Error {
  override readonly name = 'DuplicatePluginError';
  readonly pluginName: string;

  constructor(kind: string, pluginName: string) {
    super(`two ${kind} plugins are named "${pluginName}"; each name may be taken once`);
    this.pluginName = pluginName;
  }
}

/**
 * An explicit list of plugins as a map by name.
 *
 * @param kind word for error messages: "pollster", "discovery", "publisher"
 * @throws DuplicatePluginError if a name occurs twice
 */
export function createRegistry<T>(kind: string, plugins: Iterable<T>, nameOf: (plugin: T) => string): Registry<T> {
  const registry = new Map<string, T>();
  for (const plugin of plugins) {
    const name = nameOf(plugin);
    if (registry.has(name)) throw new DuplicatePluginError(kind, name);
    registry.set(name, plugin);
  }
  return registry;
}
