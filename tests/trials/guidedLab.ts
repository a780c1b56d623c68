import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { FLOW_LOG_FILE, FLOW_LOG_ROTATED } from "../../lib/security/flowLog";
import { chapterPages } from "../support/labChapters";
import type { LabClone } from "../support/labClone";

/** Every command of every chapter, as a reader types them; each chapter's check passes then, and not before. */
export function guidedLab(clone: LabClone): void {
  describe("the guided lab from its text alone", function () {
    this.timeout("10m");
    after(() => clone.run(["heal", "app2"]));

    for (const { number, commands } of chapterPages()) {
      it(`chapter ${number}`, async () => {
        const log = [
          "--",
          "sh",
          "-c",
          "journalctl --rotate && sleep 2 && journalctl --vacuum-time=1s",
        ];
        await clone.ok(["exec", "lb", ...log]);
        for (const name of ["app2", "db"]) {
          const wipe = `rm -f ${FLOW_LOG_ROTATED}; : > ${FLOW_LOG_FILE}`;
          await clone.ok(["exec", name, "--", "sh", "-c", wipe]);
        }
        const before = await clone.run(["check", String(number)]);
        assert.equal(before.code, 1, before.stdout);
        assert.match(before.stdout, /^missing {2}/m);
        for (const line of commands) {
          const [program, ...words] = line.split(" ");
          if (program === "sleep") await sleep(Number(words[0]) * 1000);
          else await clone.ok(words, { timeoutSeconds: 300 });
        }
      });
    }
  });
}
