import { GlobalOutlined, MobileOutlined, MoonOutlined, SunOutlined, UserOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Button, Dropdown, Tooltip } from "antd";
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
  const navigate = useNavigate();
  const logout = useLogout();
  const switchLanguage = useSwitchLanguage();
  const [shade, flip] = useShade();
  return (
    <>
      {me.sandbox_phone_url && (
        <Tooltip title={t("nav.sandbox_phone_hint")}>
          <Button className={style.wide} icon={<MobileOutlined />} href={me.sandbox_phone_url} target="_blank" rel="noreferrer">
            {t("nav.sandbox_phone")}
          </Button>
        </Tooltip>
      )}
      <Button className={style.wide} type="text" icon={<GlobalOutlined />} onClick={switchLanguage}>
        {t("nav.other_language")}
      </Button>
      <Tooltip title={t(shade === "dark" ? "nav.light" : "nav.dark")}>
        <Button
          className={style.wide}
          type="text"
          icon={shade === "dark" ? <SunOutlined /> : <MoonOutlined />}
          aria-label={t(shade === "dark" ? "nav.light" : "nav.dark")}
          onClick={flip}
        />
      </Tooltip>
      <Dropdown
        trigger={["click"]}
        menu={{
          items: [
            { key: "who", label: <>{me.name} · {t(`role.${me.role}`, { defaultValue: me.role })}</>, disabled: true },
            { key: "more", label: t("nav.my_account"), onClick: () => void navigate({ to: "/more" }) },
            { type: "divider" },
            { key: "out", label: t("nav.logout"), onClick: logout },
          ],
        }}
      >
        <Button type="text" icon={<UserOutlined />} className={style.wide}>{me.name}</Button>
      </Dropdown>
    </>
  );
}
