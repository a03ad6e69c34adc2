import packageJson from '../package.json' with { type: 'json' };

/** Version of this coordinator. */
export const { version } = packageJson;
