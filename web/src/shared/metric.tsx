import { queryOptions, useQuery } from "@tanstack/react-query";
import { Popover, Tooltip } from "antd";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { api, ok } from "../api/client";
import type { Rate } from "../api/types";
import { compact, enough, exact, percent, wilson } from "./format";
import style from "./metric.module.css";
import { told } from "./text";

/** The dictionary: what every number means and where it comes from. */
export const dictionary = queryOptions({
  queryKey: ["dictionary"],
  queryFn: async () => ok(await api.GET("/dictionary")),
  staleTime: Number.POSITIVE_INFINITY,
});

/** The name of a metric, or the label it has here; a press opens its definition. */
export function MetricName({ id, short, label }: { id: string; short?: boolean; label?: string }) {
  const { t } = useTranslation();
  return (
    <Popover trigger={["click"]} content={<Definition id={id} />} title={t(`metric.${id}.name`)}>
      <button type="button" className={style.name} onClick={(e) => e.stopPropagation()}>
        {label ?? t(short ? `metric.${id}.short` : `metric.${id}.name`)}
      </button>
    </Popover>
  );
}

function Definition({ id }: { id: string }) {
  const { t } = useTranslation();
  const known = useQuery(dictionary).data?.find((metric) => metric.id === id);
  return (
    <div className={style.pop}>
      <span>{known?.definition ?? told(t, `metric.${id}.definition`, {}, "…")}</span>
      {known && <span className={style.chip}>{sources(t, known.source)}</span>}
    </div>
  );
}

/** Where a number comes from; "landing+callback" is two places. */
export const sources = (t: TFunction, source: string) =>
  source.split("+").map((one) => told(t, `metric.source.${one}`, {}, one)).join(" + ");

/** What cannot be known is never 0. */
export function Unmeasurable() {
  const { t } = useTranslation();
  return (
    <Tooltip title={t("metric.unmeasurable_why")}>
      <span className={style.unknown}>{t("metric.unmeasurable")}</span>
    </Tooltip>
  );
}

/** A count: short in cards, exact on hover. */
export function Count({ n, full }: { n: number | null | undefined; full?: boolean }) {
  if (n === null || n === undefined) return <Unmeasurable />;
  const shown = full ? exact(n) : compact(n);
  return shown === exact(n) ? <span>{shown}</span> : <Tooltip title={exact(n)}><span>{shown}</span></Tooltip>;
}

/** A rate with its n; too small a sample is grey and says so. */
export function RateText({ rate, bare, stacked }: { rate: Rate | null | undefined; bare?: boolean; stacked?: boolean }) {
  const { t } = useTranslation();
  if (!rate) return <Unmeasurable />;
  if (rate.den === 0) return <span className={style.thin}>–</span>;
  const [low, high] = wilson(rate).map((x) => x.toFixed(0));
  const thin = rate.den < enough;
  const hint = t(thin ? "metric.small_sample_hint" : "metric.sample_hint", { ...rate, low, high });
  return (
    <Tooltip title={hint}>
      <span className={[style.rate, thin && style.thin, stacked && style.stacked].filter(Boolean).join(" ")}>
        {percent(rate)}
        {!bare && <span className={style.n}>{thin ? t("metric.small_sample") : `${exact(rate.num)}/${exact(rate.den)}`}</span>}
      </span>
    </Tooltip>
  );
}
