import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { command } from "../../../../cli/commands/policy";
import { parseCall, UsageError } from "../../../../cli/core/command";
import { policyFindings } from "../../../../cli/doctor/policyFindings";
import { checkpointFile } from "../../../../cli/stack/outputs";
import { labPaths } from "../../../../system/labPaths";
import { recordProgram } from "../../../support/recordedProgram";
import type { RecordedResource } from "../../../support/recordingMocks";
import { stateOf } from "../../../support/storedState";

/** A checkout without a node, without the toolchain, and with this state. */
class Checkout implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), "policy-"));
  readonly paths = { ...labPaths(this.root), cache: join(this.root, "cache") };

  constructor() {
    writeFileSync(join(this.root, "package.json"), '{"version":"0.1.0"}');
  }

  keep(deployment: unknown): void {
    const file = checkpointFile(this.paths);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ version: 3, checkpoint: { latest: deployment } }));
  }

  context(...words: string[]) {
    const printed: string[] = [];
    const call = parseCall("policy", command, words);
    const print = (line: string) => void printed.push(line);
    const own = { stack: "dev", json: call.options.json === true, yes: false, print };
    return { context: { ...call, paths: this.paths, ...own } as never, printed };
  }

  async run(...words: string[]): Promise<{ status: number; said: string }> {
    const { context, printed } = this.context(...words);
    const status = await command.run(context);
    return { status, said: printed.join("\n") };
  }

  /** What a call that judges nothing says. */
  async refusal(...words: string[]): Promise<string> {
    const error: unknown = await this.run(...words).then(
      () => assert.fail("was not refused"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof UsageError, "exit status 2");
    return error.message;
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true });
  }
}

describe("lab policy", function () {
  this.timeout(60_000); // the first run of the program loads the providers' SDKs
  let recording: RecordedResource[];
  before(async () => {
    recording = await recordProgram();
  });
  const opened = () => {
    const copy = structuredClone(recording);
    copy.find(({ name }) => name === "app1-web")!.inputs.privileged = true;
    return stateOf(copy).deployment;
  };

  it("judges the kept state without a node, and writes nothing", async () => {
    using checkout = new Checkout();
    checkout.keep(stateOf(recording).deployment);
    const before = readdirSync(checkout.root, { recursive: true });
    const { status, said } = await checkout.run();
    assert.equal(status, 0, said);
    assert.match(said, /^stack dev: no policy is violated \(\d\d resources, \d\d policies\)$/);
    assert.deepEqual(readdirSync(checkout.root, { recursive: true }), before);
  });

  it("ends with status 1 where a policy is violated, in each format", async () => {
    using checkout = new Checkout();
    checkout.keep(opened());
    const text = await checkout.run();
    assert.equal(text.status, 1);
    assert.match(
      text.said,
      /^✗ docker-container-confined \(app1-web\): .+\nstack dev: 1 violation/,
    );
    const json = await checkout.run("--output", "json");
    const { ok, findings } = JSON.parse(json.said);
    assert.deepEqual([json.status, ok, findings.length], [1, false, 1]);
    const file = join(checkout.root, "report");
    for (const [format, begin] of [
      ["sarif", /^\{\n {2}"\$schema"/],
      ["junit", /^<\?xml/],
    ] as const) {
      const written = await checkout.run("--output", format, "--file", file);
      assert.equal(written.status, 1);
      assert.equal(written.said, text.said, "people are told as well");
      assert.match(readFileSync(file, "utf8"), begin);
    }
  });

  it("heeds the stack's settings of the pack", async () => {
    using checkout = new Checkout();
    checkout.keep(opened());
    mkdirSync(join(checkout.root, "policy"));
    const config = join(checkout.root, "policy", "config.dev.json");
    writeFileSync(config, '{"docker-container-confined":"advisory"}');
    const { status, said } = await checkout.run();
    assert.equal(status, 0);
    assert.match(said, /^! docker-container-confined/);
    writeFileSync(config, '{"docker":"advisory"}');
    assert.match(await checkout.refusal(), /config\.dev\.json: unknown policy "docker"/);
  });

  it("says that there is nothing to judge", async () => {
    using checkout = new Checkout();
    assert.equal(await checkout.refusal(), 'stack "dev": has no state; ./lab up makes it');
    assert.deepEqual(await policyFindings(checkout.context().context), []);
    const root = { urn: "urn:pulumi:dev::homelab::pulumi:pulumi:Stack::homelab-dev" };
    for (const latest of [null, {}, { resources: [{ ...root, type: "pulumi:pulumi:Stack" }] }]) {
      checkout.keep(latest);
      const said = await checkout.refusal();
      assert.equal(said, 'stack "dev": has no resources; build it with ./lab up');
    }
    assert.deepEqual(await policyFindings(checkout.context().context), []);
  });

  it("judges an exported state of any program, and says what is none", async () => {
    using checkout = new Checkout();
    const file = join(checkout.root, "state.json");
    writeFileSync(file, JSON.stringify(stateOf(recording, false)));
    const { status, said } = await checkout.run("--state", file);
    assert.equal(status, 0);
    assert.match(
      said,
      /^! connections-verified \(stack\): .* got secrets in "\S+", .*--show-secrets/,
    );
    for (const [text, wrong] of [
      ["{", /is no JSON/],
      ["null", /is no state of a stack/],
      ['{"deployment":{"resources":[7]}}', /is no state of a stack/],
      ['{"deployment":{}}', /has no resources/],
    ] as const) {
      writeFileSync(file, text);
      assert.match(await checkout.refusal("--state", file), wrong);
    }
    assert.match(await checkout.refusal("--state", `${file}.other`), /no such file/);
  });

  it("refuses words that it does not know", async () => {
    using checkout = new Checkout();
    assert.match(await checkout.refusal("--output", "xml"), /^unknown format "xml"; choose text,/);
    assert.match(await checkout.refusal("--json", "--output", "sarif"), /exclude each other/);
  });

  it("is a finding of doctor", async () => {
    using checkout = new Checkout();
    checkout.keep(opened());
    const [finding, ...others] = await policyFindings(checkout.context().context);
    assert.deepEqual([finding?.level, others], ["error", []]);
    assert.match(finding?.found ?? "", /^docker-container-confined \(app1-web\)/);
    assert.notEqual(finding?.remedy, "");
  });
});
