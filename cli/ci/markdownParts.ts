import { inlineCode, plainText } from "./escape";
import type { BudgetRow } from "./budgetChange";
import type { PreviewReport } from "./report";
import type { ResourceChange } from "./resourceChanges";
import type { Violation } from "./steps";

/** A folded section. Its title is no markup: inside of `<summary>` Markdown is not read. */
export function details(title: string, body: string): string {
  const plain = title.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  return `<details><summary>${plain.replace(/\s+/g, " ")}</summary>\n\n${body}\n\n</details>`;
}

export const list = (items: readonly string[]): string =>
  items.map((item) => `- ${item}`).join("\n");

/** The whole in six lines. */
export function summaryTable(report: PreviewReport): string {
  const { consequences, violations, baseViolations, reach, budget } = report;
  const { traffic, dataLoss } = consequences;
  const loss = traffic.filter((text) => /OUTAGE|REQUESTS LOST|away meanwhile/.test(text));
  const rows: [string, string][] = [
    ["Resources", countChanges(report.changes)],
    [
      "Traffic",
      loss.length > 0 ? `**${count(loss.length, "interruption")}**, see below` : quiet(traffic),
    ],
    ["Data", dataLoss.length > 0 ? "**DATA LOSS**, see below" : "nothing is lost"],
    ["Policies", policyWords(violations, baseViolations)],
    ["Reach", `${count(reach.gained.length, "way")} gained, ${reach.lost.length} lost`],
  ];
  if (budget) {
    rows.push(["Memory of all CTs", budgetWords(budget.memoryMiB, "MiB")]);
    rows.push(["Disk of all CTs", budgetWords(budget.diskGiB, "GiB")]);
  }
  return ["| | |", "|---|---|", ...rows.map(([what, words]) => `| ${what} | ${words} |`)].join(
    "\n",
  );
}

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`;

const quiet = (traffic: readonly string[]) =>
  traffic.length > 0 ? "0 requests lost expected" : "not touched";

const CHANGES = ["created", "updated", "run again", "restarted", "replaced", "deleted"] as const;

function countChanges(changes: readonly ResourceChange[]): string {
  const counts = CHANGES.map((kind) => {
    const count = changes.filter(({ change }) => change === kind).length;
    return count > 0 ? [`${count} ${kind}`] : [];
  });
  return counts.flat().join(", ") || "no changes";
}

function policyWords(head: readonly Violation[], base: readonly Violation[] | undefined): string {
  const mandatory = (all: readonly Violation[]) => all.filter((one) => one.mandatory).length;
  const words = (all: readonly Violation[], whose: string) => {
    const count = mandatory(all);
    const advice = all.length - count;
    const noted = advice > 0 ? `, ${advice} advisory` : "";
    return count > 0 ? `**${count} violated** by ${whose}${noted}` : `passed by ${whose}${noted}`;
  };
  if (!base) return words(head, "the same policies on both sides");
  return `${words(head, "the change's")}; ${words(base, "the base's")}`;
}

function budgetWords({ before, after, limit }: BudgetRow, unit: string): string {
  const change = after === before ? "unchanged" : `${after > before ? "+" : ""}${after - before}`;
  const over = after > limit ? "**over the budget**: " : "";
  return `${over}${after} of ${limit} ${unit} (${change})`;
}

/** Longer ones are whole in the report. */
const MOST_OF_MESSAGE = 1000;
const MOST_OF_NAME = 200;

/** Each violation with the remedy that its policy names. */
export function violationList(title: string, violations: readonly Violation[]): string[] {
  if (violations.length === 0) return [];
  const items = violations.slice(0, 30).map(({ policy, mandatory, message, resource }) => {
    const where = resource ? ` (${inlineCode(resource)})` : "";
    return `${mandatory ? "❌" : "⚠️"} ${inlineCode(policy)}${where}: ${plainText(message.slice(0, MOST_OF_MESSAGE))}`;
  });
  const more = violations.length > 30 ? [`${violations.length - 30} more`] : [];
  return [`${title}:`, list([...items, ...more])];
}

const MOST_ROWS = 150;

/** Part by part. */
export function resourceTable(changes: readonly ResourceChange[]): string {
  const rows = changes.slice(0, MOST_ROWS).map(({ change, part, name, type, causes }) => {
    const why = causes.map((cause) => inlineCode(cause.slice(0, MOST_OF_NAME))).join("<br>");
    return `| ${plainText(part)} | ${change} | ${inlineCode(name)} | ${inlineCode(shortType(type))} | ${why} |`;
  });
  const more = changes.length - rows.length;
  return [
    "| part | change | resource | type | because of |",
    "|---|---|---|---|---|",
    ...rows,
    ...(more > 0 ? [`| ${more} more | | | | |`] : []),
  ].join("\n");
}

/** `ContainerLegacy` of `proxmoxve:index/containerLegacy:ContainerLegacy`. */
const shortType = (type: string) => type.split(":").at(-1) ?? type;
