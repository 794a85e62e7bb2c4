import { BranchesOutlined, HomeOutlined, MenuOutlined, QrcodeOutlined, UserOutlined } from "@ant-design/icons";
import { Link, useLocation } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../shared/session";
import style from "./shell.module.css";

const tabs = [
  { key: "home", to: "/", icon: <HomeOutlined />, permission: "home" },
  { key: "codes", to: "/codes", icon: <QrcodeOutlined />, permission: "code.read" },
  { key: "customers", to: "/customers", icon: <UserOutlined />, permission: "contact.read" },
  { key: "trace", to: "/trace", icon: <BranchesOutlined />, permission: "trace.read" },
  { key: "more", to: "/more", icon: <MenuOutlined />, permission: "" },
];

/** The five tabs at the foot of a phone; the rest is behind the last one. */
export function PhoneTabs() {
  const { t } = useTranslation();
  const may = useMay();
  const path = useLocation().pathname;
  const here = tabs.findLast((tab) => (tab.to === "/" ? path === "/" : path.startsWith(tab.to)))?.key ?? "more";
  return (
    <nav className={style.tabs} aria-label={t("nav.rail")}>
      {tabs.filter((tab) => !tab.permission || may(tab.permission)).map((tab) => (
        <Link
          key={tab.key}
          to={tab.to}
          className={tab.key === here ? `${style.tab} ${style.tabHere}` : style.tab}
          aria-current={tab.key === here ? "page" : undefined}
        >
          <span className={style.icon} aria-hidden>{tab.icon}</span>
          {t(`nav.tab.${tab.key}`)}
        </Link>
      ))}
    </nav>
  );
}
