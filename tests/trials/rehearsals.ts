import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import type { PreviewReport } from "../../cli/ci/report";
import { cloneAt } from "../support/labClone";
import { pullRequestRepository } from "../support/pullRequestRepository";
import { BASE_EDITS, PULL_REQUESTS, type Edit, type PullRequestCase } from "./pullRequestCases";

/** A change that is applied under load, and what must be seen. */
interface RehearsalCase extends PullRequestCase {
  /** Targets that serve at every moment. */
  leastHealthy: number;
}

const prepared = (name: string) => PULL_REQUESTS.find((one) => one.name === name)!;

/** On three app nodes: two of them serve while the third is changed. */
export const ON_THREE: RehearsalCase[] = [
  { ...prepared("image-change"), leastHealthy: 2 },
  { ...prepared("driver-change"), leastHealthy: 2 },
  {
    name: "breaks-healthz",
    edits: [
      {
        file: "app/server.ts",
        from: '["/healthz", () => json(200, { status: "ok", node })]',
        to: '["/healthz", () => json(500, { status: "broken", node })]',
      },
    ],
    status: 8,
    says: [/the rehearsal failed/, /\*\*0 of \d+ requests lost\*\*/, /app1/],
    leastHealthy: 2,
  },
];

/** On two, so that there is room for a third. */
export const ON_TWO: RehearsalCase[] = [
  { ...prepared("new-node"), name: "scale-out", leastHealthy: 2 },
];

const checkout = cloneAt(resolve(__dirname, "..", ".."));
const place = process.env.HOMELAB_SOAK_CLONE ?? "/tmp/homelab-soak";
const keep = process.env.HOMELAB_SOAK_KEEP !== undefined;

/** Changes that are applied under load, with the requests that they cost. */
export function rehearsals(): void {
  for (const [nodes, base, cases] of [
    ["three", [], ON_THREE],
    ["two", BASE_EDITS, ON_TWO],
  ] as [string, Edit[], RehearsalCase[]][]) {
    const repository = `${place}-rehearsals-${nodes}`;

    describe(`rehearsals on ${nodes} app nodes`, function () {
      this.timeout("60m");
      before(() => pullRequestRepository(repository, base, cases));
      after(async () => {
        rmSync(repository, { recursive: true, force: true });
        if (!keep) await checkout.ok(["ci", "clean"], { timeoutSeconds: 300 });
      });

      for (const { name, status, says, leastHealthy } of cases) {
        it(`${name}: exit status ${status}, and no request is lost`, async () => {
          const out = join(repository, ".git", "preview");
          const words = ["ci", "preview", "--repository", repository, "--base", "main"];
          const result = await checkout.run(
            [...words, "--head", name, "--rehearse", "--keep", "--yes", "--out", out],
            { timeoutSeconds: 3000 },
          );
          const said = `${result.stdout}\n${result.stderr}`;
          assert.equal(result.code, status, said);
          for (const pattern of says) assert.match(result.stdout, pattern);
          const file = join(out, "report.json");
          assert.ok(existsSync(file), said);
          const { rehearsal } = JSON.parse(readFileSync(file, "utf8")) as PreviewReport;
          assert.ok(rehearsal, "was not rehearsed");
          assert.equal(rehearsal.lost, 0, rehearsal.failures.join("\n"));
          assert.ok(rehearsal.sent > 500, `${rehearsal.sent} requests say little`);
          assert.ok(
            (rehearsal.leastHealthy ?? 0) >= leastHealthy,
            `${rehearsal.leastHealthy} served`,
          );
          assert.equal(rehearsal.second, status === 0 ? "no changes" : undefined);
          console.log(`      ${Math.round(result.seconds)} s, ${rehearsal.sent} requests`);
        });
      }
    });
  }
}
