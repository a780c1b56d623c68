import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** What each room may import of the others; `pve-node/box` is a room of its own. */
const mayImport = {
  lib: [],
  system: [],
  app: [],
  provider: ["lib"],
  components: ["provider", "lib"],
  plugin: ["components"],
  policy: ["lib"],
  observer: ["lib"],
  toolchain: ["system"],
  "pve-node": ["lib"],
  "pve-node/box": ["pve-node", "system", "lib"],
  cli: ["observer", "toolchain", "pve-node/box", "app", "policy", "system", "lib"],
};
const rooms = [...Object.keys(mayImport), "tests"];

/** A relative path that leads to a room, from whatever depth. */
const leadsTo = (room) => {
  const inner = rooms.filter((other) => other.startsWith(`${room}/`));
  const behind = inner.map((one) => `(?!${one.slice(room.length + 1)}(/|$))`).join("");
  return `^(\\.\\./)+${room}(/${behind}|$)`;
};

/** Dependencies go one way: everything that is not allowed is an error. */
const oneWay = Object.entries(mayImport).map(([room, allowed]) => {
  const own = rooms.filter((other) => other === room || room.startsWith(`${other}/`));
  const forbidden = rooms.filter((other) => !own.includes(other) && !allowed.includes(other));
  const inner = rooms.filter((other) => other.startsWith(`${room}/`));
  const list = allowed.length > 0 ? allowed.join(", ") : "nothing of ours";
  return {
    files: [`${room}/**/*.ts`],
    ignores: inner.map((one) => `${one}/**`),
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { regex: forbidden.map(leadsTo).join("|"), message: `${room} imports ${list}` },
            ...inner.map((one) => ({
              regex: `^(\\./|(\\.\\./)+)${one.slice(room.length + 1)}(/|$)`,
              message: `${room} does not import ${one}`,
            })),
          ],
        },
      ],
    },
  };
});

export default tseslint.config(
  {
    ignores: [
      "**/node_modules/**",
      "**/.image/**",
      "dist/**",
      ".lab/**",
      "eslint.config.mjs",
      "**/*.cjs",
      "plugin/index.js",
      "toolchain/go/**",
    ],
  },
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
  ...oneWay,
  {
    // Each has a tsconfig.json of its own, which looks for the installed package.
    files: ["examples/**/*.ts"],
    languageOptions: { parserOptions: { projectService: false, project: "./tsconfig.json" } },
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ regex: "^\\.\\./", message: "examples import the package by its name" }] },
      ],
    },
  },
  {
    // The program itself wires components together and knows nothing else.
    files: ["index.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [{ regex: "^\\./(?!components(/|$))", message: "index.ts imports components" }],
        },
      ],
    },
  },
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
