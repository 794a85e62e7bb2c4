import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { CodeReport, LiveCode } from "../../api/types";
import { exact, percent } from "../../shared/format";
import { Count, MetricName, RateText } from "../../shared/metric";
import { Grid, Muted, Section, Stack } from "../../shared/page";
import { Loaded } from "../../shared/states";
import { daysBack } from "../../shared/time";
import style from "./page.module.css";
import { qr, report } from "./queries";

/** How a code does: today in numbers, seven days as a funnel. */
export function Overview({ code }: { code: LiveCode }) {
  const { t } = useTranslation();
  const query = useQuery(report(code.id, { from: daysBack(6), grain: "day" }));
  return (
    <Loaded query={query}>
      {(numbers) =>
        numbers.funnel.scans === 0 && !code.stats.scans_7d.some(Boolean) ? (
          <FirstScan code={code} />
        ) : (
          <Stack>
            <Section><Figures code={code} report={numbers} /></Section>
            <Section title={t("livecode.funnel.title")} extra={t("livecode.last_days", { n: 7 })}><Funnel report={numbers} /></Section>
            <Grid min={320}>
              <Section title={t("livecode.drops.title")}><Drops report={numbers} /></Section>
              <Section title={t("livecode.visitors.title")}><Visitors report={numbers} /></Section>
            </Grid>
          </Stack>
        )
      }
    </Loaded>
  );
}

/** A code nobody has scanned yet. It turns into numbers by itself with the first scan. */
function FirstScan({ code }: { code: LiveCode }) {
  const { t } = useTranslation();
  return (
    <Section>
      <div className={style.wait}>
        <img src={qr(code.id, "svg")} alt={t("livecode.qr_alt", { name: code.name })} />
        <h3>{t("livecode.first_scan")}</h3>
        <Muted>{t(code.state === "draft" ? "livecode.first_scan_draft" : "livecode.first_scan_lead")}</Muted>
        <span className={style.pulse} role="status">{t("livecode.listening")}</span>
      </div>
    </Section>
  );
}

function Figures({ code, report: { fallback_share } }: { code: LiveCode; report: CodeReport }) {
  return (
    <dl className={style.figures}>
      <div><dt><MetricName id="scans" /></dt><dd><Count n={code.stats.scans_today} /></dd></div>
      <div><dt><MetricName id="scanners" /></dt><dd><Count n={code.stats.scanners_today} /></dd></div>
      <div><dt><MetricName id="adds" /></dt><dd><Count n={code.stats.adds} /></dd></div>
      <div><dt><MetricName id="joins" /></dt><dd><Count n={code.stats.joins} /></dd></div>
      <div><dt><MetricName id="conversion" /></dt><dd><RateText rate={code.stats.conversion} /></dd></div>
      <div><dt><MetricName id="net" /></dt><dd><Count n={code.stats.net} /></dd></div>
      <div><dt><MetricName id="fallback_share" /></dt><dd><RateText rate={fallback_share} bare /></dd></div>
    </dl>
  );
}

function Funnel({ report: { funnel } }: { report: CodeReport }) {
  const { t } = useTranslation();
  const stages: [string, number | null][] = [
    ["scanners", funnel.scanners], ["shown", funnel.shown], ["pressed", funnel.pressed],
    ["added_joined", funnel.added_joined], ["retained_24h", funnel.retained_24h ?? null],
  ];
  const top = Math.max(1, funnel.scanners);
  return (
    <div className={style.funnel}>
      {stages.map(([id, n], i) => {
        const before = stages[i - 1]?.[1];
        return (
          <div key={id} className={style.stage}>
            <MetricName id={id} short />
            <div className={n === null ? `${style.track} ${style.hatch}` : style.track}>
              {n !== null && <i style={{ width: `${Math.min(100, (100 * n) / top)}%` }} />}
            </div>
            <span className={style.n}>
              {n === null ? <Muted>{t("metric.immature")}</Muted> : <><b>{exact(n)}</b><Muted>{before ? percent({ num: n, den: before }) : ""}</Muted></>}
            </span>
          </div>
        );
      })}
    </div>
  );
}

type Bar = { name: string; n: number };

/** A few numbers as bars. */
export function Bars({ rows, none }: { rows: Bar[]; none: string }) {
  const top = Math.max(1, ...rows.map((row) => row.n));
  if (rows.length === 0) return <Muted>{none}</Muted>;
  return (
    <div className={style.bars}>
      {rows.map((row) => (
        <div key={row.name} style={{ display: "contents" }}>
          <span>{row.name}</span>
          <div className={style.track}><i style={{ width: `${(100 * row.n) / top}%` }} /></div>
          <span>{exact(row.n)}</span>
        </div>
      ))}
    </div>
  );
}

function Drops({ report: { drops } }: { report: CodeReport }) {
  const { t } = useTranslation();
  return <Bars none={t("livecode.drops.none")} rows={drops.map((d) => ({ name: t(`scan.reason.${d.reason}`, { defaultValue: d.reason }), n: d.n }))} />;
}

function Visitors({ report: { new_vs_returning: visitors, os } }: { report: CodeReport }) {
  const { t } = useTranslation();
  const rows = [{ name: t("livecode.visitors.new"), n: visitors.new }, { name: t("livecode.visitors.returning"), n: visitors.returning }];
  return (
    <Stack>
      <Bars none="" rows={rows} />
      <Bars none={t("livecode.visitors.no_os")} rows={os.map(({ name, n }) => ({ name: t(`scan.os.${name}`, { defaultValue: name }), n }))} />
    </Stack>
  );
}
