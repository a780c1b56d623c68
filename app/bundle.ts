/** Writes the service as one file, for the npm package: `npx tsx app/bundle.ts <file>`. */
import { writeFileSync } from "node:fs";
import { bundle } from "./image/bundle";

const [file] = process.argv.slice(2);
if (!file) {
  process.stderr.write("usage: npx tsx app/bundle.ts <file>\n");
  process.exitCode = 2;
} else {
  bundle()
    .then((text) => writeFileSync(file, text))
    .catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    });
}
