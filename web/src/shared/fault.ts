import i18next, { type TFunction } from "i18next";
import { Problem } from "../api/problem";

export type FaultWords = { title: string; detail: string };

/**
 * The words of a fault, found by its code: livecode.expired is the text
 * livecode.fault.expired. Without one the server's own words serve.
 */
export function faultText(t: TFunction, error: unknown): FaultWords {
  if (!(error instanceof Problem)) {
    return { title: t("common.fault.client"), detail: error instanceof Error ? error.message : "" };
  }
  const [noun, ...rest] = error.code.split(".");
  const key = `${noun}.fault.${rest.join("_")}`;
  if (i18next.exists(key)) return { title: t(key as never), detail: error.detail };
  const byStatus = `common.fault.status_${error.status}`;
  const general = i18next.exists(byStatus) ? t(byStatus as never) : t("common.fault.unknown");
  return { title: error.title || general, detail: error.detail };
}

/** One line of a fault, for a toast. */
export function faultLine(t: TFunction, error: unknown): string {
  const { title, detail } = faultText(t, error);
  return detail && detail !== title ? `${title} · ${detail}` : title;
}

/** Whether somebody else changed the thing first. */
export const isConflict = (error: unknown) => error instanceof Problem && error.status === 412;
