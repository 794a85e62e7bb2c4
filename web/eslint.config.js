import hooks from "eslint-plugin-react-hooks";
import ts from "typescript-eslint";

const features = [
  "home", "livecode", "group", "staff", "channel", "contact", "scan", "welcome",
  "wecom", "access", "audit", "job", "about",
];

/** A feature imports itself, shared and api: never the app, never a neighbour. */
const featureWalls = features.map((name) => ({
  files: [`src/features/${name}/**/*.{ts,tsx}`],
  rules: {
    "no-restricted-imports": ["error", {
      patterns: [
        { group: ["**/app/*"], message: "features do not know the app" },
        { group: ["../../features/**"], message: "features never import each other" },
        ...features.filter((other) => other !== name)
          .map((other) => ({ group: [`../${other}/*`], message: "features never import each other" })),
      ],
    }],
  },
}));

export default ts.config(
  { ignores: ["dist", "src/api/schema.gen.ts"] },
  ...ts.configs.recommended,
  { plugins: { "react-hooks": hooks }, rules: { ...hooks.configs.recommended.rules } },
  {
    files: ["src/**/*.{ts,tsx}"],
    rules: {
      "max-lines": ["error", { max: 400 }],
      "no-console": "error",
      eqeqeq: "error",
    },
  },
  ...featureWalls,
  {
    files: ["src/shared/**/*.{ts,tsx}"],
    rules: {
      "no-restricted-imports": ["error", {
        patterns: [{ group: ["**/app/*", "**/features/**"], message: "shared is below app and features" }],
      }],
    },
  },
  { files: ["**/index.{ts,tsx}"], rules: { "no-restricted-syntax": ["error", { selector: "Program", message: "no barrel files" }] } },
);
