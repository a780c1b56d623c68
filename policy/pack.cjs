/**
 * Starts the pack. Pulumi would type-check it at every start, which takes longer than the policies
 * themselves do; `npm run check` does that before. Hence this loader in place of Pulumi's.
 */
const { readFileSync } = require("node:fs");
const { ModuleKind, ScriptTarget, transpileModule } = require("typescript");

const compilerOptions = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 };

require.extensions[".ts"] = (module, file) => {
  const { outputText } = transpileModule(readFileSync(file, "utf8"), { compilerOptions });
  module._compile(outputText, file);
};
require("./index.ts");
