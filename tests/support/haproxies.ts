import { execFile, spawnSync } from "node:child_process";
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { labPaths } from "../../system/labPaths";

/** A program that checks configurations; its version is two numbers, `2.6`. */
export interface HaproxyProgram {
  command: string;
  version: string;
}

/**
 * The HAProxys that configurations are checked with: the machine's, which is Debian 12's as in the lab, and the
 * one of Debian 13, which is brought where the machine's own package sources offer it.
 */
export async function haproxies(): Promise<HaproxyProgram[]> {
  const newer = await fromTrixie();
  return ["haproxy", ...(newer === undefined ? [] : [newer])].flatMap((command) => {
    const { stdout } = spawnSync(command, ["-v"], { encoding: "utf8" });
    const version = /version (\d+\.\d+)/.exec(stdout ?? "")?.[1];
    return version === undefined ? [] : [{ command, version }];
  });
}

/** What HAProxy of Debian 13 needs beside itself, for it is run on the machine's own Debian. */
const PACKAGES = [
  ...["haproxy", "libc6", "libcap2", "libcrypt1", "libjemalloc2", "liblua5.4-0", "libpcre2-8-0"],
  ...["libssl3t64", "libsystemd0", "zlib1g"],
];

/** Unpacks the packages into the working folder, from where the machine's apt has Debian from. */
const BRING = String.raw`set -eu
mkdir -p lists/partial cache/archives/partial root debs
home=$PWD
debian=$(apt-get indextargets --format '$(REPO_URI)' | grep -E '/debian/?$' | sort -u | head -n 1)
[ -n "$debian" ]
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $debian trixie main" > sources.list
own() {
  apt-get -qq -o Dir::Etc::sourcelist="$home/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State::lists="$home/lists" -o Dir::Cache="$home/cache" -o Debug::NoLocking=1 \
    -o APT::Sandbox::User="$(id -un)" -o Acquire::Retries=0 -o Acquire::http::Timeout=10 "$@"
}
own update
(cd debs && own download "$@")
for deb in debs/*.deb; do dpkg-deb -x "$deb" root; done
rm -rf lists cache debs
cat > haproxy << 'END'
#!/bin/sh
root=$(dirname "$(readlink -f "$0")")/root
libraries=$(dirname "$(find "$root/usr/lib" -name libc.so.6)")
exec "$(find "$libraries" -name 'ld-linux-*')" --library-path "$libraries" "$root/usr/sbin/haproxy" "$@"
END
chmod +x haproxy`;

let brought: Promise<string | undefined> | undefined;

function fromTrixie(): Promise<string | undefined> {
  return (brought ??= bring());
}

async function bring(): Promise<string | undefined> {
  const { cache } = labPaths(join(__dirname, "..", ".."));
  const folder = join(cache, "haproxy-trixie");
  const program = join(folder, "haproxy");
  if (existsSync(program)) return program;
  const work = `${folder}.${process.pid}`;
  try {
    const script = `mkdir -p "$0" && cd "$0" && ${BRING}`;
    await promisify(execFile)("bash", ["-c", script, work, ...PACKAGES], { timeout: 100_000 });
    if (!existsSync(folder)) renameSync(work, folder);
    return program;
  } catch (error) {
    const [line] = String((error as { stderr?: string }).stderr ?? error).split("\n");
    console.log(`    without HAProxy of Debian 13, which could not be brought: ${line}`);
    return undefined;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
