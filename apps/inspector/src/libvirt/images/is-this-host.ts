import { hostname } from 'node:os';

/**
 * Whether a daemon that calls its host so is on this one, so that the paths it names are paths here. A socket may be
 * forwarded from elsewhere. One of the two may say the name with its domain and the other without.
 *
 * @param ownName name of this host; default: what the system says
 */
export function isThisHost(name: string, ownName = hostname()): boolean {
  const [theirs, own] = [name.toLowerCase(), ownName.toLowerCase()];
  if (theirs === own) return true;
  const isShort = !theirs.includes('.') || !own.includes('.');
  return isShort && theirs.split('.', 1)[0] === own.split('.', 1)[0];
}
