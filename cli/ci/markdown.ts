import { codeBlock, inlineCode, plainText } from "./escape";
import { details, list, resourceTable, summaryTable, violationList } from "./markdownParts";
import type { PreviewReport } from "./report";
import { besides } from "./steps";
import { LABELS, VERDICTS } from "./verdict";

/** The first line, by which a comment is found again. */
export const MARKER = "<!-- homelab-preview -->";

/** GitHub refuses a comment of more than 65,536 characters. */
export const MOST_CHARACTERS = 60_000;

/** Longest text of one section. */
const MOST_OF_SECTION = 12_000;

/** The report for people: what matters first, the rest folded, in fewer than 60,000 characters. */
export function renderMarkdown(report: PreviewReport): string {
  const sign = report.verdict === "ok" ? "✅" : "❌";
  const top = [
    MARKER,
    ...guardedNote(report),
    `## ${sign} Preview: ${VERDICTS[report.verdict].words}`,
    ...problemNote(report),
    ...(report.budget ? [summaryTable(report)] : []),
    ...statements(report),
  ];
  const foot = footer(report);
  return withinLimit(top, folded(report), foot);
}

/** Stands above everything else: with these files the rest may be judged by other rules. */
function guardedNote({ guarded, labels }: PreviewReport): string[] {
  if (guarded.length === 0) return [];
  const groups = guarded.map(({ title, files }) => {
    const shown = files.slice(0, 10).map(inlineCode).join(", ");
    return `> - ${plainText(title)}: ${shown}${files.length > 10 ? `, ${files.length - 10} more` : ""}`;
  });
  const allowed = labels.includes(LABELS.guarded);
  return [
    [
      "> [!WARNING]",
      "> **Files are changed that decide what this preview finds.** Read these first:",
      ...groups,
      ">",
      `> ${allowed ? "Allowed by" : "They pass only with"} the label ${inlineCode(LABELS.guarded)}.`,
    ].join("\n"),
  ];
}

function problemNote({ problem }: PreviewReport): string[] {
  if (!problem) return [];
  return [`**${plainText(problem.title)}**`, codeBlock(cut(problem.text, 6000))];
}

/** What everybody should read, in sentences. */
function statements(report: PreviewReport): string[] {
  const { consequences, violations, baseViolations = [], rehearsal, labels } = report;
  const { dataLoss, data, traffic } = consequences;
  const sections: string[] = [];
  if (dataLoss.length > 0) {
    const passes = labels.includes(LABELS["data-loss"]) ? "Allowed by" : "It passes only with";
    sections.push(
      `### Data\n\n${list(dataLoss.map((text) => `**${plainText(text)}**`))}\n\n` +
        `${passes} the label ${inlineCode(LABELS["data-loss"])}.`,
    );
  }
  if (data.length > 0) sections.push(list(data.map(plainText)));
  const all = [...violations, ...baseViolations];
  if (all.length > 0) {
    const others = besides(violations, baseViolations);
    const above = others.length < baseViolations.length ? ", besides those above" : "";
    const base = violationList(`By the base's policies${above}`, others);
    sections.push(
      ["### Policies", ...violationList("By the policies of the change", violations), ...base].join(
        "\n\n",
      ),
    );
  }
  if (traffic.length > 0) sections.push(`### Traffic\n\n${list(traffic.map(plainText))}`);
  if (rehearsal) sections.push(rehearsalText(rehearsal));
  return sections;
}

function rehearsalText(rehearsal: NonNullable<PreviewReport["rehearsal"]>): string {
  const { latency, sent, lost, leastHealthy, second, failures } = rehearsal;
  const rows = (["before", "during", "after"] as const).map((phase) => {
    const { p50, p99, max } = latency[phase];
    return `| ${phase} | ${p50} | ${p99} | ${max} |`;
  });
  return [
    "### Rehearsal",
    `Applied on an embedded node under load: **${lost} of ${sent} requests lost**; ${inRotation(leastHealthy)}. ` +
      `The update: ${plainText(rehearsal.changes)}. A second one: ${plainText(second ?? "not tried")}.`,
    ["| latency, ms | p50 | p99 | max |", "|---|---:|---:|---:|", ...rows].join("\n"),
    ...(failures.length > 0 ? [codeBlock(failures.join("\n"))] : []),
  ].join("\n\n");
}

const inRotation = (least: number | undefined): string =>
  least === undefined
    ? "how many targets were in rotation could not be seen"
    : `at least ${least} targets were in rotation`;

interface Section {
  title: string;
  /** Made only where there is room for it. */
  body: () => string;
}

/** What somebody may want to look up. */
function folded(report: PreviewReport): Section[] {
  const { changes, reach, texts } = report;
  const sections: Section[] = [];
  const ways = [...reach.gained.map((way) => `+${way}`), ...reach.lost.map((way) => `-${way}`)];
  const fold = (title: string, body: () => string) => void sections.push({ title, body });
  if (ways.length > 0) {
    fold(`Who reaches whom: ${reach.gained.length} gained, ${reach.lost.length} lost`, () =>
      codeBlock(cut(ways.join("\n"), MOST_OF_SECTION), "diff"),
    );
  }
  for (const { title, diff } of texts) {
    fold(title, () => codeBlock(cut(diff, MOST_OF_SECTION), "diff"));
  }
  if (changes.length > 0) {
    fold(`Resources: ${changes.length} change`, () => resourceTable(changes));
  }
  return sections;
}

function footer({ base, head, stack }: PreviewReport): string {
  const short = ({ commit }: PreviewReport["base"]) => inlineCode(commit.slice(0, 12));
  return (
    `<sub>${short(head)} compared with ${short(base)}, on ${plainText(stack)}. The change's own program made these ` +
    "data: see “What it cannot tell” in docs/pull-requests.md.</sub>"
  );
}

/** A text's beginning, at a line's end. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = text.lastIndexOf("\n", most);
  const kept = text.slice(0, end > 0 ? end : most);
  return `${kept}\n… ${text.length - kept.length} more characters`;
}

/** Room for the words on what was left out. */
const RESERVE = 200;

/** Takes as many folded sections as fit, the first ones first. */
function withinLimit(top: string[], sections: Section[], foot: string): string {
  const head = cut(top.join("\n\n"), MOST_CHARACTERS - foot.length - RESERVE);
  let room = MOST_CHARACTERS - head.length - foot.length - RESERVE;
  const shown: string[] = [];
  for (const { title, body } of sections) {
    if (room < 500) break;
    const text = details(title, body());
    if (text.length + 2 > room) continue;
    shown.push(text);
    room -= text.length + 2;
  }
  const left = sections.length - shown.length;
  const note = left > 0 ? [`*${left} sections are left out here: see the run's artifact.*`] : [];
  return `${[head, ...shown, ...note, foot].join("\n\n")}\n`;
}
