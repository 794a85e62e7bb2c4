import { BarChart, HeatmapChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { type EChartsCoreOption, init, use as register } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { Button } from "antd";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

register([BarChart, LineChart, HeatmapChart, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent, SVGRenderer]);

/** A colour of tokens.css as it is now. */
const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** At most six series, told apart by lightness as well as hue. */
export const palette = () => [token("primary"), token("success"), token("warning-fill"), token("danger"), token("muted")];

const base = (): EChartsCoreOption => ({
  color: palette(),
  textStyle: { fontFamily: "inherit", color: token("muted") },
  legend: { textStyle: { color: token("muted") } },
  animationDuration: 200,
  tooltip: { trigger: "axis", backgroundColor: token("card"), borderColor: token("line"), textStyle: { color: token("text") } },
});

type Props = {
  /** Made anew whenever what it draws changes. */
  option: EChartsCoreOption;
  height?: number;
  label: string;
  /** The same numbers as a table, for who cannot or will not read a picture. */
  twin: ReactNode;
};

/** A chart and its table twin. */
export function Chart({ option, height = 280, label, twin }: Props) {
  const { t } = useTranslation();
  const [asTable, setAsTable] = useState(false);
  return (
    <div>
      <div style={{ textAlign: "right", marginBottom: 4 }}>
        <Button size="small" type="text" onClick={() => setAsTable(!asTable)}>{t(asTable ? "common.as_chart" : "common.as_table")}</Button>
      </div>
      {asTable ? <div style={{ maxHeight: height, overflow: "auto" }}>{twin}</div> : <Drawing option={option} height={height} label={label} />}
    </div>
  );
}

function Drawing({ option, height, label }: { option: EChartsCoreOption; height: number; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!box.current) return;
    const chart = init(box.current, undefined, { renderer: "svg" });
    chart.setOption(base());
    chart.setOption(option);
    const watch = new ResizeObserver(() => chart.resize());
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      chart.dispose();
    };
  }, [option]);
  return <div ref={box} role="img" aria-label={label} style={{ height }} />;
}

/** The axes that every chart shares. */
export const axes = () => ({
  line: { axisLine: { lineStyle: { color: token("line") } }, axisTick: { show: false }, axisLabel: { color: token("muted") } },
  split: { splitLine: { lineStyle: { color: token("line") } }, axisLabel: { color: token("muted") } },
  heat: [token("fill"), token("primary")],
  card: token("card"),
});
