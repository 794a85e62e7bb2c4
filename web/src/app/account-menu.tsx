import { GlobalOutlined, MobileOutlined, MoonOutlined, SunOutlined, UserOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { useMe } from "../shared/session";
import { type Language, speak, spoken } from "../shared/text";
import { useShade } from "./shade";
import style from "./shell.module.css";

/** Ends the session here and at the server. */
export function useLogout() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return async () => {
    await api.DELETE("/session").catch(() => undefined);
    queries.clear();
    void navigate({ to: "/login" });
  };
}

/** Speaks the other language, here and, if it can be told, at the server. */
export function useSwitchLanguage() {
  const queries = useQueryClient();
  return async () => {
    const next: Language = spoken() === "en" ? "zh-CN" : "en";
    await speak(next);
    await api.PATCH("/session", { body: { locale: next } }).catch(() => undefined);
    await queries.invalidateQueries();
  };
}

/** The right end of the bar: language, shade, who am I. */
export function Account() {
  const { t } = useTranslation();
  const me = useMe();
  const switchLanguage = useSwitchLanguage();
  const [shade, flip] = useShade();
  const other = t(shade === "dark" ? "nav.light" : "nav.dark");
  return (
    <>
      {me.sandbox_phone_url && (
        <a className={`${style.act} ${style.wide}`} title={t("nav.sandbox_phone_hint")} href={me.sandbox_phone_url} target="_blank" rel="noreferrer">
          <MobileOutlined />{t("nav.sandbox_phone")}
        </a>
      )}
      <button type="button" className={`${style.act} ${style.wide}`} onClick={switchLanguage}>
        <GlobalOutlined />{t("nav.other_language")}
      </button>
      <button type="button" className={`${style.act} ${style.wide}`} title={other} aria-label={other} onClick={flip}>
        {shade === "dark" ? <SunOutlined /> : <MoonOutlined />}
      </button>
      <Link to="/more" className={`${style.act} ${style.wide}`} title={t("nav.my_account")}><UserOutlined />{me.name}</Link>
    </>
  );
}
