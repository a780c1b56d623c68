import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** Dependencies go one way; each folder names what it must not import. */
const forbid = (files, folders, why) => ({
  files: files.map((f) => `${f}/**/*.ts`),
  rules: {
    "no-restricted-imports": [
      "error",
      { patterns: [{ regex: `^(\\.\\./)+(${folders.join("|")})(/|$)`, message: why }] },
    ],
  },
});

export default tseslint.config(
  { ignores: ["node_modules/**", ".lab/**", "eslint.config.mjs", "**/*.cjs", "toolchain/go/**"] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "max-lines": ["error", { max: 300 }],
    },
  },
  forbid(
    ["lib"],
    [
      "components",
      "provider",
      "pve-node",
      "observer",
      "cli",
      "policy",
      "app",
      "tests",
      "toolchain",
    ],
    "lib is pure and imports nothing of ours",
  ),
  forbid(
    ["provider"],
    ["components", "pve-node", "observer", "cli", "policy", "app", "tests"],
    "provider imports lib only",
  ),
  forbid(
    ["components"],
    ["pve-node", "observer", "cli", "policy", "app", "tests"],
    "components import provider and lib only",
  ),
  forbid(
    ["pve-node"],
    ["components", "provider", "observer", "cli", "policy", "app", "tests"],
    "pve-node imports lib only",
  ),
  forbid(
    ["observer"],
    ["components", "provider", "pve-node", "cli", "policy", "app", "tests"],
    "the observer never imports what it judges",
  ),
  forbid(
    ["cli"],
    ["components", "provider", "pve-node", "policy", "app", "tests"],
    "cli imports observer, toolchain and lib",
  ),
  forbid(
    ["policy", "app"],
    ["components", "provider", "pve-node", "observer", "cli", "lib", "tests"],
    "policy and app import nothing of ours",
  ),
  {
    files: ["tests/**/*.ts"],
    rules: {
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-return": "off",
    },
  },
);
