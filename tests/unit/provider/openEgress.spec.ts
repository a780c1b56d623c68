import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OpenEgressState } from "../../../provider/openEgress.provider";
import { openEgressProvider } from "../../../provider/openEgress.provider";
import { fakeNode } from "./fakeSsh";

describe("an open way out that an earlier run left", () => {
  const endpoint = { host: "h", port: 22, user: "root", hostKey: "ssh-ed25519 A" };

  /** What the program's inputs become when the marker is there or not. */
  async function checked(before: number | undefined, isMarked: boolean): Promise<OpenEgressState> {
    const provider = openEgressProvider;
    using node = fakeNode();
    const marker = join(node.folder, "opened");
    if (isMarked) writeFileSync(marker, "");
    const olds = before === undefined ? undefined : { unfinished: before };
    const result = await provider.check?.(olds as OpenEgressState, { node: endpoint, marker });
    return result?.inputs as unknown as OpenEgressState;
  }

  it("is counted, so that what was left to do has a way out again", async () => {
    const { unfinished } = await checked(2, true);
    assert.equal(unfinished, 3);
  });

  it("is not counted when the run before closed it", async () => {
    const { unfinished } = await checked(2, false);
    assert.equal(unfinished, 2);
  });

  it("cannot be the stack's own when that is new", async () => {
    const { unfinished } = await checked(undefined, true);
    assert.equal(unfinished, 0);
  });

  it("is a change only when it was counted", async () => {
    const olds: OpenEgressState = {
      ...{ node: endpoint, marker: "/m" },
      ...{ unfinished: 1, stateVersion: 1 },
    };
    const changes = async (unfinished: number) =>
      (await openEgressProvider.diff?.("id", olds, { ...olds, unfinished } as never))?.changes;
    assert.equal(await changes(1), false);
    assert.equal(await changes(2), true);
  });
});
