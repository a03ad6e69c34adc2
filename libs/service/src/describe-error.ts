/** An error as plain data for a log line. */
export interface ErrorDescription {
  /** Name of its class. */
  readonly type: string;
  readonly message: string;
  /** The error's own code, as system errors and errors of our libraries have one. */
  readonly code?: string | number;
  /** Only on the outermost error: the causes' stacks end in the same place. */
  readonly stack?: string;
  readonly cause?: ErrorDescription;
  /** Of an AggregateError, the first ten. */
  readonly errors?: readonly ErrorDescription[];
}

/** A chain of causes may be endless: an error can be its own cause. */
const maxCauses = 8;
const maxErrors = 10;

/** An error, or whatever else was thrown, with its chain of causes as data. Never throws. */
export function describeError(error: unknown): ErrorDescription {
  return describe(error, 0);
}

/** An error and its causes in one line: `reading failed: connection lost: ECONNRESET`. */
export function formatError(error: unknown): string {
  const messages: string[] = [];
  for (let part: ErrorDescription | undefined = describeError(error); part !== undefined; part = part.cause) {
    const text = part.message === '' ? part.type : part.message;
    // Wrapping errors often repeat the message of their cause.
    if (!messages.some((message) => message.includes(text))) messages.push(text);
  }
  return messages.join(': ');
}

function describe(error: unknown, depth: number): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: toText(error) };
  const code = 'code' in error ? error.code : undefined;
  const nested = depth < maxCauses;
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(depth === 0 && error.stack !== undefined ? { stack: error.stack } : {}),
    ...(nested && error.cause !== undefined ? { cause: describe(error.cause, depth + 1) } : {}),
    ...(nested && error instanceof AggregateError
      ? { errors: error.errors.slice(0, maxErrors).map((inner) => describe(inner, maxCauses)) }
      : {}),
  };
}

function toText(value: unknown): string {
  try {
    return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
