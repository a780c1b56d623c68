import { parseProperties, type PropertySchema } from "./propertyString";

export const featuresSchema: PropertySchema = {
  force_rw_sys: { type: "boolean", optional: true },
  fuse: { type: "boolean", optional: true },
  keyctl: { type: "boolean", optional: true },
  mknod: { type: "boolean", optional: true },
  mount: { type: "string", optional: true, pattern: /^[a-zA-Z0-9_; ]+$/ },
  nesting: { type: "boolean", optional: true },
};

/** A CT's features; what is absent is off. */
export interface Features {
  forceRwSys: boolean;
  fuse: boolean;
  keyctl: boolean;
  mknod: boolean;
  nesting: boolean;
  mount: string[];
}

/** @throws PropertyError when it is no valid `features`. */
export function parseFeatures(text: string): Features {
  const values = parseProperties(text, featuresSchema);
  return {
    forceRwSys: values.force_rw_sys === "1",
    fuse: values.fuse === "1",
    keyctl: values.keyctl === "1",
    mknod: values.mknod === "1",
    nesting: values.nesting === "1",
    mount: values.mount?.split(/[; ]+/).filter(Boolean) ?? [],
  };
}

export const startupSchema: PropertySchema = {
  order: { type: "string", optional: true, defaultKey: true, pattern: /^\d+$/ },
  up: { type: "integer", optional: true, minimum: 0 },
  down: { type: "integer", optional: true, minimum: 0 },
};
