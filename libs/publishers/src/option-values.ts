import { optionOf } from './publisher-url.ts';
import type { PublisherUrl } from './publisher-url.ts';

// Values of options. What is wrong with one is added to `problems`, in words for the operator, and the fallback taken.

// The words of oslo.utils' `bool_from_string`.
const yes = ['1', 't', 'true', 'on', 'y', 'yes'];
const no = ['0', 'f', 'false', 'off', 'n', 'no'];

/** Yes or no, in any of Ceilometer's words; `undefined` if it is none of them. */
function flagOf(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  return yes.includes(word) ? true : no.includes(word) ? false : undefined;
}

/** An option that is on or off. */
export function readFlag(parts: PublisherUrl, name: string, fallback: boolean, problems: string[]): boolean {
  const text = optionOf(parts, name);
  if (text === undefined) return fallback;
  const flag = flagOf(text);
  if (flag === undefined) problems.push(`${name} is "${text}"; it must be true or false`);
  return flag ?? fallback;
}

/** A whole number, 0 or more. */
export function readCount(
  parts: PublisherUrl,
  name: string,
  { fallback, most }: { readonly fallback: number; readonly most: number },
  problems: string[],
): number {
  const text = optionOf(parts, name);
  if (text === undefined) return fallback;
  const count = /^\d+$/.test(text) ? Number(text) : NaN;
  if (count <= most) return count;
  problems.push(`${name} is "${text}"; it must be a whole number up to ${most}`);
  return fallback;
}

/** Nobody means to wait longer for an answer, in seconds. */
const mostSeconds = 3600;

/** A time in seconds, with a fraction if need be; more than 0, at most an hour. */
export function readSeconds(parts: PublisherUrl, name: string, fallback: number, problems: string[]): number {
  const text = optionOf(parts, name);
  if (text === undefined) return fallback;
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (seconds > 0 && seconds <= mostSeconds) return seconds;
  problems.push(`${name} is "${text}"; it must be a number of seconds, more than 0 and at most ${mostSeconds}`);
  return fallback;
}

/** Whether certificates are verified: yes, no, or against the authorities of a file. Default yes. */
export function readVerification(
  parts: PublisherUrl,
  name: string,
  problems: string[],
): { readonly isVerified: boolean; readonly caFile?: string } {
  const text = optionOf(parts, name);
  if (text === undefined) return { isVerified: true };
  const flag = flagOf(text);
  if (flag !== undefined) return { isVerified: flag };
  if (/[./]/.test(text)) return { isVerified: true, caFile: text };
  problems.push(`${name} is "${text}"; it must be true, false or the path of a file of certificates`);
  return { isVerified: true };
}
