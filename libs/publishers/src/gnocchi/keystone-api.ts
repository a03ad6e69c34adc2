import { below, describeUrl, OpenstackError, withVersion } from '@nephometer/openstack';
import type { Cloud, OpenstackErrorCode } from '@nephometer/openstack';
import { harmlessText } from '../harmless-text.ts';
import { PublisherError } from '../publisher-error.ts';
import type { PublisherErrorCode } from '../publisher-error.ts';
import { toGnocchiAnswer } from './gnocchi-api.ts';
import type { GnocchiApi } from './gnocchi-api.ts';

/** Gnocchi where Keystone's catalog has it, in the name of the cloud's user. The cloud stays open when this is closed. */
export function createKeystoneApi(cloud: Cloud, timeoutMs: number): GnocchiApi {
  return {
    async send({ method, path, body }, signal) {
      let target = 'Gnocchi';
      const url = (endpoint: URL): URL => {
        const base = withVersion(endpoint, 'v1');
        const [pathname = '', query] = path.split('?');
        const whole = below(base, pathname);
        target = describeUrl(whole);
        if (query !== undefined) whole.search = query;
        return whole;
      };
      const request = { kind: 'metric', service: 'metric', method, url, body, timeoutMs } as const;
      try {
        const { status, headers, text } = await cloud.request(request, signal);
        return toGnocchiAnswer({ status, headers, target, body: Buffer.from(text), words: harmlessText(text) });
      } catch (error) {
        throw toPublisherError(error);
      }
    },
    close: () => Promise.resolve(),
  };
}

const codes: Readonly<Record<OpenstackErrorCode, PublisherErrorCode>> = {
  'not-configured': 'bad_file',
  unreachable: 'unreachable',
  deadline: 'timeout',
  overloaded: 'target_failed',
  'bad-credentials': 'unauthorized',
  'token-refused': 'unauthorized',
  refused: 'unauthorized',
  'no-endpoint': 'refused',
  'not-found': 'refused',
  failed: 'target_failed',
  'bad-answer': 'bad_answer',
  closed: 'closed',
};

/** An error of the cloud's as one of ours, a passing one; any other error as it is. */
export function toPublisherError(error: unknown): unknown {
  if (!(error instanceof OpenstackError)) return error;
  const { code, message, retryAfterMs } = error;
  return new PublisherError(codes[code], message, {
    cause: error,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}
