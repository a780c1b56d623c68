import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve, sep } from "node:path";
import { transpileModule, ModuleKind, ScriptTarget } from "typescript";
import { recordProgram } from "./recordedProgram";
import type { RecordedResource } from "./recordingMocks";

/** One edit of the program's sources. */
export interface SourceEdit {
  /** Path in the checkout. */
  file: string;
  from: string | RegExp;
  to: string;
}

const ROOT = resolve(__dirname, "../..");
const PROGRAM = ["index.ts", "components", "lib", "provider"].map((path) => resolve(ROOT, path));
const isProgram = (file: string) =>
  PROGRAM.some((path) => file === path || file.startsWith(path + sep));
/** Texts of the sources after TypeScript, by path and source: most are the same from edit to edit. */
const transpiled = new Map<string, string>();

/**
 * Runs the program with its sources edited, under mocks, and answers what it declares. The files of the
 * checkout stay as they are.
 */
export async function recordEdited(
  edits: SourceEdit[],
  config: Record<string, string> = {},
): Promise<RecordedResource[]> {
  const load = createRequire(__filename);
  const { extensions } = load;
  const original = extensions[".ts"];
  const open = new Map(edits.map((edit) => [resolve(ROOT, edit.file), edit.file]));
  const forget = () => {
    for (const file of Object.keys(load.cache)) if (isProgram(file)) delete load.cache[file];
  };
  extensions[".ts"] = (module, file) => {
    if (!isProgram(file)) return original?.(module, file);
    let source = readFileSync(file, "utf8");
    if (open.has(file)) {
      for (const edit of edits.filter((one) => one.file === open.get(file))) {
        source = edited(source, edit);
      }
      open.delete(file);
    }
    return (module as unknown as Compiler)._compile(output(file, source), file);
  };
  forget();
  try {
    const recording = await recordProgram(config);
    if (open.size > 0)
      throw new Error(`the program does not read ${[...open.values()].join(", ")}`);
    return recording;
  } finally {
    extensions[".ts"] = original;
    forget();
  }
}

interface Compiler {
  _compile(text: string, file: string): void;
}

function output(file: string, source: string): string {
  const key = `${file}\0${source}`;
  const kept = transpiled.get(key);
  if (kept !== undefined) return kept;
  const compilerOptions = {
    module: ModuleKind.CommonJS,
    target: ScriptTarget.ES2022,
    esModuleInterop: true,
    useDefineForClassFields: false,
  };
  const { outputText } = transpileModule(source, { compilerOptions });
  transpiled.set(key, outputText);
  return outputText;
}

function edited(source: string, { file, from, to }: SourceEdit): string {
  const result = source.replace(from, () => to);
  if (result === source) throw new Error(`${file}: nothing to replace, no ${String(from)} in it`);
  return result;
}
