import { exportCache } from "../cache/exportCache";
import { importCache } from "../cache/importCache";
import { type Command, UsageError } from "../core/command";
import { missingWord, unknownWord } from "../core/suggest";
import { withLabLock } from "../../system/labLock";

const verbs = ["export", "import"];

export const command: Command = {
  usage: "cache export|import FILE [--sha256 SUM]",
  description:
    "Takes a lab to machines without a network, or to a classroom by one file.\n" +
    "export  writes Node.js, npm packages, Pulumi with its plugins, CT template, Debian packages and\n" +
    "        Docker images into FILE, as the last ./lab up left them; prints the file's SHA-256\n" +
    "import  checks FILE and puts all of it in place; ./lab up then needs no network. The checkout\n" +
    "        must be of the same version",
  options: {
    sha256: { type: "string", value: "SUM", help: "import: refuse a file with another SHA-256" },
  },
  maxArgs: 2,
  words: verbs,
  async run(context) {
    const [verb, file] = context.args;
    const { paths, progress } = context;
    if (verb === undefined) throw new UsageError(missingWord("what to do with the cache", verbs));
    if (!verbs.includes(verb)) throw new UsageError(unknownWord("word", verb, verbs));
    if (file === undefined) throw new UsageError(`lab cache ${verb}: needs a file`);
    const { sha256 } = context.options;
    if (typeof sha256 === "string" && (verb !== "import" || !/^[0-9a-fA-F]{64}$/.test(sha256))) {
      throw new UsageError("lab cache: --sha256 is for import, and 64 hex digits");
    }
    if (verb === "export") {
      const sum = await withLabLock(paths, "cache export", () =>
        exportCache(paths, file, progress),
      );
      context.print(context.json ? JSON.stringify({ file, sha256: sum }) : `${sum}  ${file}`);
      return 0;
    }
    const wanted = typeof sha256 === "string" ? sha256 : undefined;
    const about = await withLabLock(paths, "cache import", () =>
      importCache(paths, file, progress, wanted),
    );
    context.print(
      context.json ? JSON.stringify(about) : `imported from lab ${about.lab}; next: ./lab up`,
    );
    return 0;
  },
};
