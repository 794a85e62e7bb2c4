import { type ThemeConfig, theme } from "antd";

export type Shade = "light" | "dark";

const light = {
  colorPrimary: "#1F5EFF",
  colorLink: "#1F5EFF",
  colorSuccess: "#0B7A4B",
  colorError: "#C62828",
  colorWarning: "#B07500",
  colorTextBase: "#1D2129",
  colorTextSecondary: "#5A6472",
  colorTextTertiary: "#5A6472",
  colorTextPlaceholder: "#6A7280",
  colorTextDescription: "#5A6472",
  colorBgLayout: "#F5F6F8",
  colorBorderSecondary: "#E4E7EC",
  colorSuccessBg: "#E6F4ED",
  colorSuccessBorder: "#B5DDC9",
  colorWarningBg: "#FFF4DC",
  colorWarningBorder: "#F0D9A0",
  colorErrorBg: "#FDECEC",
  colorErrorBorder: "#F3BFBF",
  colorInfoBg: "#EAF0FF",
  colorInfoBorder: "#BFD0FF",
};

const dark = {
  colorPrimary: "#7FA6FF",
  colorLink: "#7FA6FF",
  colorSuccess: "#4CC38A",
  colorError: "#FF8A80",
  colorTextBase: "#E6E9EF",
  colorTextSecondary: "#98A2B3",
  colorTextPlaceholder: "#98A2B3",
  colorTextDescription: "#98A2B3",
  colorBgBase: "#14171C",
  colorBgLayout: "#14171C",
  colorBgContainer: "#1B1F26",
  colorBgElevated: "#222730",
  colorBorderSecondary: "#2C323C",
  colorSuccessBg: "#15301F",
  colorWarningBg: "#352A12",
  colorErrorBg: "#3A1D1D",
  colorInfoBg: "#1F2B47",
};

/** The look of antd's parts; tokens.css holds the same colours for our own. */
export const look = (shade: Shade): ThemeConfig => ({
  algorithm: shade === "dark" ? theme.darkAlgorithm : theme.defaultAlgorithm,
  token: {
    ...(shade === "dark" ? dark : light),
    borderRadius: 8,
    borderRadiusSM: 6,
    fontFamily: "var(--font)",
    controlHeight: 34,
    motionDurationMid: "0.12s",
    motionDurationSlow: "0.18s",
  },
  components: {
    Button: { ...(shade === "dark" && { primaryColor: "#14171C" }), fontWeight: 500, primaryShadow: "none", defaultShadow: "none", dangerShadow: "none" },
    Table: { headerBg: "transparent", headerColor: "var(--muted)", headerSplitColor: "transparent", cellPaddingBlock: 11, rowHoverBg: "var(--hover)" },
    Tabs: { horizontalMargin: "0 0 16px 0" },
  },
});

const remembered = "tuma.shade";

/** The shade of this browser: the one chosen, else the system's. */
export function firstShade(): Shade {
  const kept = localStorage.getItem(remembered);
  if (kept === "light" || kept === "dark") return kept;
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Puts shade on the document and remembers it. */
export function wear(shade: Shade) {
  document.documentElement.dataset.theme = shade;
  localStorage.setItem(remembered, shade);
}
