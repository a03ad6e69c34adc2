import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/** A file that somebody else writes lines to. */
export interface FollowedFile {
  /**
   * The lines that have come since the last call, in bunches; ends where the file does now. A last line without an end waits
   * for the rest of it. One call at a time. Rejects with an error of the file system, or the signal's reason.
   */
  read(signal: AbortSignal): AsyncGenerator<readonly string[]>;
  /** How often the file was replaced by another one of that name. */
  readonly rotations: number;
  /** How often it was cut off, or written anew from its beginning. */
  readonly restarts: number;
  /** Safe twice. */
  close(): Promise<void>;
}

/** Where to begin. */
export interface FollowSettings {
  readonly path: string;
  /** Everything that is there already; otherwise what comes from now on. */
  readonly fromStart: boolean;
}

const CHUNK_BYTES = 256 * 1024;

/** A line that is longer is given in parts, so that memory is bounded. */
const LONGEST_LINE_BYTES = 4 * 1024 * 1024;

/** So much of what was read last is remembered, to see that it is still there. */
const MEMORY_BYTES = 256;

const LINE_END = 0x0a;

/**
 * Opens a file to follow it, as `tail -F` does: through rotation by renaming, where what was still written to the old file
 * is read first, and through being cut off or written anew.
 *
 * @throws an error of the file system if the file cannot be read
 */
export async function followFile({ path, fromStart }: FollowSettings): Promise<FollowedFile> {
  let file = await open(path, 'r');
  let offset = fromStart ? 0 : (await file.stat()).size;
  let memory = await bytesBefore(file, offset);
  // Begun in the middle of a line, its rest is no line.
  let skipsLine = memory.length > 0 && memory.at(-1) !== LINE_END;
  let parts: Buffer[] = [];
  let isOpen = true;
  const counts = { rotations: 0, restarts: 0 };

  function* split(chunk: Buffer): Generator<string> {
    let from = 0;
    for (let end = chunk.indexOf(LINE_END); end >= 0; end = chunk.indexOf(LINE_END, from)) {
      parts.push(chunk.subarray(from, end));
      from = end + 1;
      yield* flush();
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
    if (parts.reduce((sum, { length }) => sum + length, 0) > LONGEST_LINE_BYTES) yield* flush();
  }

  function* flush(): Generator<string> {
    const line = Buffer.concat(parts).toString('utf8');
    parts = [];
    if (!skipsLine) yield line;
    skipsLine = false;
  }

  /** What has been begun will not be finished: it is given as it is, so that it is not lost without a word. */
  const abandonLine = (): string[] => (parts.length === 0 ? [] : [...flush()]);

  async function* readToEnd(signal: AbortSignal): AsyncGenerator<readonly string[]> {
    for (;;) {
      signal.throwIfAborted();
      const chunk = Buffer.alloc(CHUNK_BYTES);
      const { bytesRead } = await file.read(chunk, 0, chunk.length, offset);
      if (bytesRead === 0) return;
      const read = chunk.subarray(0, bytesRead);
      offset += bytesRead;
      memory = Buffer.concat([memory, read.subarray(-MEMORY_BYTES)]).subarray(-MEMORY_BYTES);
      const lines = [...split(read)];
      if (lines.length > 0) yield lines;
    }
  }

  async function isWrittenAnew(): Promise<boolean> {
    if ((await file.stat()).size < offset) return true;
    return !(await bytesBefore(file, offset, memory.length)).equals(memory);
  }

  function begin(): void {
    offset = 0;
    memory = Buffer.alloc(0);
    skipsLine = false;
  }

  return {
    get rotations() {
      return counts.rotations;
    },
    get restarts() {
      return counts.restarts;
    },
    async *read(signal) {
      if (await isWrittenAnew()) {
        counts.restarts += 1;
        yield abandonLine();
        begin();
      }
      yield* readToEnd(signal);
      while (await isReplaced(file, path)) {
        const next = await openIfThere(path);
        if (next === undefined) return;
        yield* readToEnd(signal);
        yield abandonLine();
        await file.close();
        file = next;
        counts.rotations += 1;
        begin();
        yield* readToEnd(signal);
      }
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      await file.close();
    },
  };
}

/** The bytes up to an offset. */
async function bytesBefore(file: FileHandle, offset: number, length: number = MEMORY_BYTES): Promise<Buffer> {
  const wanted = Math.min(offset, length);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(wanted), 0, wanted, offset - wanted);
  return buffer.subarray(0, bytesRead);
}

/** Whether the name stands for another file by now; not while it stands for none. */
async function isReplaced(file: FileHandle, path: string): Promise<boolean> {
  const [own, named] = await Promise.all([file.stat(), stat(path).catch(ignoreMissing)]);
  return named !== undefined && (own.ino !== named.ino || own.dev !== named.dev);
}

function openIfThere(path: string): Promise<FileHandle | undefined> {
  return open(path, 'r').catch(ignoreMissing);
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
