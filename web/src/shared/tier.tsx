import { Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { Chip } from "./chip";

/** How an attribution was made: from an exact scan down to unknown. */
export function Tier({ tier }: { tier: string }) {
  const { t } = useTranslation();
  if (!tier || tier === "unknown") return null;
  return (
    <Tooltip title={t(`scan.tier_lead.${tier}`, { defaultValue: "" })}>
      <span><Chip plain tone={tier === "scan" ? "good" : "quiet"}>{t(`scan.tier.${tier}`, { defaultValue: tier })}</Chip></span>
    </Tooltip>
  );
}
