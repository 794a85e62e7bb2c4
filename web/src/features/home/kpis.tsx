import { useTranslation } from "react-i18next";
import type { Home, Kpi, Rate } from "../../api/types";
import { change, percent } from "../../shared/format";
import { Count, MetricName, RateText, Unmeasurable } from "../../shared/metric";
import { Muted } from "../../shared/page";
import { Sparkline } from "../../shared/sparkline";
import style from "./home.module.css";

/** Five numbers of today, each beside the same time of yesterday. */
export function Kpis({ kpis, weak }: { kpis: Home["kpis"]; weak: Rate | null }) {
  const { t } = useTranslation();
  return (
    <div>
      <div className={style.kpis}>
        <Card id="scanners" kpi={kpis.scanners} />
        <Card id="added_joined" kpi={sum(kpis.adds, kpis.joins)} />
        <Conversion kpi={kpis.conversion} />
        <Card id="net" kpi={kpis.net} />
        <Card id="lost" kpi={kpis.lost} worse />
      </div>
      {weak && weak.den > 0 && weak.num > 0 && <div style={{ marginTop: 8 }}><Muted small>{t("home.weak_share", { share: percent(weak) })}</Muted></div>}
    </div>
  );
}

/** Two counts as one; what is not known in either is not known. */
function sum(a: Kpi, b: Kpi): Kpi {
  const add = (x: number | null, y: number | null) => (x === null || y === null ? null : x + y);
  return {
    value: add(a.value ?? null, b.value ?? null),
    yesterday_same_time: add(a.yesterday_same_time ?? null, b.yesterday_same_time ?? null),
    hourly: a.hourly.map((n, i) => add(n, b.hourly[i] ?? null)),
    unmeasurable: a.unmeasurable || b.unmeasurable,
  };
}

const begun = (hourly: (number | null)[]) => hourly.filter((n): n is number => n !== null);

function Card({ id, kpi, worse }: { id: string; kpi: Kpi; worse?: boolean }) {
  const { t } = useTranslation();
  const line = begun(kpi.hourly);
  return (
    <div className={style.kpi}>
      <span className={style.name}><MetricName id={id} /></span>
      <span className={style.value}>{kpi.unmeasurable ? <Unmeasurable /> : <Count n={kpi.value} />}</span>
      <span className={style.delta}>
        {t("home.than_yesterday")}
        <Delta percent={kpi.value === null ? undefined : change(kpi.value, kpi.yesterday_same_time ?? null)} worse={worse} />
      </span>
      <Sparkline values={line} label={t("home.by_hour", { values: line.join(", ") })} width={160} height={34} />
    </div>
  );
}

function Conversion({ kpi }: { kpi: Home["kpis"]["conversion"] }) {
  const { t } = useTranslation();
  const before = kpi.yesterday_same_time;
  const points = kpi.den > 0 && before.den > 0 ? (100 * kpi.num) / kpi.den - (100 * before.num) / before.den : undefined;
  return (
    <div className={style.kpi}>
      <span className={style.name}><MetricName id="conversion" /></span>
      <span className={style.value}>{kpi.unmeasurable ? <Unmeasurable /> : <RateText rate={kpi} bare />}</span>
      <span className={style.delta}>
        {t("home.than_yesterday")}
        <Delta percent={points} unit={t("home.points")} />
      </span>
      <Muted small>{kpi.den > 0 && t("home.of", { num: kpi.num, den: kpi.den })}</Muted>
    </div>
  );
}

function Delta({ percent: n, worse, unit = "%" }: { percent: number | undefined; worse?: boolean; unit?: string }) {
  if (n === undefined) return <span>–</span>;
  if (Math.abs(n) < 0.05) return <span>0{unit}</span>;
  const up = n > 0;
  return (
    <span className={up === !worse ? style.up : style.down}>
      {up ? "▲" : "▼"} {Math.abs(n).toFixed(1)}{unit}
    </span>
  );
}
