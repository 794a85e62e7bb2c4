import { Button } from "antd";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { speak, spoken } from "../../shared/text";
import style from "./door.module.css";

/** The frame of the pages before the login. */
export function Door({ title, lead, children, foot }: { title: string; lead?: string; children: ReactNode; foot?: ReactNode }) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · Tuma`;
  }, [title]);
  return (
    <main className={style.door}>
      <div className={style.box}>
        <div className={style.brand}><img src="/icon.svg" alt="" />{t("access.brand")}</div>
        <div>
          <h1 style={{ fontSize: 18, fontWeight: 600 }}>{title}</h1>
          {lead && <p className={style.lead}>{lead}</p>}
        </div>
        {children}
        <div className={style.foot}>
          <span>{foot}</span>
          <Button type="link" size="small" onClick={() => void speak(spoken() === "en" ? "zh-CN" : "en")}>{t("access.other_language")}</Button>
        </div>
      </div>
    </main>
  );
}
