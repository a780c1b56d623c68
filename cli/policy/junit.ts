import { xmlText } from "../../observer/xmlText";
import type { Judgement, PolicyFinding } from "./judge";
import { nameOf } from "./storedStack";

/**
 * A judgement as JUnit's XML: a test case for each policy that finds nothing, and one for each finding, for
 * readers show one failure of a test case only. What is advisory passes, and says so in its output.
 */
export function junit({ policies, findings }: Judgement, stack: string): string {
  const cases = policies.flatMap(({ name, level }) => {
    const own = findings.filter(({ policy }) => policy === name);
    if (own.length > 0) return own.map(caseOf);
    const disabled = level === "disabled";
    return [testCase(name, "stack", disabled ? ['<skipped message="disabled"/>'] : [])];
  });
  const failures = findings.filter(({ level }) => level === "error").length;
  const skipped = policies.filter(({ level }) => level === "disabled").length;
  const counts = `tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}" time="0"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="policies" ${counts}>`,
    `  <testsuite name="policies of stack ${xmlText(stack)}" ${counts}>`,
    ...cases,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function caseOf({ policy, level, message, urn }: PolicyFinding, at: number): string {
  const text = xmlText(message);
  const place = xmlText(urn ?? "stack");
  // A reader tells test cases apart by their names.
  const name = at === 0 ? nameOf(urn) : `${nameOf(urn)} (${at + 1})`;
  return testCase(policy, name, [
    level === "error"
      ? `<failure message="${text}" type="${xmlText(policy)}">${place}</failure>`
      : `<system-out>advisory: ${text}\n${place}</system-out>`,
  ]);
}

function testCase(policy: string, name: string, inner: readonly string[]): string {
  const open = `    <testcase classname="${xmlText(policy)}" name="${xmlText(name)}" time="0"`;
  if (inner.length === 0) return `${open}/>`;
  return [`${open}>`, ...inner.map((line) => `      ${line}`), "    </testcase>"].join("\n");
}
