import { stat } from 'node:fs/promises';

/**
 * What files look like from outside, without reading them: two stamps that are equal are of the same content, unless somebody
 * set the clock. A file that is not there, or cannot be seen, has a stamp too.
 */
export async function stampFiles(files: readonly string[]): Promise<string> {
  const stamps = await Promise.all(
    files.map(async (file) => {
      try {
        const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
        return [dev, ino, size, mtimeNs, ctimeNs].join(':');
      } catch (error) {
        return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      }
    }),
  );
  return stamps.join(' ');
}
