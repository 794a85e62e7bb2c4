import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { LiveCode } from "../../api/types";
import { Count, MetricName, RateText } from "../../shared/metric";
import { Muted, Row } from "../../shared/page";
import { useMay } from "../../shared/session";
import { Seats } from "./code-columns";
import style from "./list.module.css";
import { qr } from "./queries";
import { Ends, StateChip } from "./state-chip";
import { useSteps } from "./steps";

/** A code as a card: for thumbs, and for who thinks in pictures. */
export function CodeCard({ code, share }: { code: LiveCode; share: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const { stepsOf, go, busy } = useSteps();
  const step = stepsOf(code).find((s) => s === "pause" || s === "resumption");
  return (
    <article>
      <div className={style.cardTop}>
        <button type="button" className={style.thumbButton} onClick={share} aria-label={t("livecode.share_of", { name: code.name })}>
          <img className={style.thumb} src={qr(code.id, "svg")} alt="" loading="lazy" />
        </button>
        <div className={style.name}>
          <Link to="/codes/$id" params={{ id: code.id }}>{code.name}</Link>
          <Muted small>{t(`livecode.kind.${code.kind}`)} · <Ends code={code} /></Muted>
          <Row><StateChip code={code} /></Row>
        </div>
      </div>
      <dl className={style.cardStats}>
        <div><dt><MetricName id="scanners" label={t("livecode.field.today")} /></dt><dd><Count n={code.stats.scanners_today} /></dd></div>
        <div><dt><MetricName id="added_joined" short /></dt><dd><Count n={code.stats.adds + code.stats.joins} /></dd></div>
        <div><dt><MetricName id="conversion" short /></dt><dd><RateText rate={code.stats.conversion} bare /></dd></div>
      </dl>
      <Seats code={code} />
      <div className={style.cardActs}>
        <Button onClick={share}>{t("livecode.share")}</Button>
        {step && may("code.pause") && <Button loading={busy} onClick={() => go(code, step)}>{t(`livecode.step.${step}`)}</Button>}
      </div>
    </article>
  );
}
