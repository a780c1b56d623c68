"use strict";
/**
 * Starts the pack. Pulumi would compile it anew at every start, which takes longer than the policies themselves
 * do; tsx keeps what it compiled. `npm run check` looks at the types.
 */
require("tsx/cjs");
// Pulumi has had ts-node look up the lines of errors, which knows nothing of tsx's files. Node.js itself does.
Error.prepareStackTrace = undefined;
require("./index.ts");
