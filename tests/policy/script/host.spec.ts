import assert from "node:assert/strict";
import { Host } from "../../../policy/script/shellEffects";

const files = (script: string) => {
  const host = new Host();
  host.run(script);
  return Object.fromEntries(host.files);
};

describe("the files that scripts leave on a host", () => {
  const cases: [string, string, Record<string, string>][] = [
    ["printed", "printf '%s' 'a\nb' > /f", { "/f": "a\nb" }],
    ["printed line by line", "printf '%s\\n' a b >/f", { "/f": "a\nb\n" }],
    ["echoed and appended", "echo a > /f; echo 'b c' >> /f", { "/f": "a\nb c\n" }],
    ["from here documents", "cat > /f <<E\na\nE\ntee /g <<E\nb\nE", { "/f": "a\n", "/g": "b\n" }],
    ["moved into place", "echo a > /f.tmp && chmod 600 /f.tmp && mv -f /f.tmp /f", { "/f": "a\n" }],
    [
      "written by a script that was written",
      "echo 'echo a > /g' > /f; sh /f",
      {
        "/f": "echo a > /g\n",
        "/g": "a\n",
      },
    ],
    ["no longer known", "echo a > /f; date > /f", {}],
    ["not written after a success", "true || echo a > /f", {}],
  ];
  for (const [name, script, expected] of cases) {
    it(`are those ${name}`, () => assert.deepEqual(files(script), expected));
  }

  it("do not include a script that runs itself for ever", () => {
    assert.deepEqual(Object.keys(files("echo 'sh /f' > /f; sh /f")), ["/f"]);
  });
});
