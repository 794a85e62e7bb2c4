import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Page } from "../shared/page";
import { FirstUse } from "../shared/states";

/** An address that leads nowhere. */
export function Lost() {
  const { t } = useTranslation();
  return (
    <Page title={t("nav.lost")}>
      <FirstUse title={t("nav.lost")} lead={t("nav.lost_lead")} act={<Link to="/"><Button type="primary">{t("nav.home")}</Button></Link>} />
    </Page>
  );
}
