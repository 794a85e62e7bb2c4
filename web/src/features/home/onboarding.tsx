import { CheckOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Home } from "../../api/types";
import { Muted, Section } from "../../shared/page";
import { told } from "../../shared/text";
import style from "./home.module.css";

/** Where each step is taken. */
const doors: Record<string, string> = {
  connect: "/settings/wecom", sync: "/settings/wecom", code: "/codes/new", scan: "/codes", invite: "/settings/roles",
};

/** The way from nothing to the first customer; a machine ticks the boxes. */
export function Onboarding({ steps }: { steps: Home["onboarding"] }) {
  const { t } = useTranslation();
  const next = steps.findIndex((step) => !step.done);
  return (
    <Section title={t("home.start")} extra={t("home.start_done", { done: steps.filter((s) => s.done).length, all: steps.length })}>
      {steps.map((step, i) => (
        <div key={step.step} className={style.step}>
          <span className={step.done ? `${style.mark} ${style.done}` : style.mark}>{step.done ? <CheckOutlined /> : i + 1}</span>
          <span className={style.grow}>
            <strong>{told(t, `home.step.${step.step}.name`, {}, step.step)}</strong>
            <br /><Muted small>{told(t, `home.step.${step.step}.lead`, {}, "")}</Muted>
          </span>
          {!step.done && doors[step.step] && (
            <Link to={doors[step.step]}><Button type={i === next ? "primary" : "default"}>{t("home.go")}</Button></Link>
          )}
        </div>
      ))}
    </Section>
  );
}
