import assert from "node:assert/strict";
import { recordedCases } from "./cases";
import { compare, type Verdict } from "./compare";
import { floors } from "./floors";
import { Replay } from "./replay";

describe("the node beside a recorded Proxmox VE", () => {
  for (const [area, cases] of recordedCases()) {
    it(`answers about ${area} no less exactly than before`, async function () {
      this.timeout(300_000);
      const replay = await Replay.begin();
      const seen = new Map<string, string>();
      const verdicts = new Map<string, Verdict>();
      try {
        for (const one of cases.filter((item) => Replay.possible(item))) {
          const answer = await replay.run(one);
          verdicts.set(one.id, compare(one, answer));
          seen.set(one.id, JSON.stringify({ recorded: one.answer, answer }));
        }
      } finally {
        await replay.end();
      }
      const count = (verdict: Verdict) =>
        [...verdicts.values()].filter((v) => v === verdict).length;
      const counts = { exact: count("exact"), status: count("status") };
      const more = { different: count("different"), absent: count("absent") };
      console.log(`      ${JSON.stringify({ replayed: verdicts.size, ...counts, ...more })}`);
      if (process.env.HOMELAB_CONTRACT_LIST) {
        for (const [id, verdict] of verdicts)
          if (verdict !== "exact") console.log(`      ${verdict} ${id}`, seen.get(id));
      }
      const floor = floors[area];
      assert.ok(floor, `no floor for area "${area}"; add it to floors.ts`);
      assert.ok(
        counts.exact >= floor.exact && more.different <= floor.different,
        `${area}: at least ${floor.exact} exact and at most ${floor.different} different wanted`,
      );
    });
  }
});
