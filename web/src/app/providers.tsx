import { App, ConfigProvider } from "antd";
import en from "antd/locale/en_US";
import zh from "antd/locale/zh_CN";
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ShadeKeeper } from "./shade";
import { look } from "./theme";

/** Language and look for everything below. */
export function Providers({ children }: { children: ReactNode }) {
  const english = useTranslation().i18n.language === "en";
  dayjs.locale(english ? "en" : "zh-cn");
  return (
    <ShadeKeeper>
      {(shade) => (
        <ConfigProvider locale={english ? en : zh} theme={look(shade)} button={{ autoInsertSpace: false }}>
          <App style={{ height: "100%" }}>{children}</App>
        </ConfigProvider>
      )}
    </ShadeKeeper>
  );
}
