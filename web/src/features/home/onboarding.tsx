import { CheckOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Home } from "../../api/types";
import { Muted, Section } from "../../shared/page";
import { useMay } from "../../shared/session";
import { told } from "../../shared/text";
import style from "./home.module.css";

/** Where each step is taken, and by whom. */
const doors: Record<string, { to: string; permission: string } | undefined> = {
  connect: { to: "/settings/wecom", permission: "system.manage" },
  sync: { to: "/settings/wecom", permission: "system.manage" },
  code: { to: "/codes/new", permission: "code.create" },
  scan: { to: "/codes", permission: "code.read" },
  invite: { to: "/settings/roles", permission: "role.manage" },
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
          {!step.done && <Door step={step.step} primary={i === next} />}
        </div>
      ))}
    </Section>
  );
}

function Door({ step, primary }: { step: string; primary: boolean }) {
  const { t } = useTranslation();
  const may = useMay();
  const door = doors[step];
  if (!door || !may(door.permission)) return null;
  return <Link to={door.to}><Button type={primary ? "primary" : "default"}>{t("home.go")}</Button></Link>;
}
