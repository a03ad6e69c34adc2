import { problemAt } from '@nephometer/service';
import type { Problem } from '@nephometer/service';
import { access, constants } from 'node:fs/promises';
import type { LayeredDocument } from './layered-document.ts';
import { text } from './text-field.ts';

/** Files of a TLS identity and of the authority that the other side's certificate must come from. */
export const tlsFields = { ca: text, cert: text, key: text } as const;

/** PEM files, by absolute paths. */
export interface TlsFiles {
  /** Authority that the other side's certificate must come from. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** The files of a `tls` section with their paths resolved. */
export function resolveTls(document: LayeredDocument, { ca, cert, key }: TlsFiles): TlsFiles {
  return {
    ca: document.resolvePath(['tls', 'ca'], ca),
    cert: document.resolvePath(['tls', 'cert'], cert),
    key: document.resolvePath(['tls', 'key'], key),
  };
}

/** One problem for each file that cannot be opened. */
export async function unreadableFiles(
  document: LayeredDocument,
  files: readonly { readonly key: readonly string[]; readonly path: string }[],
): Promise<readonly Problem[]> {
  const found = await Promise.all(
    files.map(async ({ key, path }) => {
      const error = await access(path, constants.R_OK).then(
        () => undefined,
        (reason: NodeJS.ErrnoException) => reason,
      );
      if (error === undefined) return [];
      const message =
        error.code === 'ENOENT'
          ? `the file ${path} does not exist; create it or correct the path`
          : `the file ${path} cannot be read (${error.code}); change its owner or mode, or run as another user`;
      return [problemAt(document, key, message)];
    }),
  );
  return found.flat();
}
