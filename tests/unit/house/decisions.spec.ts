import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(__dirname, "../../../docs/adr");
const files = readdirSync(folder).filter((name) => /^\d/.test(name));

describe("decisions", () => {
  it("have a number each, the one that their title says", () => {
    const numbers = files.map((name) => name.slice(0, 3));
    assert.deepEqual([...new Set(numbers)], numbers);
    for (const name of files) {
      const title = readFileSync(join(folder, name), "utf8").split("\n")[0]!;
      assert.ok(title.startsWith(`# ${name.slice(0, 3)}: `), `${name}: ${title}`);
    }
  });

  it("are all listed, each once", () => {
    const text = readFileSync(join(folder, "README.md"), "utf8");
    const listed = [...text.matchAll(/^\| \[(\d+)\]\((\S+)\)/gm)].map(([, number, file]) => {
      assert.ok(file!.startsWith(number!), `${number} is ${file}`);
      return file!;
    });
    assert.deepEqual(listed.sort(), [...files].sort());
  });
});
