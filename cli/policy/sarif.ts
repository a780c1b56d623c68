import { createHash } from "node:crypto";
import type { Judgement, PolicyFinding } from "./judge";
import { nameOf } from "./storedStack";

/** Of a program that Pulumi runs this file is always there. */
const PROJECT_FILE = "Pulumi.yaml";

/**
 * A judgement in the Static Analysis Results Interchange Format, version 2.1.0 (OASIS standard), which code
 * hosts read. A resource is no line of a file: its URN is the logical location; the physical one, which
 * code hosts ask for, is the project's file.
 */
export function sarif({ policies, findings }: Judgement, stack: string, version: string): string {
  const rules = policies.map(({ name, description, level }) => ({
    id: name,
    shortDescription: { text: description },
    defaultConfiguration: level === "disabled" ? { enabled: false } : { level, enabled: true },
  }));
  const results = findings.map((finding) => ({
    ruleId: finding.policy,
    ruleIndex: rules.findIndex(({ id }) => id === finding.policy),
    level: finding.level,
    message: { text: finding.message },
    locations: [locationOf(finding)],
    partialFingerprints: { "finding/v1": fingerprint(finding) },
  }));
  const document = {
    $schema:
      "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "homelab-policy", version, rules } },
        // Results of one stack do not take the place of another's.
        automationDetails: { id: `homelab-policy/${stack}/` },
        invocations: [{ executionSuccessful: true }],
        results,
      },
    ],
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function locationOf({ urn }: PolicyFinding) {
  const artifactLocation = { uri: PROJECT_FILE, uriBaseId: "%SRCROOT%" };
  const name = { name: nameOf(urn), fullyQualifiedName: urn ?? "stack", kind: "resource" };
  return {
    physicalLocation: { artifactLocation, region: { startLine: 1 } },
    logicalLocations: [name],
  };
}

/** The same finding of the same resource is the same one in the next run. */
const fingerprint = ({ policy, urn, message }: PolicyFinding): string =>
  createHash("sha256")
    .update(JSON.stringify([policy, urn, message]))
    .digest("hex")
    .slice(0, 32);
