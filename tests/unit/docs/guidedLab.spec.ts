import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { commands } from "../../../cli/commands";
import { type Command, parseCall } from "../../../cli/core/command";
import { CHAPTERS } from "../../../observer/course/chapters";
import { chapterPages } from "../../support/labChapters";

const load = createRequire(__filename);

describe("the guided lab", () => {
  for (const { number, text, commands: lines } of chapterPages()) {
    const { title, minutes, file } = CHAPTERS[number - 1]!;

    it(`chapter ${number} has commands that there are, and ends with its check`, () => {
      assert.ok(lines.length > 0);
      for (const line of lines) {
        const [program, name = "", ...words] = line.split(" ");
        if (program === "sleep") continue;
        assert.equal(program, "./lab", line);
        assert.ok(
          commands.some((one) => one.name === name),
          line,
        );
        const { command } = load(`../../../cli/commands/${name}`) as { command: Command };
        assert.doesNotThrow(() => parseCall(name, command, words), line);
      }
      assert.ok(lines.includes(`./lab check ${number}`));
    });

    it(`chapter ${number} has its title, its minutes and every part`, () => {
      assert.ok(text.startsWith(`# ${number}. ${title} (${minutes} minutes)\n`));
      for (const part of ["Predict", "Do", "See", "Explain"]) {
        assert.ok(text.includes(`**${part}.**`), part);
      }
      assert.match(text, /^\| here \| AWS \| HAProxy \|$/m);
      const index = readFileSync(resolve(__dirname, "../../../docs/lab/README.md"), "utf8");
      assert.ok(index.includes(`| [${number}. ${title}](${file}) | ${minutes} |`));
    });
  }
});
