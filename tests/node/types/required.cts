// The same package by require.
import halkode = require('halkode');

export const client: halkode.Halkode = halkode.Halkode.fromEnv();
export const declined: halkode.ErrorKind = new halkode.DeclinedError({ reason: 'no' }).kind;
// @ts-expect-error there is no default export
export const missing = halkode.default;
