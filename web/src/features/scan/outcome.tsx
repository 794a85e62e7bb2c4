import { useTranslation } from "react-i18next";
import type { ScanRow } from "../../api/types";
import { Chip, type Tone } from "../../shared/chip";

const tones: Record<ScanRow["outcome"], Tone> = {
  assigned: "info", joined: "good", added: "good", expired: "quiet", fallback: "warn", refused: "bad",
};

/** What became of a scan. */
export function Outcome({ outcome }: { outcome: ScanRow["outcome"] }) {
  const { t } = useTranslation();
  return <Chip tone={tones[outcome]}>{t(`scan.outcome.${outcome}`)}</Chip>;
}
