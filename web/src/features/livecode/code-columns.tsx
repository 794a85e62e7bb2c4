import { Link } from "@tanstack/react-router";
import { Popover } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { LiveCode } from "../../api/types";
import { CapacityBar } from "../../shared/capacity";
import { Count, MetricName, RateText } from "../../shared/metric";
import { Muted } from "../../shared/page";
import { Sparkline } from "../../shared/sparkline";
import type { Columns } from "../../shared/table";
import { ago } from "../../shared/time";
import style from "./list.module.css";
import { qr } from "./queries";
import { Ends, StateChip } from "./state-chip";

/** The columns of the list; share opens the code's QR. */
export function useCodeColumns(share: (code: LiveCode) => void): Columns<LiveCode> {
  const { t } = useTranslation();
  return useMemo(
    (): Columns<LiveCode> => [
      { title: t("livecode.field.qr"), width: 60, fixed: "left", render: (_, code) => <Thumb code={code} share={share} /> },
      { title: t("livecode.field.name"), width: 184, fixed: "left", render: (_, code) => <Name code={code} /> },
      {
        title: t("livecode.field.kind_channel"),
        width: 112,
        render: (_, code) => <>{t(`livecode.kind.${code.kind}`)}<br /><Muted small>{code.channel?.path || code.channel?.name || "–"}</Muted></>,
      },
      { title: t("livecode.field.state"), width: 106, render: (_, code) => <><StateChip code={code} /><br /><Muted small><Ends code={code} /></Muted></> },
      { title: <MetricName id="scanners" label={t("livecode.field.today")} />, width: 80, align: "right", render: (_, code) => <Count n={code.stats.scanners_today} /> },
      {
        title: t("livecode.field.trend"),
        width: 100,
        render: (_, code) => <Sparkline width={80} values={code.stats.scans_7d} label={t("livecode.trend_label", { values: code.stats.scans_7d.join(", ") })} />,
      },
      { title: <MetricName id="added_joined" short />, width: 82, align: "right", render: (_, code) => <Count n={code.stats.adds + code.stats.joins} /> },
      { title: <MetricName id="conversion" short />, width: 88, align: "right", render: (_, code) => <RateText rate={code.stats.conversion} stacked /> },
      { title: <MetricName id="net" short />, width: 60, align: "right", render: (_, code) => <Count n={code.stats.net} /> },
      { title: t("livecode.field.capacity"), width: 136, render: (_, code) => <Seats code={code} /> },
      { title: t("livecode.field.owner"), width: 92, ellipsis: true, render: (_, code) => <>{code.owner?.name}<br /><Muted small>{ago(code.updated_at)}</Muted></> },
    ],
    [t, share],
  );
}

/** The seats of a code's targets together. */
export function Seats({ code }: { code: LiveCode }) {
  const { free, capacity } = code.stats;
  return <CapacityBar joined={Math.max(0, capacity - free)} held={0} capacity={capacity} />;
}

function Name({ code }: { code: LiveCode }) {
  return (
    <span className={style.name}>
      <Link to="/codes/$id" params={{ id: code.id }}>{code.name}</Link>
      <span className={style.slug}>{code.slug}</span>
    </span>
  );
}

function Thumb({ code, share }: { code: LiveCode; share: (code: LiveCode) => void }) {
  const { t } = useTranslation();
  return (
    <Popover content={<img className={style.big} src={qr(code.id, "svg")} alt="" />} placement="right" mouseEnterDelay={0.3}>
      <button type="button" className={style.thumbButton} onClick={() => share(code)} aria-label={t("livecode.share_of", { name: code.name })}>
        <img className={style.thumb} src={qr(code.id, "svg")} alt="" loading="lazy" />
      </button>
    </Popover>
  );
}
