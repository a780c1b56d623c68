import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, UsageError } from "../core/command";
import { resultDocument } from "../core/document";
import { unknownWord } from "../core/suggest";
import { labVersion } from "../lab/version";
import { junit } from "../policy/junit";
import { judgeStored, type StoredJudgement } from "../policy/judgeStored";
import { sarif } from "../policy/sarif";
import { nameOf } from "../policy/storedStack";

const FORMATS = ["text", "json", "sarif", "junit"] as const;
type Format = (typeof FORMATS)[number];

export const command: Command = {
  usage: "policy [--output FORMAT] [--file FILE] [--state FILE]",
  description:
    "Judges the stack as its state has it, by the policy pack: no preview, no program, nothing is changed,\n" +
    "and the Proxmox node is not asked. Secrets are not read: what depends on one is named as not judged.\n" +
    "--state judges what pulumi stack export has written, also of other programs.\n" +
    "Exit status: 0 no policy is violated (advisory ones may be), 1 one is, 2 nothing could be judged.",
  options: {
    output: { type: "string", value: "FORMAT", help: "text, json, sarif or junit (default: text)" },
    file: { type: "string", value: "FILE", help: "write it there, and text to standard output" },
    state: { type: "string", value: "FILE", help: "an exported state; - reads standard input" },
  },
  words: FORMATS,
  async run(context) {
    const { stack, options, paths } = context;
    const format = formatOf(options.output, context.json);
    const state = optionText(options.state);
    const file = optionText(options.file);
    const judgement = await orNotJudged(() => judgeStored(context, state));
    const status = judgement.findings.some(({ level }) => level === "error") ? 1 : 0;
    const text = () => described(judgement, state ?? `stack ${stack}`);
    const output = {
      text,
      json: () => resultDocument([document(judgement, stack)], status),
      sarif: () => sarif(judgement, stack, labVersion(paths)),
      junit: () => junit(judgement, stack),
    }[format]();
    if (file !== undefined) {
      await orNotJudged(() => writeFileSync(resolve(file), `${output.trimEnd()}\n`));
    }
    // With --json the document is completed where it is printed.
    if (context.json) context.print(document(judgement, stack));
    else context.print((file === undefined ? output : text()).trimEnd());
    return status;
  },
};

const optionText = (value: string | boolean | undefined): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

function formatOf(asked: string | boolean | undefined, isJson: boolean): Format {
  const known = FORMATS.find((format) => format === (asked ?? (isJson ? "json" : "text")));
  if (known === undefined) throw new UsageError(unknownWord("format", String(asked), FORMATS));
  if (isJson && known !== "json") {
    throw new UsageError(
      `lab policy: --json and --output ${known} exclude each other; leave one out`,
    );
  }
  return known;
}

/** Exit status 1 says that a policy is violated; that there is no report has a status of its own. */
async function orNotJudged<T>(work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function document({ resources, policies, findings }: StoredJudgement, stack: string): string {
  return JSON.stringify({ stack, resources, policies: policies.length, findings }, undefined, 2);
}

function described({ findings, resources, policies }: StoredJudgement, subject: string): string {
  const lines = findings.map(({ policy, level, message, urn }) => {
    const sign = level === "error" ? "✗" : "!";
    return `${sign} ${policy} (${nameOf(urn)}): ${message}`;
  });
  const count = findings.filter(({ level }) => level === "error").length;
  const found =
    count === 0 ? "no policy is violated" : count === 1 ? "1 violation" : `${count} violations`;
  const applied = policies.filter(({ level }) => level !== "disabled").length;
  return [...lines, `${subject}: ${found} (${resources} resources, ${applied} policies)`].join(
    "\n",
  );
}
