import { Select } from "antd";
import { useTranslation } from "react-i18next";
import { ChannelPicker } from "../../shared/pickers/channel-picker";
import { SearchBar } from "../../shared/search-bar";
import type { UrlState } from "../../shared/url";

type Props = { url: UrlState; setUrl: (patch: UrlState) => void };

/** What narrows the list; every choice is a word of the address. */
export function Filters({ url, setUrl }: Props) {
  const { t } = useTranslation();
  return (
    <SearchBar placeholder={t("livecode.search")}>
      <Select
        aria-label={t("livecode.field.kind")}
        allowClear
        style={{ width: 130 }}
        placeholder={t("livecode.field.kind")}
        value={url.kind}
        onChange={(kind) => setUrl({ kind })}
        options={(["group", "staff", "mixed"] as const).map((value) => ({ value, label: t(`livecode.kind.${value}`) }))}
      />
      <ChannelPicker width={170} value={url.channel} onChange={(channel) => setUrl({ channel })} />
      <Select
        style={{ width: 150 }}
        aria-label={t("livecode.sort.label")}
        value={url.sort ?? "created"}
        onChange={(sort) => setUrl({ sort: sort === "created" ? undefined : sort })}
        options={(["created", "updated", "scans", "name"] as const).map((value) => ({ value, label: t(`livecode.sort.${value}`) }))}
      />
    </SearchBar>
  );
}
