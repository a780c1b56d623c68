import assert from "node:assert/strict";
import type { Judgement, PolicyFinding } from "../../../../cli/policy/judge";
import { junit } from "../../../../cli/policy/junit";
import { sarif } from "../../../../cli/policy/sarif";
import { describe as inDoctor } from "../../../../cli/doctor/policyFindings";

const finding: PolicyFinding = {
  policy: "ct-tagged",
  level: "error",
  message: 'CT 111 "app1": lacks <tags> & more\u0007\uD800, got none; add homelab',
  urn: "urn:pulumi:dev::homelab::proxmoxve:index/containerLegacy:ContainerLegacy::app1-ct",
};
const advice: PolicyFinding = { policy: "values", level: "warning", message: "stack: 2 values" };
const judgement: Judgement = {
  policies: [
    { name: "ct-tagged", description: "Each CT has tags.", level: "error" },
    { name: "values", description: "Values are known.", level: "warning" },
    { name: "off", description: "Is off.", level: "disabled" },
    { name: "fine", description: "Is fine.", level: "error" },
  ],
  findings: [finding, { ...finding, message: "CT 111: more, got x; y" }, advice],
};

describe("a judgement as SARIF", () => {
  const { $schema, version, runs, ...others } = JSON.parse(sarif(judgement, "dev", "0.1.0"));
  const [run] = runs;

  it("is a log of version 2.1.0 with one run", () => {
    assert.match($schema, /^https:\/\/.*sarif-schema-2\.1\.0\.json$/);
    assert.deepEqual([version, runs.length, others], ["2.1.0", 1, {}]);
    assert.deepEqual(run.invocations, [{ executionSuccessful: true }]);
    assert.equal(run.automationDetails.id, "homelab-policy/dev/");
    assert.equal(run.tool.driver.version, "0.1.0");
  });

  it("has a rule for each policy, with its level", () => {
    const rules = run.tool.driver.rules.map(
      (rule: { id: string; shortDescription: unknown; defaultConfiguration: unknown }) => [
        ...[rule.id, rule.shortDescription, rule.defaultConfiguration],
      ],
    );
    const level = (one: string) => ({ level: one, enabled: true });
    assert.deepEqual(rules, [
      ["ct-tagged", { text: "Each CT has tags." }, level("error")],
      ["values", { text: "Values are known." }, level("warning")],
      ["off", { text: "Is off." }, { enabled: false }],
      ["fine", { text: "Is fine." }, level("error")],
    ]);
  });

  it("has a result for each finding, which names its rule, level, resource and place", () => {
    assert.equal(run.results.length, 3);
    const prints = new Set<string>();
    for (const [at, result] of run.results.entries()) {
      const { policy, level, urn = "stack" } = judgement.findings[at]!;
      assert.equal(run.tool.driver.rules[result.ruleIndex].id, policy);
      assert.deepEqual([result.ruleId, result.level], [policy, level]);
      const [{ physicalLocation, logicalLocations }] = result.locations;
      assert.equal(physicalLocation.artifactLocation.uri, "Pulumi.yaml");
      assert.equal(physicalLocation.region.startLine, 1);
      assert.equal(logicalLocations[0].fullyQualifiedName, urn);
      prints.add(result.partialFingerprints["finding/v1"]);
    }
    assert.equal(prints.size, 3, "two findings of one policy and resource are two");
    assert.equal(run.results[0].message.text, finding.message);
  });

  it("has no results where nothing is found", () => {
    const [empty] = JSON.parse(sarif({ ...judgement, findings: [] }, "dev", "0.1.0")).runs;
    assert.deepEqual(empty.results, []);
  });
});

describe("a judgement as JUnit's XML", () => {
  const text = junit(judgement, 'de"v');

  it("has one test case for each finding, and one for each policy without", () => {
    const cases = [...text.matchAll(/<testcase classname="([^"]*)" name="([^"]*)"/g)];
    assert.deepEqual(
      cases.map(([, policy, name]) => `${policy} ${name}`),
      ["ct-tagged app1-ct", "ct-tagged app1-ct (2)", "values stack", "off stack", "fine stack"],
    );
    assert.equal(text.match(/tests="5" failures="2" errors="0" skipped="1"/g)?.length, 2);
    assert.equal(text.match(/<failure message="[^"]+" type="ct-tagged">/g)?.length, 2);
    assert.match(text, /<system-out>advisory: stack: 2 values\nstack<\/system-out>/);
    assert.match(text, /<skipped message="disabled"\/>/);
  });

  it("is well-formed whatever is in a message", () => {
    assert.match(text, /message="CT 111 &quot;app1&quot;: lacks &lt;tags&gt; &amp; more, got none/);
    assert.match(text, /name="policies of stack de&quot;v"/);
    const refused = [...text].filter((sign) => (sign < " " && sign !== "\n") || sign === "\uD800");
    assert.deepEqual(refused, []);
    const open: string[] = [];
    for (const [, end, name = "", self] of text.matchAll(/<(\/?)([\w-]+)[^<>]*?(\/?)>/g)) {
      if (end) assert.equal(open.pop(), name);
      else if (!self) open.push(name);
    }
    assert.deepEqual(open, []);
  });
});

describe("a judgement in doctor", () => {
  it("is a finding each, with its remedy apart, or one that all is well", () => {
    const [first, , last] = inDoctor({ ...judgement, resources: 7 });
    assert.equal(first?.level, "error");
    assert.match(first?.found ?? "", /^ct-tagged \(app1-ct\): CT 111 "app1": lacks .* got none$/);
    assert.equal(first?.remedy, "add homelab");
    assert.deepEqual([last?.level, last?.found], ["warning", "values (stack): stack: 2 values"]);
    const [fine] = inDoctor({ ...judgement, findings: [], resources: 7 });
    assert.deepEqual([fine?.level, fine?.found], ["ok", "none is violated by 7 resources"]);
  });
});
