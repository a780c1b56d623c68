import type { Host } from "./script/shellEffects";
import type { KernelSetting } from "./script/types";

const FILES = /^\/etc\/sysctl(\.conf|\.d\/[^/]+\.conf)$/;

/** Kernel settings that scripts make, now or at each boot, by their names with dots. */
export function kernelSettings(host: Host): KernelSetting[] {
  const now = host.kernel.map(({ name, value }) => ({ name: dotted(name), value }));
  return [...now, ...lasting(host)];
}

function lasting(host: Host): KernelSetting[] {
  const texts = [...host.files].filter(([path]) => FILES.test(path)).map(([, text]) => text);
  return texts.flatMap((text) =>
    text.split("\n").flatMap((line) => {
      const [, name, value = ""] = /^\s*-?\s*([\w./*-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      return name === undefined ? [] : [{ name: dotted(name), value }];
    }),
  );
}

const dotted = (name: string) => name.replace(/^\/proc\/sys\//, "").replaceAll("/", ".");

/** True for a CT in which IPv6 is switched off at each boot: nothing is reached over it. */
export function hasNoIpv6(host: Host): boolean {
  const settings = lasting(host).filter(({ name }) => name === "net.ipv6.conf.all.disable_ipv6");
  return settings.length > 0 && settings.every(({ value }) => value === "1");
}
