import { execFile } from "node:child_process";
import { promisify } from "node:util";

/**
 * Files that a dynamically linked program loads, read from `ldd`'s output; the loader is one of them.
 *
 * @throws when a library was not found
 */
export function parseLdd(output: string): string[] {
  const files: string[] = [];
  for (const line of output.split("\n").map((l) => l.trim())) {
    if (line === "" || line === "statically linked" || /^linux-(vdso|gate)/.test(line)) continue;
    const missing = /^(\S+) => not found/.exec(line);
    if (missing) throw new Error(`${missing[1]}: not found by ldd; install the library`);
    // `libc.so.6 => /lib/…/libc.so.6 (0x…)`, or the loader's bare path
    const found = /^(?:\S+ => )?(\/\S+) \(0x[0-9a-f]+\)$/.exec(line);
    if (!found?.[1]) throw new Error(`ldd: line not understood, got ${JSON.stringify(line)}`);
    files.push(found[1]);
  }
  return [...new Set(files)].sort();
}

/** The libraries of `program`, which ldd resolves as its own loader would. */
export async function sharedLibraries(program: string): Promise<string[]> {
  try {
    const { stdout } = await promisify(execFile)("ldd", [program], {
      env: { ...process.env, LC_ALL: "C", LD_LIBRARY_PATH: "", LD_PRELOAD: "" },
    });
    return parseLdd(stdout);
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr ?? "";
    if (said.includes("not a dynamic executable")) return [];
    throw new Error(`${program}: unable to list its libraries: ${String(cause)}`, { cause });
  }
}
