import type { Method, Route } from "../contract";

interface Compiled {
  route: Route;
  segments: string[];
}

export interface Match {
  route: Route;
  uri: Record<string, string>;
}

/** Finds the route of a decoded path. Literal segments win over parameters, those over `{rest*}`. */
export class Router {
  private readonly compiled: Compiled[];

  constructor(routes: Route[]) {
    this.compiled = routes
      .map((route) => ({ route, segments: split(route.path) }))
      .sort((a, b) => compare(a.segments, b.segments));
    const seen = new Set<string>();
    for (const { route } of this.compiled) {
      const key = `${route.method} ${route.path.replaceAll(/\{\w+/g, "{")}`;
      if (seen.has(key)) throw new Error(`route ${key}: defined twice`);
      seen.add(key);
    }
  }

  find(method: Method, path: string): Match | undefined {
    const parts = split(path);
    for (const { route, segments } of this.compiled) {
      if (route.method !== method) continue;
      const uri = match(segments, parts);
      if (uri) return { route, uri };
    }
    return undefined;
  }
}

const split = (path: string) => path.split("/").filter((part) => part !== "");

/** 0 literal, 1 parameter, 2 rest. */
function rank(segment: string | undefined): number {
  if (segment === undefined) return 0;
  return segment.endsWith("*}") ? 2 : segment.startsWith("{") ? 1 : 0;
}

function compare(a: string[], b: string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const difference = rank(a[i]) - rank(b[i]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function match(segments: string[], parts: string[]): Record<string, string> | undefined {
  const uri: Record<string, string> = {};
  for (const [i, segment] of segments.entries()) {
    const part = parts[i];
    if (part === undefined) return undefined;
    if (rank(segment) === 2) {
      uri[segment.slice(1, -2)] = parts.slice(i).join("/");
      return uri;
    }
    if (rank(segment) === 1) uri[segment.slice(1, -1)] = part;
    else if (segment !== part) return undefined;
  }
  return segments.length === parts.length ? uri : undefined;
}
