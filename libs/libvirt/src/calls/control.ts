import { readDomain } from '../wire/domain.ts';
import type { Domain } from '../wire/domain.ts';
import type { ProcedureName } from '../wire/procedures.ts';
import type { Call, CallOptions } from './call.ts';
import { readNothing } from './call.ts';
import { about, metadataTypes } from './domain.ts';
import type { MetadataQuery } from './domain.ts';

/** New metadata; `text` undefined removes what is there. A custom element needs its namespace `uri` and prefix `key`. */
export interface MetadataChange extends MetadataQuery {
  readonly text: string | undefined;
  readonly key?: string | undefined;
}

/** What changes domains, for tools and tests. The daemon denies all of it on a read-only connection (`isDenied`). */
export interface ControlCalls {
  /** Starts a transient domain. */
  createXml(xml: string, query?: { readonly flags?: number }, options?: CallOptions): Promise<Domain>;
  /** Defines a persistent domain, or redefines the one with the same UUID. */
  defineXml(xml: string, options?: CallOptions): Promise<Domain>;
  /** Starts a defined domain. */
  create(domain: Domain, options?: CallOptions): Promise<void>;
  suspend(domain: Domain, options?: CallOptions): Promise<void>;
  resume(domain: Domain, options?: CallOptions): Promise<void>;
  /** Asks the guest to shut down; does not wait for it. */
  shutdown(domain: Domain, options?: CallOptions): Promise<void>;
  /** Ends the domain at once, like pulling the plug. */
  destroy(domain: Domain, options?: CallOptions): Promise<void>;
  undefine(domain: Domain, options?: CallOptions): Promise<void>;
  setMetadata(domain: Domain, change: MetadataChange, options?: CallOptions): Promise<void>;
}

export function controlCalls(call: Call): ControlCalls {
  const act =
    (procedure: ProcedureName) =>
    (domain: Domain, options?: CallOptions): Promise<void> =>
      call({ procedure, ...about(domain), read: readNothing }, options);

  return {
    createXml: (xml, { flags = 0 } = {}, options) =>
      call(
        { procedure: 'DOMAIN_CREATE_XML', write: (writer) => writer.string(xml).uint32(flags), read: readDomain },
        options,
      ),
    defineXml: (xml, options) =>
      call({ procedure: 'DOMAIN_DEFINE_XML', write: (writer) => writer.string(xml), read: readDomain }, options),
    create: act('DOMAIN_CREATE'),
    suspend: act('DOMAIN_SUSPEND'),
    resume: act('DOMAIN_RESUME'),
    shutdown: act('DOMAIN_SHUTDOWN'),
    destroy: act('DOMAIN_DESTROY'),
    undefine: act('DOMAIN_UNDEFINE'),
    setMetadata: (domain, { type, text, key, uri, flags = 0 }, options) =>
      call(
        {
          procedure: 'DOMAIN_SET_METADATA',
          ...about(domain, (writer) =>
            writer
              .int32(metadataTypes.indexOf(type))
              .optionalString(text)
              .optionalString(key)
              .optionalString(uri)
              .uint32(flags),
          ),
          read: readNothing,
        },
        options,
      ),
  };
}
