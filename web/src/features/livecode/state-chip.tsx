import { Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import type { LiveCode } from "../../api/types";
import { Chip, type Tone } from "../../shared/chip";
import { ago, moment } from "../../shared/time";

const tones: Record<LiveCode["state"], Tone> = {
  draft: "quiet", provisioning: "info", active: "good", paused: "warn",
  expired: "quiet", archived: "quiet", failed: "bad", deleted: "quiet",
};

/** The state of a code and, where it matters more, its health. */
export function StateChip({ code }: { code: LiveCode }) {
  const { t } = useTranslation();
  if (code.state === "active" && code.health !== "ok") {
    const tone = code.health === "failed" ? "bad" : "warn";
    const words = <Chip tone={tone}>{t(`livecode.health.${code.health}`)}</Chip>;
    return code.carriers.error ? <Tooltip title={code.carriers.error}>{words}</Tooltip> : words;
  }
  return <Chip tone={tones[code.state]}>{t(`livecode.state.${code.state}`)}</Chip>;
}

/** When the code ends, in words. */
export function Ends({ code }: { code: LiveCode }) {
  const { t } = useTranslation();
  if (!code.ends_at) return <>{t("livecode.endless")}</>;
  return <Tooltip title={moment(code.ends_at)}><span>{t("livecode.ends", { when: ago(code.ends_at) })}</span></Tooltip>;
}
