import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A sample as the file publisher writes it. */
export interface WrittenSample {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly volume: number;
  readonly user_id: string | null;
  readonly project_id: string | null;
  readonly resource_id: string;
  readonly timestamp: string;
  readonly resource_metadata: Readonly<Record<string, unknown>>;
  readonly id: string;
}

/** The samples that a coordinator wrote into a file of a directory, `samples.jsonl` by default; none if there is no such file. */
export async function readSamples(directory: string, file = 'samples.jsonl'): Promise<WrittenSample[]> {
  let text: string;
  try {
    text = await readFile(join(directory, file), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as WrittenSample);
}
