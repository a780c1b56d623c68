"use strict";
/** The dynamic providers: a checkout's from its sources, an installed package's from what was made of them. */
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const source = join(__dirname, "entry.ts");
module.exports = existsSync(source)
  ? require("tsx/cjs/api").require(source, __filename)
  : require("../dist/provider/entry.js");
