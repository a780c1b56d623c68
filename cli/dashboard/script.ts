import { join, resolve } from "node:path";

const CLIENT = resolve(__dirname, "../../observer/view/client");

/** A page's script from its own sources, for the browser: of the live view or of a replay; made in some 50 ms. */
export async function pageScript(entry: "main" | "replayMain" = "main"): Promise<string> {
  const { build, stop } = await import("esbuild");
  const result = await build({
    entryPoints: [join(CLIENT, `${entry}.ts`)],
    bundle: true,
    minify: true,
    charset: "utf8",
    platform: "browser",
    target: "es2022",
    format: "iife",
    write: false,
    logLevel: "silent",
  });
  // Its own process is of no use any more.
  await stop();
  return result.outputFiles[0]!.text;
}
