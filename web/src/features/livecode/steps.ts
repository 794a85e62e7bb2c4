import { useTranslation } from "react-i18next";
import type { LiveCode } from "../../api/types";
import { useAct } from "../../shared/act";
import { useMay } from "../../shared/session";
import { type Step, take } from "./queries";

/** Where a code can go from its state. */
const next: Record<LiveCode["state"], Step[]> = {
  draft: ["publication", "archive"],
  provisioning: ["pause", "archive"],
  failed: ["publication", "pause", "archive"],
  active: ["pause", "archive"],
  paused: ["resumption", "archive"],
  expired: ["archive"],
  archived: ["restoration"],
  deleted: ["restoration"],
};

const permission: Record<Step, string> = {
  publication: "code.publish",
  pause: "code.pause",
  resumption: "code.pause",
  archive: "code.edit",
  restoration: "code.edit",
};

/** The steps a person may take with codes, and the taking of one. */
export function useSteps() {
  const { t } = useTranslation();
  const may = useMay();
  const act = useAct({
    run: ({ code, step }: { code: LiveCode; step: Step }) => take(code, step),
    topics: ["live-codes", "home"],
    said: t("common.done"),
  });
  return {
    stepsOf: (code: LiveCode) => next[code.state].filter((step) => may(permission[step])),
    go: (code: LiveCode, step: Step) => act.mutate({ code, step }),
    busy: act.isPending,
  };
}
