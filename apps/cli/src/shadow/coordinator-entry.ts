/**
 * Started in place of the coordinator's own `main.ts`, with a file of environment variables (one JSON object) before the
 * coordinator's arguments. The file is gone once it is read: passwords may be in it.
 */
import { readFileSync, unlinkSync } from 'node:fs';

const [file = ''] = process.argv.splice(2, 1);
Object.assign(process.env, JSON.parse(readFileSync(file, 'utf8')));
unlinkSync(file);
await import(new URL('../../../coordinator/src/main.ts', import.meta.url).href);
