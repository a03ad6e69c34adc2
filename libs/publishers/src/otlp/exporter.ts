import { PublisherError } from '../publisher-error.ts';
import { decodeExportResponse, parseExportResponse } from './export-response.ts';
import type { ExportResponse } from './export-response.ts';

/** The way to a receiver, over gRPC or HTTP. */
export interface Exporter {
  /**
   * Sends an `ExportMetricsServiceRequest` and resolves once the receiver has said that it took it, or a part of it.
   * May be called at the same time.
   *
   * Rejects with the abort reason, or with a `PublisherError`: a permanent one if the receiver says that it will never
   * take it.
   */
  send(request: Uint8Array, signal: AbortSignal): Promise<ExportResponse>;
  /** Breaks all connections. Safe twice. */
  close(): Promise<void>;
}

/** What an exporter is given besides the options of its URL. */
export interface ExporterSettings {
  /** Of this package. */
  readonly version: string;
  /** Where relative paths of certificates begin. Default: the working directory. */
  readonly baseDirectory?: string | undefined;
}

/** The slowest line that is good enough for a request, 2 Mbit/s: it gets a millisecond more for so many bytes. */
export const leastBytesPerMs = 256;

/** What is sent as `User-Agent`. */
export function userAgent(version: string): string {
  return `nephometer/${version}`;
}

/**
 * Reads what a receiver answered.
 *
 * @throws PublisherError `bad_answer` if no receiver of OTLP answers that
 */
export function readExportResponse(target: string, body: Uint8Array, format: 'protobuf' | 'json'): ExportResponse {
  try {
    return format === 'json' ? parseExportResponse(body) : decodeExportResponse(body);
  } catch (cause) {
    throw new PublisherError('bad_answer', `${target} answered something that no receiver of OTLP does`, { cause });
  }
}
