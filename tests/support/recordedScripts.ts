import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { execFileSync } from "node:child_process";
import { recordProgram } from "./recordedProgram";

/** A shell script of ours, with where it comes from. */
export interface NamedScript {
  name: string;
  text: string;
}

const root = resolve(__dirname, "..", "..");

/** Every script that the program runs on the Proxmox node and in CTs, and every shell file of the checkout. */
export async function allScripts(): Promise<NamedScript[]> {
  const recording = [
    ...(await recordProgram()),
    ...(await recordProgram({ nat: "provisioning", appNodeCount: "1" })),
  ];
  const scripts = recording
    .filter(({ type }) => type === "command:remote:Command")
    .flatMap(({ name, inputs }) =>
      (["create", "update", "delete"] as const).flatMap((verb) => {
        const text: unknown = inputs[verb];
        return typeof text === "string" ? [{ name: `${name} (${verb})`, text }] : [];
      }),
    );
  const byText = new Map(scripts.reverse().map((script) => [script.text, script]));
  return [...byText.values(), ...shellFiles()];
}

/** Files of the checkout that a shell reads, known by their first line or their name. */
function shellFiles(): NamedScript[] {
  const listed = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).trim();
  return listed.split("\n").flatMap((file) => {
    if (/\.(ts|md|json|png|go|sum|mod|cfg|yaml|mjs|nft|v4|v6)$/.test(file)) return [];
    const text = readFileSync(resolve(root, file), "utf8");
    const isShell = /^#!.*\b(ba)?sh\b/.test(text) || file.endsWith(".sh");
    return isShell ? [{ name: file, text }] : [];
  });
}
