import assert from "node:assert/strict";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { labPaths } from "../../system/labPaths";
import { cloneAt } from "../support/labClone";
import { pullRequestRepository } from "../support/pullRequestRepository";
import { BASE_EDITS, PULL_REQUESTS } from "./pullRequestCases";

/** The checkout that the tests run from: its own `./lab` makes the previews. */
const checkout = cloneAt(resolve(__dirname, "..", ".."));
const repository = `${process.env.HOMELAB_SOAK_CLONE ?? "/tmp/homelab-soak"}-pulls`;
/** The first one deploys the base; the others find it standing. */
const FIRST_SECONDS = 2400;

/** A pull request of each kind, previewed on one base that stands. */
export function pullRequests(): void {
  const paths = labPaths(checkout.root);
  const standing = join(paths.cache, "tmp", `homelab-ci-standing-${paths.id}`);
  const keep = process.env.HOMELAB_SOAK_KEEP !== undefined;

  describe("previews of pull requests", function () {
    this.timeout("45m");

    before(() => pullRequestRepository(repository, BASE_EDITS, PULL_REQUESTS));
    after(async () => {
      rmSync(repository, { recursive: true, force: true });
      if (keep) return;
      // Where this was the last one, the next without --keep finds nothing to remove.
      await checkout.ok(["ci", "clean"], { timeoutSeconds: 300 });
      assert.equal(existsSync(standing), false, `${standing} is left`);
    });

    for (const { name, status, says, not = [] } of PULL_REQUESTS) {
      it(`${name}: exit status ${status}, and the words that are due`, async function () {
        const words = ["ci", "preview", "--repository", repository, "--base", "main"];
        const result = await checkout.run([...words, "--head", name, "--keep", "--yes"], {
          timeoutSeconds: FIRST_SECONDS,
        });
        const said = `${result.stdout}\n${result.stderr}`;
        assert.equal(result.code, status, said);
        for (const pattern of says) assert.match(result.stdout, pattern);
        for (const pattern of not) assert.doesNotMatch(result.stdout, pattern);
        console.log(`      ${Math.round(result.seconds)} s`);
      });
    }

    it("leave nothing in the repository", () => {
      assert.deepEqual(
        readdirSync(join(repository, ".git")).filter((entry) => /worktree|index\./.test(entry)),
        [],
      );
    });
  });
}
