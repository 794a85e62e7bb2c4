export type Variable = "nickname" | "staff" | "channel" | "code";

export const variables: Variable[] = ["nickname", "staff", "channel", "code"];

/** The words between the braces, in both languages; the server knows the same. */
const names: Record<string, Variable> = {
  nickname: "nickname", staff: "staff", channel: "channel", code: "code",
  "\u6635\u79f0": "nickname", "\u5458\u5de5\u540d": "staff", "\u6e20\u9053": "channel", "\u6d3b\u7801": "code",
};

/** The texts that stand for a variable in an example. */
export const examples: Record<Variable, string> = {
  nickname: "welcome.example.nickname", staff: "welcome.example.staff", channel: "welcome.example.channel", code: "welcome.example.code",
};

export type Part = { text: string; variable?: Variable };

/** A text cut at its variables. Braces around anything else are just braces. */
export function parts(text: string): Part[] {
  return text
    .split(/(\{[^{}]+\})/)
    .filter(Boolean)
    .map((piece) => ({ text: piece, variable: piece.startsWith("{") ? names[piece.slice(1, -1)] : undefined }));
}
