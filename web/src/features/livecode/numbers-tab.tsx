import { useQuery } from "@tanstack/react-query";
import { DatePicker, Segmented, Table } from "antd";
import dayjs from "dayjs";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { LiveCode, TrendPoint } from "../../api/types";
import { axes, Chart } from "../../shared/chart";
import { Muted, Row, Section, Stack } from "../../shared/page";
import { Loaded } from "../../shared/states";
import { brief, day, daysBack } from "../../shared/time";
import { useUrl } from "../../shared/url";
import { report } from "./queries";

/** A code's numbers over time; span and grain live in the address. */
export function Numbers({ code }: { code: LiveCode }) {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const grain = url.grain === "hour" ? "hour" : "day";
  const query = useQuery(report(code.id, { from: url.from ?? daysBack(6), to: url.to, grain }));
  return (
    <Stack>
      <Row between>
        <Row>
          <Segmented
            value={url.days ?? (url.from ? "" : "7")}
            options={[1, 7, 30].map((n) => ({ value: String(n), label: n === 1 ? t("livecode.today") : t("livecode.last_days", { n }) }))}
            onChange={(days) => setUrl({ days: String(days), from: daysBack(Number(days) - 1), to: undefined, grain: days === "1" ? "hour" : undefined })}
          />
          <DatePicker.RangePicker
            value={url.from && url.to ? [dayjs(url.from), dayjs(url.to)] : null}
            onChange={(range) => setUrl({ days: undefined, from: range?.[0]?.startOf("day").toISOString(), to: range?.[1]?.endOf("day").toISOString() })}
          />
        </Row>
        <Segmented value={grain} options={(["hour", "day"] as const).map((value) => ({ value, label: t(`livecode.grain.${value}`) }))} onChange={(value) => setUrl({ grain: value })} />
      </Row>
      <Loaded query={query}>
        {(numbers) => (
          <Stack>
            <Section title={t("livecode.trend.title")} extra={<Muted small>{t("common.zone")}</Muted>}><Trend points={numbers.trend} grain={grain} /></Section>
            <Section title={t("livecode.heat.title")} extra={<Muted small>{t("livecode.heat.lead")}</Muted>}><Heat grid={numbers.heatmap} /></Section>
          </Stack>
        )}
      </Loaded>
    </Stack>
  );
}

const series = ["scans", "scanners", "adds", "joins", "left"] as const;

function Trend({ points, grain }: { points: TrendPoint[]; grain: "hour" | "day" }) {
  const { t } = useTranslation();
  const label = grain === "hour" ? brief : day;
  const option = useMemo(() => {
    const look = axes();
    return {
      grid: { left: 44, right: 16, top: 40, bottom: 28 },
      legend: { type: "scroll", top: 4, icon: "roundRect", itemWidth: 12, itemHeight: 4, itemGap: 20 },
      xAxis: { type: "category", data: points.map((p) => label(p.at)), ...look.line },
      yAxis: { type: "value", minInterval: 1, ...look.split },
      series: series.map((key) => ({
        name: t(`metric.${key}.name`), type: "line", showSymbol: points.length < 2, smooth: 0.2, lineStyle: { width: 2, type: key === "left" ? "dashed" : "solid" }, data: points.map((p) => p[key]),
      })),
    };
  }, [points, t, label]);
  const twin = (
    <Table
      size="small"
      rowKey="at"
      pagination={false}
      dataSource={points}
      columns={[
        { title: t("livecode.trend.at"), render: (_, p) => label(p.at) },
        ...series.map((key) => ({ title: t(`metric.${key}.name`), dataIndex: key, align: "right" as const })),
      ]}
    />
  );
  return <Chart option={option} label={t("livecode.trend.title")} twin={twin} />;
}

function Heat({ grid }: { grid: number[][] }) {
  const { t } = useTranslation();
  const option = useMemo(() => {
    const look = axes();
    const days = [1, 2, 3, 4, 5, 6, 7].map((n) => t(`livecode.weekday.${n}`));
    const cells = grid.flatMap((row, d) => row.map((n, h) => [h, d, n]));
    return {
      tooltip: { trigger: "item", formatter: ({ value: [h, d, n] }: { value: [number, number, number] }) => t("livecode.heat.cell", { day: days[d], hour: h, n }) },
      grid: { left: 52, right: 8, top: 4, bottom: 24 },
      xAxis: { type: "category", data: [...Array(24).keys()], ...look.line, splitArea: { show: false } },
      yAxis: { type: "category", data: days, inverse: true, ...look.line },
      visualMap: { show: false, min: 0, max: Math.max(1, ...grid.flat()), inRange: { color: look.heat } },
      series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: look.card, borderWidth: 2, borderRadius: 3 } }],
    };
  }, [grid, t]);
  const rows = grid.map((hours, d) => ({ key: d + 1, hours }));
  const twin = (
    <Table
      size="small"
      pagination={false}
      dataSource={rows}
      scroll={{ x: "max-content" }}
      columns={[
        { title: "", fixed: "left", render: (_, row) => t(`livecode.weekday.${row.key}`) },
        ...[...Array(24).keys()].map((h) => ({ title: h, align: "right" as const, render: (_: unknown, row: { hours: number[] }) => row.hours[h] })),
      ]}
    />
  );
  return <Chart option={option} height={230} label={t("livecode.heat.title")} twin={twin} />;
}
