import { spawn } from "node:child_process";

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string | undefined>;
  /** Called for each complete line of either stream. */
  onLine?: (line: string) => void;
}

// Enough of a compiler's output to see its errors, which come last.
const rememberedLines = 20;

/** Runs a command and gives its standard output. A non-zero exit status is an error. */
export async function run(file: string, args: string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    const last: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      let rest = "";
      stream.on("data", (chunk: string) => {
        if (stream === child.stdout) stdout += chunk;
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          if (stream === child.stderr) last.push(line);
          if (last.length > rememberedLines) last.shift();
          options.onLine?.(line);
        }
      });
    }
    child.on("error", (cause) =>
      reject(new Error(`${file}: cannot be started: ${cause.message}`, { cause })),
    );
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(stdout);
      const end = signal ? `ended by ${signal}` : `exit status ${code}`;
      reject(new Error(`${file} ${args.slice(0, 2).join(" ")}: ${end}\n${last.join("\n")}`));
    });
  });
}
