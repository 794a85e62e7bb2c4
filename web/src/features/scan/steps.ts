import type { TFunction } from "i18next";
import type { Trace } from "../../api/types";
import type { Tone } from "../../shared/chip";
import { told } from "../../shared/text";

type Step = Trace["steps"][number];

/** The steps up to the page; what came later is told with how sure we are in after. */
export const decision = ({ steps }: Trace): Step[] => steps.filter((step) => step.ms === null || step.ms === undefined);

/** What a step found, in words. */
export function stepWords({ step, result, args }: Step, t: TFunction): string {
  const said = (...keys: string[]) => keys.map((key) => told(t, key, {}, "")).find(Boolean) ?? result;
  switch (step) {
    case "received":
      return join(said(`scan.wechat.${result}`), told(t, `scan.os.${args.os}`, {}, args.os), args.lang);
    case "code":
      return join(args.name, args.version && t("livecode.version", { n: args.version }));
    case "visitor":
      return join(said(`scan.result.${result}`), args.again === "true" && t("scan.again"), args.tap === "true" && t("scan.tapped"));
    case "route":
      return join(args.target, said(`scan.reason.${result}`), args.state && told(t, `scan.state.${args.state}`, {}, args.state));
    case "seat":
      return join(said(`scan.result.${result}`), t("scan.seats", { joined: args.joined, free: args.free }));
    default:
      return join(said(`scan.result.${result}`, `scan.reason.${result}`), ...Object.values(args));
  }
}

const join = (...words: (string | false | undefined)[]) => words.filter(Boolean).join(" \u00b7 ");

/** The seats of a target as the server writes them, "120 + 75", in words. */
export function seats(detail: string, t: TFunction): string {
  const [, joined, free] = /^(\d+) \+ (\d+)$/.exec(detail) ?? [];
  return joined === undefined ? detail : t("scan.seats", { joined, free });
}

/** Good news, bad news, or just news. */
export function toneOf(kind: string): Tone {
  if (/failed|lost|dropped|left|expired/.test(kind)) return "bad";
  return /added|joined|sent/.test(kind) ? "good" : "info";
}
