#!/usr/bin/env node
import { runMain } from '@nephometer/service';
import { run } from './run.ts';

// `dev` waits for its services to stop in order, each with a grace period of its own.
await runMain(run, { graceMs: 30_000 });
