import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Page, Row, Section, Stack } from "../shared/page";
import { MyAccount } from "../features/access/my-account";
import { useMay, useMe } from "../shared/session";
import { useLogout, useSwitchLanguage } from "./account-menu";
import { visible } from "./nav";
import style from "./shell.module.css";
import { useShade } from "./shade";

/** My account; on a phone also the way to every page that has no tab. */
export function More() {
  const { t } = useTranslation();
  const me = useMe();
  const may = useMay();
  const logout = useLogout();
  const switchLanguage = useSwitchLanguage();
  const [shade, flip] = useShade();
  return (
    <Page title={me.name} lead={`${me.login} · ${t(`role.${me.role}`, { defaultValue: me.role })}`}>
      <Stack>
        <nav className={style.onlyPhone} aria-label={t("nav.rail")}>
          <Section title={t("nav.all_pages")}>
            {visible(may).map((area) => (
              <Row key={area.key}>
                {area.places.map((p) => <Link key={p.key} to={p.to} className={style.item}>{t(`nav.${p.key}`)}</Link>)}
              </Row>
            ))}
          </Section>
        </nav>
        <Section title={t("nav.display")}>
          <Row>
            <Button onClick={switchLanguage}>{t("nav.other_language")}</Button>
            <Button onClick={flip}>{t(shade === "dark" ? "nav.light" : "nav.dark")}</Button>
            {me.sandbox_phone_url && <Button href={me.sandbox_phone_url} target="_blank" rel="noreferrer">{t("nav.sandbox_phone")}</Button>}
          </Row>
        </Section>
        <MyAccount />
        <div><Button danger onClick={logout}>{t("nav.logout")}</Button></div>
      </Stack>
    </Page>
  );
}
