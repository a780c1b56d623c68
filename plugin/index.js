"use strict";
// Pulumi would compile with settings of the calling program's folder.
require("tsx/cjs/api").require("./index.ts", __filename);
