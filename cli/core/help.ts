import { type Command, optionsOf, type OptionSpec } from "./command";

/** A command as the front page lists it; its code is loaded only when it is called. */
export interface CommandEntry {
  name: string;
  group: "daily" | "learn" | "operate";
  /** How it looks on the front page, e.g. `status [--json]`; undefined: its counterpart shows it. */
  shown?: string;
  summary: string;
  load(): Promise<{ command: Command }>;
}

const groupTitles = { daily: "Daily", learn: "Learn", operate: "Operate" } as const;

/** The front page: every command that works, on one screen. */
export function frontPage(entries: CommandEntry[]): string {
  const listed = entries.map((entry) => ({ ...entry, shown: entry.shown ?? "" }));
  const width = Math.max(...listed.map(({ shown }) => shown.length));
  const lines = ["An AWS-style application stack on Proxmox VE.", "", "usage: ./lab COMMAND …"];
  for (const group of ["daily", "learn", "operate"] as const) {
    lines.push("", groupTitles[group]);
    for (const { shown, summary } of listed.filter(
      (entry) => entry.group === group && entry.shown !== "",
    )) {
      lines.push(`  ${shown.padEnd(width)}  ${summary}`);
    }
  }
  lines.push("", "Every command takes --stack NAME (default: dev) and has --help.");
  return lines.join("\n");
}

/** The page of one command. */
export function commandPage(command: Command): string {
  const rows = Object.entries(optionsOf(command)).map(
    ([name, spec]) => [optionLabel(name, spec), spec.help] as const,
  );
  const width = Math.max(...rows.map(([label]) => label.length));
  return [
    `usage: ./lab ${command.usage}`,
    "",
    command.description.trim(),
    "",
    "options",
    ...rows.map(([label, help]) => `  ${label.padEnd(width)}  ${help}`),
  ].join("\n");
}

function optionLabel(name: string, { short, value }: OptionSpec): string {
  const dashes = name.length === 1 ? "-" : "--";
  return `${short ? `-${short}, ` : ""}${dashes}${name}${value ? ` ${value}` : ""}`;
}
